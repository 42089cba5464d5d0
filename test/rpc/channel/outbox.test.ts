// What is on its way out: in order over a real socket, gathered per tick, held back while it is blocked, and flushed at the end.

import type { Socket } from "node:net";
import t, { type Test } from "tap";
import { Outbox } from "../../../src/rpc/channel/outbox.js";
import { FrameDecoder } from "../../../src/wire/frame-decoder.js";
import { dataFrame, socketPair } from "./channel-pair.js";

async function outboxPair(t: Test) {
  const { ours, theirs } = await socketPair(t);
  let blocks = 0;
  const outbox: Outbox = new Outbox(ours, () => {
    blocks += 1;
  });
  ours.on("drain", () => outbox.drain());
  ours.on("error", () => {});
  return { outbox, ours, theirs, blocks: () => blocks };
}

/** Reads the peer's side to its end: the streams of the frames, and their bytes of data. */
function readAll(socket: Socket): Promise<{ streams: number[]; dataBytes: number }> {
  const decoder = new FrameDecoder({ maxFrameBytes: 1 << 22 });
  const streams: number[] = [];
  let dataBytes = 0;
  socket.on("data", (chunk) => {
    decoder.push(chunk);
    for (let decoded = decoder.next(); decoded !== undefined; decoded = decoder.next()) {
      streams.push(decoded.frame.streamId);
      if (decoded.frame.kind === "data") dataBytes += decoded.frame.payload.length;
    }
  });
  return new Promise((resolve) => socket.on("end", () => resolve({ streams, dataBytes })));
}

const odd = (count: number): number[] => Array.from({ length: count }, (_, index) => 2 * index + 1);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test("small and large frames arrive in order, and the FIN behind them", async (t) => {
  const { outbox, theirs } = await outboxPair(t);
  const read = readAll(theirs);
  let dataBytes = 0;
  for (const streamId of odd(400)) {
    const bytes = streamId % 7 === 0 ? 20_000 : streamId % 5;
    dataBytes += bytes;
    outbox.push(dataFrame(bytes, streamId));
  }
  outbox.finish();
  t.same(await read, { streams: odd(400), dataBytes });
});

t.test("the frames of one tick make one write", async (t) => {
  const { outbox, ours } = await outboxPair(t);
  let writes = 0;
  const write = ours.write.bind(ours);
  ours.write = (chunk: Uint8Array | string) => {
    writes += 1;
    return write(chunk);
  };
  for (const streamId of odd(50)) outbox.push(dataFrame(1, streamId));
  t.equal(writes, 0);
  t.ok(outbox.outstandingBytes > 50);
  await turn();
  t.equal(writes, 1);
  outbox.push(dataFrame(5000));
  t.ok(writes > 1, "a large one does not wait");
  const early = writes;
  await turn();
  t.equal(writes, early, "and nothing is left for the tick's end");
});

t.test("blocked: it is told once, what comes meanwhile waits in order, and finish flushes it all", async (t) => {
  const { outbox, ours, theirs, blocks } = await outboxPair(t);
  theirs.pause();
  let streamId = 1;
  for (; !outbox.blocked; streamId += 2) outbox.push(dataFrame(100_000, streamId));
  t.equal(blocks(), 1);
  t.ok(outbox.blockedSince <= performance.now());
  const held = ours.writableLength;
  for (const last = streamId + 60; streamId < last; streamId += 2) outbox.push(dataFrame(1_000_000, streamId));
  t.equal(ours.writableLength, held, "the socket gets no more than it wants");
  t.ok(outbox.outstandingBytes > held + 30_000_000);
  outbox.finish();
  t.equal(ours.writableEnded, false, "not before the rest");
  const { streams } = await readAll(theirs.resume());
  t.same(streams, odd((streamId - 1) / 2));
  t.equal(outbox.outstandingBytes, 0);
  t.equal(outbox.blocked, false);
});

t.test("FIN waits for room, so that no end leaves it blocked for ever", async (t) => {
  // Which of these sizes end in a write that fills the socket is the system's affair; some do.
  for (let bytes = 262_144; bytes < 16 * 262_144; bytes += 262_144) {
    const { outbox, theirs } = await outboxPair(t);
    theirs.pause();
    let streamId = 1;
    for (; !outbox.blocked; streamId += 2) outbox.push(dataFrame(100_000, streamId));
    outbox.push(dataFrame(bytes, streamId));
    outbox.finish();
    const { streams } = await readAll(theirs.resume());
    t.same(streams, odd((streamId + 1) / 2));
    t.equal(outbox.blocked, false, `${bytes} bytes`);
  }
});

t.test("clear forgets what waits; what the socket has been given goes on", async (t) => {
  const { outbox, ours, theirs } = await outboxPair(t);
  outbox.push(dataFrame(10, 1));
  await turn();
  outbox.push(dataFrame(10, 3));
  outbox.clear();
  t.equal(outbox.outstandingBytes, ours.writableLength);
  await turn();
  outbox.push(dataFrame(10, 5));
  outbox.finish();
  t.same((await readAll(theirs)).streams, [1, 5]);
});

t.test("a socket that is gone is written to no more", async (t) => {
  const { outbox, ours } = await outboxPair(t);
  ours.destroy();
  outbox.push(dataFrame(100_000));
  outbox.push(dataFrame(1));
  outbox.finish();
  outbox.drain();
  await turn();
  t.equal(outbox.blocked, false);
  outbox.clear();
  t.equal(outbox.outstandingBytes, 0);
});
