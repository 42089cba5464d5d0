import t from "tap";
import {
  DEFAULT_REASSEMBLY_LIMITS,
  Reassembler,
  type ReassemblyLimits,
} from "../../../src/sniffer/stream/reassembler.js";
import { RecentBytes } from "../../../src/sniffer/stream/recent-bytes.js";

/** What came out, in order: text for bytes, "[gap 3+2]" for holes, "(oddity 3+2)" for what is odd. */
function reassembler(start: number | undefined, limits: Partial<ReassemblyLimits> = {}) {
  const heard: string[] = [];
  const sink = {
    bytes: (_offset: number, bytes: Uint8Array) => heard.push(new TextDecoder().decode(bytes)),
    gap: (offset: number, length: number) => heard.push(`[gap ${offset}+${length}]`),
    oddity: (what: string, offset: number, length: number) => heard.push(`(${what} ${offset}+${length})`),
  };
  const stream = new Reassembler(sink, { ...DEFAULT_REASSEMBLY_LIMITS, ...limits }, new RecentBytes(4096));
  if (start !== undefined) stream.start(start);
  return {
    stream,
    push: (sequence: number, text: string, cutBytes = 0) => {
      stream.push(sequence >>> 0, new TextEncoder().encode(text), 1, cutBytes);
    },
    heard: () => heard.splice(0).join(""),
  };
}

t.test("segments in order are delivered at once", async (t) => {
  const { push, heard, stream } = reassembler(1000);
  push(1000, "hel");
  t.equal(heard(), "hel");
  push(1003, "lo");
  t.equal(heard(), "lo");
  t.equal(stream.heldCostBytes, 0);
});

t.test("what comes early is held until the hole before it is filled", async (t) => {
  const { push, heard, stream } = reassembler(0);
  push(6, "world");
  push(3, "lo ");
  push(11, "!");
  t.equal(heard(), "");
  t.ok(stream.heldCostBytes >= 9);
  push(0, "hel");
  t.equal(heard(), "hello world!");
  t.equal(stream.heldCostBytes, 0);
});

t.test("the sequence wraps like any other number", async (t) => {
  for (const start of [0xffffffff, 0xfffffffe, 0xfffffffb]) {
    const { push, heard } = reassembler(start);
    push(start + 3, "lo");
    push(start, "hel");
    push(start + 5, "!");
    t.equal(heard(), "hello!", `from ${start}`);
  }
});

t.test("what was sent again is dropped, what is new in it is kept", async (t) => {
  const { push, heard, stream } = reassembler(0);
  push(0, "hello");
  push(0, "hello");
  push(2, "llo w");
  push(0, "hello world");
  t.equal(heard(), "hello world");
  t.equal(stream.retransmittedBytes, 5 + 3 + 7);
});

t.test("where held segments overlap, the first to arrive wins, and other bytes are told", async (t) => {
  const { push, heard, stream } = reassembler(0);
  push(2, "CD");
  push(6, "GH");
  push(1, "bcdefghi");
  t.equal(heard(), "(retransmission with other bytes 2+2)(retransmission with other bytes 6+2)");
  push(0, "a");
  t.equal(heard(), "abCDefGHi");
  t.equal(stream.retransmittedBytes, 4);
  const same = reassembler(0);
  same.push(2, "cd");
  same.push(1, "bcde");
  same.push(0, "a");
  t.equal(same.heard(), "abcde");
});

t.test("without a known start, the stream starts with the first segment", async (t) => {
  const { push, heard, stream } = reassembler(undefined);
  push(5000, "hello");
  push(4990, "old");
  push(5005, "!");
  t.equal(heard(), "hello!");
  t.equal(stream.firstSequence, 5000);
});

t.test("a start is taken back as long as nothing has come", async (t) => {
  const { push, heard, stream } = reassembler(100);
  stream.start(200);
  push(200, "hi");
  stream.start(300);
  push(202, "!");
  t.equal(heard(), "hi!");
});

t.test("a retransmission with other bytes than were delivered is told, however it is cut", async (t) => {
  const { push, heard } = reassembler(0xfffffffc);
  push(0xfffffffc, "hello");
  push(1, " world");
  t.equal(heard(), "hello world");
  push(0xfffffffe, "llo wor");
  t.equal(heard(), "");
  push(0xfffffffe, "llO");
  push(0, "o World!!");
  const told = "(retransmission with other bytes 2+3)(retransmission with other bytes 4+7)!!";
  t.equal(heard(), told);
});

t.test("keep-alives bring nothing", async (t) => {
  const { push, heard, stream } = reassembler(0);
  push(0, "hello");
  push(4, "\0");
  push(5, "");
  t.equal(heard(), "hello");
  t.equal(stream.retransmittedBytes, 1);
});

t.test("data behind the end is told and delivered: an end that data follows was none", async (t) => {
  const { push, heard, stream } = reassembler(0);
  stream.end(5);
  t.equal(stream.finished, false);
  push(3, "lo and more");
  t.equal(heard(), "(data behind the end of the stream 5+9)");
  push(0, "hel");
  t.equal(heard(), "hello and more");
  t.equal(stream.finished, false);
  stream.end(14);
  t.equal(stream.finished, true);
  push(14, "extra");
  t.equal(heard(), "(data behind the end of the stream 14+5)extra");
  t.equal(stream.unplacedBytes, 0);
});

t.test("the keep-alive of a side that has ended brings nothing", async (t) => {
  const { push, heard, stream } = reassembler(0);
  push(0, "hello");
  stream.end(5);
  push(5, "\0");
  t.equal(heard(), "hello");
  t.equal(stream.finished, true);
  t.equal(stream.unplacedBytes, 1);
});

t.test("an end that came before the beginning was known keeps its place", async (t) => {
  const { push, heard, stream } = reassembler(undefined);
  stream.end(1005);
  stream.start(1000);
  t.equal(stream.finished, false);
  push(1000, "hello");
  t.equal(heard(), "hello");
  t.equal(stream.finished, true);
  const other = reassembler(undefined).stream;
  other.end(1005);
  other.start(2000);
  t.equal(other.finished, false, "an end before the beginning is none");
});

t.test("an end in the middle of what was delivered, or far ahead, is not believed", async (t) => {
  const { push, heard, stream } = reassembler(0, { maxAheadBytes: 1000 });
  push(0, "hello");
  stream.end(3);
  stream.end(5000);
  push(5, " world");
  t.equal(heard(), "hello world");
  t.equal(stream.finished, false);
  stream.end(11);
  t.equal(stream.finished, true);
});

t.test("a segment far outside any window is not of this stream", async (t) => {
  const { push, heard, stream } = reassembler(0, { maxAheadBytes: 1000 });
  push(0, "hello");
  push(2000, "stray");
  t.equal(heard(), "hello(segment far outside the window 2000+5)");
  push(-5000, "stray");
  t.equal(heard(), "(segment far outside the window 0+5)");
  push(5, "!");
  t.equal(heard(), "!");
  t.equal(stream.unplacedBytes, 10);
});

t.test("what the capture cut off is a hole at once", async (t) => {
  const { push, heard, stream } = reassembler(0);
  push(0, "abc", 7);
  t.equal(heard(), "abc[gap 3+7]");
  push(20, "uvw", 7);
  push(10, "klm", 7);
  t.equal(heard(), "klm[gap 13+7]uvw[gap 23+7]");
  push(20, "uvwxyz");
  t.equal(heard(), "");
  t.equal(stream.retransmittedBytes, 6);
  push(30, "", 5);
  t.equal(heard(), "[gap 30+5]");
});

t.test("flush gives up every hole, and the one before the FIN", async (t) => {
  const { push, heard, stream } = reassembler(0);
  push(3, "def");
  push(8, "ij");
  stream.end(15);
  stream.flush(9);
  t.equal(heard(), "[gap 0+3]def[gap 6+2]ij[gap 10+5]");
  t.equal(stream.finished, true);
});
