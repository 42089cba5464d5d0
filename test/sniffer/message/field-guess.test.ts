import t from "tap";
import { decodeMessage } from "../../../src/sniffer/message/decode-message.js";

const guess = (hex: string) => decodeMessage(Buffer.from(hex, "hex"), undefined).fields;

t.test("text is shown as text, numbers as numbers, the rest as hex", async (t) => {
  t.same(guess("0a05616c696365"), { 1: "alice" });
  t.same(guess("1096 01".replace(" ", "")), { 2: 150 });
  t.same(guess("18ffffffffffffffffff01"), { 3: "18446744073709551615" });
  t.same(guess("2504030201"), { 4: "0x01020304" });
  t.same(guess("290807060504030201"), { 5: "0x0102030405060708" });
  t.same(guess("3203fffefd"), { 6: "fffefd" });
});

t.test("a message within is seen as one, and text that could be one is text", async (t) => {
  t.same(guess("0a04080110ac02".replace("0a04", "0a05")), { 1: { 1: 1, 2: 300 } });
  t.same(guess("0a0470657465"), { 1: "pete" });
});

t.test("what comes twice is a list", async (t) => {
  t.same(guess("080108020803"), { 1: [1, 2, 3] });
});

t.test("empty text is text", async (t) => {
  t.same(guess("0a00"), { 1: "" });
});
