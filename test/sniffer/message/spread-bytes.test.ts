import t from "tap";
import { SpreadBytes } from "../../../src/sniffer/message/spread-bytes.js";

t.test("bytes of several pieces are joined, and each keeps its place", async (t) => {
  const spread = new SpreadBytes();
  spread.push(Buffer.from("abc"), 100);
  spread.push(Buffer.from("de"), 103);
  spread.push(new Uint8Array(0), 999);
  spread.push(Buffer.from("fgh"), 200);
  t.equal(Buffer.from(spread.bytes).toString(), "abcdefgh");
  t.same(spread.place(1, 3), { offset: 101, length: 3 });
  t.same(spread.place(5, 2), { offset: 200, length: 2 });
  t.same(spread.place(4, 2), { offset: 104, length: 97 }, "over what lay between");
  t.same(spread.place(6, 0), { offset: 201, length: 0 });
});
