// The times of a channel over real sockets: silence, stalls and slow frames, and that a busy process blames nobody else for them.

import { once } from "node:events";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";
import t from "tap";
import { frameBytes } from "../../helpers/raw-client.js";
import { signal } from "../../helpers/rpc-pair.js";
import { channelOn, channelPair, dataFrame, type TestOwner } from "./channel-pair.js";

function pingBytes(token: bigint, ack: boolean): Buffer {
  return frameBytes({ body: { $case: "ping", value: { token, ack } } });
}

type Pair = Awaited<ReturnType<typeof channelPair>>;

/** The peer answers each ping, and says how many came. */
function answering({ peer, theirs }: Pair): () => number {
  let answered = 0;
  theirs.on("data", async () => {
    const frames = await peer.frames(() => true);
    const pings = frames.flatMap(({ body }) => (body?.$case === "ping" && !body.value.ack ? [body.value.token] : []));
    for (const token of pings.slice(answered)) theirs.write(pingBytes(token, true));
    answered = pings.length;
  });
  return () => answered;
}

/** Keeps this process from everything else. */
function beBusy(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

function pings(owner: TestOwner): number {
  return owner.frames.filter(({ kind }) => kind === "ping").length;
}

t.test("a silent peer is asked again and again, and lives as long as it answers", async (t) => {
  const pair = await channelPair(t, { pingTimeoutMs: 2000 });
  const answered = answering(pair);
  pair.channel.pingIntervalMs = 10;
  await pair.owner.until(() => pings(pair.owner) === 5);
  t.ok(answered() >= 5);
  t.equal(pair.channel.open, true);
});

t.test("a peer that answers nothing is lost", async (t) => {
  const { channel, owner } = await channelPair(t, { pingTimeoutMs: 20 });
  channel.pingIntervalMs = 10;
  t.match(await owner.ended, { codeName: "UNAVAILABLE", reason: "connection_lost", message: /no ping within 20 ms/ });
  await owner.closed;
});

t.test("any byte is a sign of life, also part of a frame", async (t) => {
  const { now } = performance;
  t.teardown(() => {
    performance.now = now;
  });
  // Ten milliseconds a byte, however long they take a busy machine: the clock waits for each to arrive.
  let nowMs = now.call(performance);
  performance.now = () => nowMs;
  const { channel, owner, peer, ours, theirs } = await channelPair(t, { pingTimeoutMs: 100 });
  channel.pingIntervalMs = 50;
  const bytes = frameBytes({ streamId: 1, body: { $case: "cancel", value: { code: 1, reason: "x".repeat(20) } } });
  for (const [index, byte] of bytes.entries()) {
    theirs.write(Buffer.of(byte));
    do await new Promise((resolve) => setTimeout(resolve, 10));
    while (ours.bytesRead <= index);
    nowMs += 10;
  }
  await owner.until(() => owner.frames.length === 1);
  t.equal(channel.open, true);
  t.same(await peer.frames(() => true), [], "nobody had to ask");
});

t.test("without calls, or before an interval is agreed, nobody is asked", async (t) => {
  const idle = await channelPair(t, { pingTimeoutMs: 5 });
  idle.owner.busy = false;
  idle.channel.pingIntervalMs = 5;
  const early = await channelPair(t, { pingTimeoutMs: 5 });
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.same([idle.peer.bytes.length, early.peer.bytes.length], [0, 0]);
  t.same([idle.channel.open, early.channel.open], [true, true]);
  idle.owner.busy = true;
  idle.channel.expectAnswers();
  t.equal((await idle.owner.ended)?.reason, "connection_lost");
});

t.test("a process that was busy does not blame its peer, before it asked or after", async (t) => {
  const pair = await channelPair(t, { pingTimeoutMs: 200, frameTimeoutMs: 200, firstFrameTimeoutMs: 200 });
  answering(pair);
  pair.theirs.write(pingBytes(99n, false));
  await pair.owner.until(() => pings(pair.owner) === 1);
  pair.channel.pingIntervalMs = 20;
  for (let round = 0; round < 4; round += 1) {
    pair.theirs.write(pingBytes(1n, false).subarray(0, 2));
    beBusy(450);
    pair.theirs.write(pingBytes(1n, false).subarray(2));
    const before = pings(pair.owner);
    await pair.owner.until(() => pings(pair.owner) > before + 1);
  }
  t.equal(pair.channel.open, true);
});

// Timers come first in each turn of the event loop, then sockets, then immediates.
const beforeTurnEnds = (run: () => void) => setTimeout(run, 0);
const beforeAnswer = (run: () => void) => setTimeout(() => setImmediate(run), 20);
/** After which the peer is given up in the tests below: in half of it a thread is given its turn on a busy machine, too. */
const ANSWER_WITHIN_MS = 1000;

for (const [name, delay, answerAfterMs] of [
  ["busy right after it has asked: the question is on its way, and its answer counts", beforeTurnEnds, 0],
  ["busy while the answer arrives: it is read before the peer is judged", beforeAnswer, 300],
] as const) {
  t.test(name, async (t) => {
    // The peer is a thread of its own, since it must not be busy too. It answers anything with part of a frame.
    const answers = new Int32Array(new SharedArrayBuffer(4));
    const answer = `setTimeout(() => socket.write(Buffer.of(0xff), tell), ${answerAfterMs})`;
    const peer = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
      const tell = () => (Atomics.store(workerData, 0, 1), Atomics.notify(workerData, 0));
      const server = require("node:net").createServer((socket) => socket.on("data", () => ${answer}));
      server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`,
      { eval: true, workerData: answers },
    );
    t.teardown(() => peer.terminate());
    const [port] = await once(peer, "message");
    const socket = connect({ host: "127.0.0.1", port });
    await once(socket, "connect");
    const { channel, owner } = channelOn(t, socket, { pingTimeoutMs: ANSWER_WITHIN_MS });
    const answered = signal();
    const send = channel.send.bind(channel);
    channel.send = (frame) => {
      delay(() => {
        beBusy(ANSWER_WITHIN_MS + 100);
        // The thread may have got no turn yet.
        Atomics.wait(answers, 0, 0, 60_000);
      });
      beBusy(2); // Else the timer for 0 ms is not due before all else.
      return send(frame);
    };
    socket.on("data", () => answered.resolve());
    channel.pingIntervalMs = 10;
    await Promise.race([answered.promise, owner.ended]);
    t.equal(channel.open, true);
  });
}

t.test("what waits for a slow reader is not asked through: the stall has its own limit", async (t) => {
  const pair = await channelPair(t, { pingTimeoutMs: 10, stallTimeoutMs: 100 }, { reads: false });
  for (let sent = 0; sent < 300; sent += 1) pair.channel.send(dataFrame(100_000));
  t.equal(pair.channel.blocked, true);
  pair.channel.pingIntervalMs = 10;
  t.match(await pair.owner.ended, { codeName: "DEADLINE_EXCEEDED", message: "the peer reads nothing" });
});

t.test("a client that sends more than fits does not take its own backlog for the server's silence", async (t) => {
  const limits = { pingTimeoutMs: 10, stallTimeoutMs: 60_000, maxOutstandingBytes: Number.POSITIVE_INFINITY };
  const pair = await channelPair(t, limits, { reads: false });
  for (let sent = 0; sent < 300; sent += 1) pair.channel.send(dataFrame(100_000));
  t.equal(pair.channel.paused, false);
  pair.channel.pingIntervalMs = 10;
  await new Promise((resolve) => setTimeout(resolve, 80));
  t.equal(pair.channel.open, true, "its ping stands behind the backlog");
  pair.theirs.resume();
  await Promise.race([pair.owner.until(() => pair.owner.writable > 0), pair.owner.ended]);
  t.equal((await pair.owner.ended)?.reason, "connection_lost", "now it is asked, and says nothing");
});

t.test("while reading is stopped, nothing that is not heard counts", async (t) => {
  const limits = { maxOutstandingBytes: 100_000, pingTimeoutMs: 10, frameTimeoutMs: 10, stallTimeoutMs: 60_000 };
  const pair = await channelPair(t, limits, { reads: false });
  const whole = pingBytes(1n, false);
  pair.theirs.write(Buffer.concat([whole, whole.subarray(0, 3)]));
  await pair.owner.until(() => pings(pair.owner) === 1);
  for (let sent = 0; sent < 200; sent += 1) pair.channel.send(dataFrame(100_000));
  t.equal(pair.channel.paused, true);
  pair.channel.pingIntervalMs = 10;
  pair.theirs.write(whole.subarray(3));
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.equal(pair.channel.open, true);
  pair.theirs.resume();
  await pair.owner.until(() => pings(pair.owner) === 2);
});

t.test("first frame, slow frame, idleness: each by its own name, with a GoAway", async (t) => {
  const silent = await channelPair(t, { firstFrameTimeoutMs: 20 });
  t.match(await silent.owner.ended, { codeName: "DEADLINE_EXCEEDED", message: /no frame came in time/ });
  const slow = await channelPair(t, { frameTimeoutMs: 20 });
  slow.theirs.write(pingBytes(1n, false).subarray(0, 1));
  t.match(await slow.owner.ended, { codeName: "DEADLINE_EXCEEDED", message: /too long to arrive/ });
  const idle = await channelPair(t, { idleTimeoutMs: 20 });
  idle.owner.busy = false;
  t.equal(await idle.owner.ended, undefined);
  for (const { peer } of [silent, slow, idle]) {
    const [goAway] = await peer.frames((all) => all.length === 1);
    t.equal(goAway?.body?.$case, "goAway");
  }
});

t.test("an ended channel leaves no time behind", async (t) => {
  const pair = await channelPair(t, { pingTimeoutMs: 20, firstFrameTimeoutMs: 20, idleTimeoutMs: 20 });
  pair.channel.pingIntervalMs = 10;
  pair.channel.end(undefined);
  pair.theirs.end();
  await pair.owner.closed;
  t.equal(pair.deadlines.size, 0);
  pair.channel.expectAnswers();
  pair.channel.pingIntervalMs = 5;
  await new Promise((resolve) => setTimeout(resolve, 30));
  t.equal(pair.owner.ends, 1);
  t.equal(pair.deadlines.size, 0);
});
