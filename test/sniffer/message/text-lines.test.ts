import t from "tap";
import { TextLines } from "../../../src/sniffer/message/text-lines.js";
import { conversation } from "../tls/watched-talk.js";

const talk = conversation();
const event = (text: string, offset: number, frame: number) =>
  ({ kind: "bytes", conversation: talk, side: "client", bytes: Buffer.from(text, "latin1"), offset, frame }) as const;

t.test("lines are cut at CRLF and LF, with their places, across packets", async (t) => {
  const lines = new TextLines();
  const first = event("one\r\ntwo\nth", 100, 1);
  t.same(lines.next(first, 100), { text: "one", isCut: false, offset: 100, length: 5, frame: 1 });
  t.same(lines.next(first, 105), { text: "two", isCut: false, offset: 105, length: 4, frame: 1 });
  t.equal(lines.next(first, 109), undefined);
  t.same(lines.next(event("ree\r\n", 111, 2), 111), { text: "three", isCut: false, offset: 109, length: 7, frame: 2 });
});

t.test("an over-long line keeps its true length but not its text", async (t) => {
  const lines = new TextLines();
  const long = event(`${"a".repeat(20_000)}\n`, 0, 1);
  const line = lines.next(long, 0);
  t.equal(line?.length, 20_001);
  t.equal(line?.isCut, true);
  t.equal(line?.text.length, 8192);
});
