import t from "tap";
import type { StreamEvent } from "../../src/sniffer/stream/stream-event.js";
import { UndecidedStream } from "../../src/sniffer/undecided-stream.js";
import { conversation } from "./tls/watched-talk.js";

const talk = conversation();
const bytes = (side: "client" | "server", text: string, offset = 0): Extract<StreamEvent, { kind: "bytes" }> => ({
  kind: "bytes",
  conversation: talk,
  side,
  offset,
  bytes: Buffer.from(text, "latin1"),
  frame: 1,
});
const undecided = () => new UndecidedStream({ conversation: talk, midstream: false });

t.test("what is held comes back in order, untouched by the reuse of its memory", async (t) => {
  const stream = undecided();
  const turns = [bytes("client", "GE"), bytes("server", "x"), bytes("client", "T /", 2)];
  for (const event of turns) {
    const lent = { ...event, bytes: Uint8Array.from(event.bytes) };
    t.equal(stream.push(lent, false), undefined);
    lent.bytes.fill(0xff);
  }
  t.equal(stream.heldBytes, 6);
  t.equal(stream.push(bytes("client", " HTTP/1.1\r\n", 5), false), "http");
  const held = stream.take().map((event) => (event.kind === "bytes" ? Buffer.from(event.bytes).toString() : ""));
  t.same(held, ["GE", "x", "T /"]);
  t.equal(stream.heldBytes, 0);
});

t.test("bytes, events and holes without end are answered within bounds", async (t) => {
  const stream = undecided();
  let pushed = 0;
  let choice: string | undefined;
  while (choice === undefined && pushed < 1000) {
    choice = stream.push(bytes("server", "x".repeat(1000), pushed * 1000), false);
    pushed += 1;
  }
  t.equal(choice, "unknown");
  t.ok(pushed < 70);
  const tiny = undecided();
  choice = undefined;
  for (pushed = 0; choice === undefined && pushed < 100_000; pushed += 1)
    choice = tiny.push(bytes("server", "x", pushed), false);
  t.ok(pushed < 5000);
  const holed = undecided();
  holed.push(bytes("server", "x"), false);
  holed.push({ kind: "gap", conversation: talk, side: "server", offset: 1, length: 5, frame: 1 }, false);
  choice = undefined;
  for (pushed = 0; choice === undefined && pushed < 1000; pushed += 1)
    choice = holed.push(bytes("server", "x".repeat(1000), pushed * 1000), false);
  t.ok(pushed < 70, "bytes behind a hole count too");
});

t.test("a hole at the front makes it a stream joined midway; a close asks for an answer", async (t) => {
  const stream = undecided();
  stream.push({ kind: "gap", conversation: talk, side: "client", offset: 0, length: 5, frame: 1 }, false);
  t.equal(stream.push(bytes("client", "\x17\x03\x03\0\x02ab\x17\x03\x03\0\x02cd", 5), false), "tls");
  t.equal(undecided().push({ kind: "close", conversation: talk, how: "fin", frame: 1 }, false), "unknown");
  t.equal(undecided().push(bytes("client", "GE"), true), "unknown", "when room is short");
});
