import t from "tap";
import { hex16, printable, printableText } from "../../../src/sniffer/tls/printable.js";

t.test("printable ASCII stays, every other byte is escaped so that no two inputs look alike", async (t) => {
  t.equal(printable(Buffer.from("mail.example")), "mail.example");
  t.equal(printable(Uint8Array.of(0x1b, 0x5b, 0x41, 0x00, 0x7f, 0xff)), "\\x1b[A\\x00\\x7f\\xff");
  const seen = new Set(Array.from({ length: 256 }, (_, byte) => printable(Uint8Array.of(byte))));
  t.equal(seen.size, 256);
  t.not(printable(Buffer.from("\\x00")), printable(Uint8Array.of(0)));
});

t.test("text keeps its letters and loses what could fool a terminal or a reader", async (t) => {
  t.equal(printableText("Zürich"), "Zürich");
  t.equal(printableText("a\u001b[2J\u202eb\n"), "a\\u{1b}[2J\\u{202e}b\\u{a}");
});

t.test("16-bit numbers have four digits", async (t) => {
  t.equal(hex16(0), "0x0000");
  t.equal(hex16(0x1301), "0x1301");
});
