// One socket as a channel of frames: what goes in and out, peers that do not read, and every way to end.

import { once } from "node:events";
import t from "tap";
import { FrameChannel } from "../../../src/rpc/channel/frame-channel.js";
import { lost } from "../../../src/rpc/channel/violation.js";
import { withDefaults } from "../../../src/rpc/limits.js";
import { StatusCode } from "../../../src/wire/status-code.js";
import { delimited, frameBytes, type RawClient } from "../../helpers/raw-client.js";
import { channelPair, dataFrame, TestOwner } from "./channel-pair.js";

/** A frame with 100,000 bytes of data, as it is on the wire. */
const LARGE_FRAME_BYTES = 100_013;

function pingBytes(token = 5n, ack = false): Buffer {
  return frameBytes({ body: { $case: "ping", value: { token, ack } } });
}

t.test("frames arrive whole and in order, however their bytes are cut", async (t) => {
  const { owner, theirs } = await channelPair(t);
  const bytes = Buffer.concat([
    pingBytes(),
    frameBytes({ streamId: 3, body: { $case: "credit", value: { bytes: 9 } } }),
    pingBytes(),
  ]);
  theirs.setNoDelay(true);
  for (const byte of bytes) theirs.write(Buffer.of(byte));
  await owner.until(() => owner.frames.length === 3);
  t.same(
    owner.frames.map(({ kind, streamId }) => `${kind} ${streamId}`),
    ["ping 0", "credit 3", "ping 0"],
  );
});

t.test("all frames of one tick leave together, large ones at once", async (t) => {
  const { channel, peer } = await channelPair(t);
  for (let streamId = 1; streamId < 200; streamId += 2) t.ok(channel.send(dataFrame(3, streamId)) > 3);
  t.ok(channel.send(dataFrame(100_000)) > 100_000);
  const frames = await peer.frames((all) => all.length === 101);
  t.same(
    frames.map(({ streamId }) => streamId).slice(0, 100),
    Array.from({ length: 100 }, (_, index) => 2 * index + 1),
  );
});

t.test("a ping is answered with its token, an answer calls back whoever asked, once", async (t) => {
  const { channel, owner, peer } = await channelPair(t);
  owner.onEach = (frame) => frame.kind === "ping" && channel.onPing(frame);
  peer.write(pingBytes());
  const [answer] = await peer.frames((all) => all.length === 1);
  t.match(answer?.body, { $case: "ping", value: { token: 5n, ack: true } });
  let answers = 0;
  channel.probe(() => {
    answers += 1;
  });
  const [, asked] = await peer.frames((all) => all.length === 2);
  const token = asked?.body?.$case === "ping" ? asked.body.value.token : -1n;
  peer.write(...[token + 1n, token, token].map((token) => pingBytes(token, true)));
  await owner.until(() => owner.frames.length === 4);
  t.equal(answers, 1);
});

t.test("while the peer does not read, sending says so, and reading stops until half is gone", async (t) => {
  const { channel, owner, peer, theirs } = await channelPair(t, { maxOutstandingBytes: 500_000 }, { reads: false });
  for (let sent = 0; sent < 200; sent += 1) channel.send(dataFrame(100_000));
  t.equal(channel.blocked, true);
  t.equal(channel.paused, true);
  peer.write(pingBytes());
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(owner.frames.length, 0, "nothing is read");
  t.equal(owner.writable, 0);
  theirs.resume();
  await owner.until(() => owner.frames.length === 1 && owner.writable > 0);
  t.equal(channel.paused, false);
  t.equal(await received(peer, 200), 200);
});

t.test("a chunk with many requests is left where it is as soon as their answers are too many", async (t) => {
  const { channel, owner, peer, theirs } = await channelPair(t, { maxOutstandingBytes: 500_000 }, { reads: false });
  let most = 0;
  owner.onEach = () => {
    channel.send(dataFrame(100_000));
    most = Math.max(most, owner.frames.length);
  };
  peer.write(...Array.from({ length: 500 }, () => pingBytes()));
  await owner.until(() => channel.paused);
  t.ok(owner.frames.length < 500, `${owner.frames.length} answered while nobody reads`);
  theirs.resume();
  await owner.until(() => owner.frames.length === 500);
  t.equal(await received(peer, 500), 500);
});

t.test("reading goes on however little may be outstanding", async (t) => {
  for (const maxOutstandingBytes of [1, 100]) {
    const { channel, owner, peer } = await channelPair(t, { maxOutstandingBytes });
    owner.onEach = () => channel.send(dataFrame(2000));
    for (let round = 1; round <= 5; round += 1) {
      peer.write(pingBytes(), pingBytes());
      t.equal((await peer.frames((all) => all.length === 2 * round)).length, 2 * round);
    }
  }
});

t.test("an end with a reason: GoAway behind what was sent, FIN, and one word to the owner", async (t) => {
  const { channel, owner, peer, theirs } = await channelPair(t);
  channel.send(dataFrame(50_000));
  const reason = lost("enough");
  channel.end(reason, { code: StatusCode.RESOURCE_EXHAUSTED, message: "too much" });
  channel.end(lost("again"));
  t.equal(channel.open, false);
  t.equal(channel.send(dataFrame(1)), 0);
  t.equal(await owner.ended, reason);
  const frames = await peer.frames((all) => all.length === 2);
  t.match(frames[1]?.body, { $case: "goAway", value: { message: "too much", lastStreamId: 7 } });
  theirs.end(pingBytes());
  await owner.closed;
  t.same([owner.ends, owner.frames.length], [1, 0], "what still came was thrown away");
});

t.test("what is queued leaves before the FIN, however slowly the peer reads", async (t) => {
  const { channel, owner, peer, theirs } = await channelPair(t, {}, { reads: false });
  for (let sent = 0; sent < 100; sent += 1) channel.send(dataFrame(100_000));
  channel.end(undefined);
  theirs.resume();
  t.equal(await received(peer, 100), 100);
  theirs.end();
  await owner.closed;
  t.equal(owner.ends, 1);
});

t.test("who does not close after our FIN is cut after a while", async (t) => {
  const { channel, owner } = await channelPair(t);
  channel.end(undefined);
  await owner.closed;
  t.equal(owner.ends, 1);
});

t.test("the peer's end: in peace without calls, else lost; within a frame always lost", async (t) => {
  const cases = [
    { busy: false, last: Buffer.alloc(0), message: undefined },
    { busy: true, last: Buffer.alloc(0), message: "the peer closed the connection" },
    { busy: false, last: pingBytes().subarray(0, 2), message: "the connection ended within a frame" },
  ];
  for (const { busy, last, message } of cases) {
    const { owner, theirs } = await channelPair(t);
    owner.busy = busy;
    theirs.end(Buffer.concat([pingBytes(), last]));
    const reason = await owner.ended;
    t.equal(reason?.message, message);
    t.equal(reason?.reason, message && "connection_lost");
    await owner.closed;
    t.same([owner.ends, owner.frames.length], [1, 1]);
  }
});

t.test("a reset, and a destroy of our own, are told once", async (t) => {
  const first = await channelPair(t);
  first.theirs.resetAndDestroy();
  t.equal((await first.owner.ended)?.reason, "connection_lost");
  await first.owner.closed;
  t.equal(first.owner.ends, 1);
  const second = await channelPair(t);
  second.channel.send(dataFrame(10));
  second.channel.destroy(undefined);
  second.channel.destroy(lost("again"));
  t.equal(await second.owner.ended, undefined);
  await second.owner.closed;
  t.equal(second.owner.ends, 1);
  const third = await channelPair(t);
  third.channel.end(undefined);
  third.channel.destroy(lost("while it ends"));
  await third.owner.closed;
  t.equal(third.owner.ends, 1);
});

t.test("bytes that are no frames end the channel with a GoAway", async (t) => {
  const { owner, peer } = await channelPair(t);
  peer.write(delimited(Uint8Array.of(0xff, 0xff, 0xff)));
  t.match(await owner.ended, { codeName: "INVALID_ARGUMENT", reason: "protocol_error" });
  const [goAway] = await peer.frames((all) => all.length === 1);
  t.match(goAway?.body, { $case: "goAway", value: { code: StatusCode.INVALID_ARGUMENT } });
});

t.test("an owner that ends, destroys or throws within a frame sees no further frame", async (t) => {
  const ways: [(channel: Awaited<ReturnType<typeof channelPair>>["channel"]) => void, object | undefined][] = [
    [(channel) => channel.end(undefined), undefined],
    [(channel) => channel.destroy(undefined), undefined],
    [
      () => {
        throw lost("thrown");
      },
      { message: "thrown" },
    ],
    [
      () => {
        throw new TypeError("a bug with /secret/path");
      },
      { codeName: "INTERNAL", message: "internal error" },
    ],
  ];
  for (const [act, reason] of ways) {
    const { channel, owner, theirs } = await channelPair(t);
    owner.onEach = () => act(channel);
    theirs.write(Buffer.concat([pingBytes(), pingBytes(), pingBytes()]));
    const ended = await owner.ended;
    t[reason ? "match" : "equal"](ended, reason as never);
    theirs.end();
    await owner.closed;
    t.same([owner.frames.length, owner.ends], [1, 1]);
  }
});

t.test("a channel on a socket that is gone already ends by itself", async (t) => {
  const { ours, owner, deadlines } = await channelPair(t);
  ours.destroy();
  await owner.closed;
  const late = new TestOwner();
  const channel = new FrameChannel(ours, late, withDefaults(), 1 << 22, deadlines);
  channel.send(dataFrame(100_000));
  t.equal((await late.ended)?.reason, "connection_lost");
  await late.closed;
  t.equal(late.ends, 1);
  t.equal(deadlines.size, 0);
});

/** How many frames came once the bytes of so many large ones are there; to look for them in each chunk would take too long. */
async function received(peer: RawClient, count: number): Promise<number> {
  let bytes = peer.bytes.length;
  peer.socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  while (bytes < count * LARGE_FRAME_BYTES) await once(peer.socket, "data");
  return (await peer.frames(() => true)).length;
}

t.test("what the peer has no room for outlives the time to linger, where the end is in peace", async (t) => {
  const { channel, ours, peer, theirs } = await channelPair(t, {}, { reads: false });
  let sent = 0;
  while (ours.writableLength === 0 || sent === 0) {
    channel.send(dataFrame(3000));
    sent += 1;
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.notOk(channel.blocked);
  channel.endInPeace();
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  theirs.once("end", () => theirs.end()).resume();
  await peer.closed;
  t.equal((await peer.frames()).length, sent);
});
