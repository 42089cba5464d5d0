import t from "tap";
import { RegisterRequest } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { Frame as FrameMessage } from "../../src/gen/earshot/call/v1/call.js";
import { FieldWriter } from "../../src/wire/field-writer.js";
import type { Frame } from "../../src/wire/frame.js";
import { FrameDecoder } from "../../src/wire/frame-decoder.js";
import { encodeFrame } from "../../src/wire/frame-encoder.js";
import { FrameSlab } from "../../src/wire/frame-slab.js";
import { WIRE_LIMITS } from "../../src/wire/limits.js";
import { type FramePadder, framePadder, type PaddingPolicy } from "../../src/wire/padding.js";
import { SAMPLE_FRAMES } from "./sample-frames.js";

const KIB = 1024;
const data = (bytes: number): Frame => ({
  kind: "data",
  streamId: 1,
  end: false,
  payload: new Uint8Array(bytes).fill(7),
});

function padder(policy: PaddingPolicy, maxFrameBytes: number = WIRE_LIMITS.maxFrameBytes): FramePadder {
  const made = framePadder(policy);
  if (made === undefined) {
    throw new Error("no padder");
  }
  made.maxFrameBytes = maxFrameBytes;
  return made;
}

function chunks(policy: PaddingPolicy, frames: readonly Frame[]): Uint8Array[] {
  const slab = new FrameSlab(padder(policy));
  for (const frame of frames) {
    slab.append(frame);
  }
  return slab.take();
}

const lengths = (policy: PaddingPolicy, frames: readonly Frame[]): number[] =>
  chunks(policy, frames).map(({ length }) => length);

/** Frames that say something. */
function decoded(bytes: Uint8Array): Frame[] {
  const decoder = new FrameDecoder({ maxFrameBytes: WIRE_LIMITS.maxFrameBytes });
  decoder.push(bytes);
  decoder.finish();
  const frames: Frame[] = [];
  for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
    if (next.frame.kind !== "unknown") {
      frames.push(next.frame);
    }
  }
  return frames;
}

const SIZES: [bytes: number, buckets: number][] = [
  [1, 1],
  [900, 1],
  [1100, 2],
  [5000, 8],
  [12_000, 16],
  [17_000, 18],
  [30_000, 30],
  [33_000, 36],
  [100_000, 104],
  [1_000_000, 992],
];

t.test("what leaves at once is 1, 2, 4, 8 or 16 KiB long; above, an eighth longer at most", async (t) => {
  for (const [bytes, kib] of SIZES) {
    t.equal(Buffer.concat(chunks("buckets", [data(bytes)])).length, kib * KIB, `${bytes} bytes`);
  }
});

t.test("uniform: all of it is whole TLS records", async (t) => {
  t.same(lengths("uniform", [data(1), data(2)]), [16 * KIB]);
  t.same(lengths("uniform", [data(16 * KIB)]), [32 * KIB]);
});

t.test("every length from 1 to 20,000 has a size, and the frame comes back", async (t) => {
  const allowed = new Set([1, 2, 4, 8, 16, 18, 20].map((kib) => kib * KIB));
  for (let bytes = 1; bytes < 20_000; bytes += bytes < 2_100 ? 1 : 61) {
    for (const policy of ["buckets", "uniform"] as const) {
      const wire = Buffer.concat(chunks(policy, [data(bytes)]));
      const isRound = policy === "uniform" ? wire.length % (16 * KIB) === 0 : allowed.has(wire.length);
      const [frame, ...others] = decoded(wire);
      const isSame = frame?.kind === "data" && frame.payload.length === bytes && others.length === 0;
      if (!isRound || !isSame) {
        t.fail(`${policy}: ${bytes} bytes became ${wire.length}`);
      }
    }
  }
});

t.test("short frames share the padding of their write, and keep their order", async (t) => {
  const mixed = [...SAMPLE_FRAMES.filter(({ kind }) => kind !== "unknown"), data(10), data(20)];
  const wire = chunks("buckets", mixed);
  t.equal(wire.length, 1);
  t.equal(wire[0]?.length, KIB);
  t.same(
    decoded(Buffer.concat(wire)).map(({ kind }) => kind),
    mixed.map(({ kind }) => kind),
  );
});

t.test("the longest everyday request leaves in the first bucket, together with a Hello", async (t) => {
  const hello = SAMPLE_FRAMES.find(({ kind }) => kind === "hello");
  const text = (key: string, length: number) => ({ key, value: { $case: "text", value: "x".repeat(length) } as const });
  const request: Frame = {
    ...{ kind: "request", streamId: 0x7fff_ffff, timeoutMs: 300_000, open: false, credit: 0 },
    method: "earshot.accounts.v1.AccountService/Register",
    metadata: [text("traceparent", 55), text("authorization", 50)],
    payload: RegisterRequest.encode({
      ...{ username: "x".repeat(32), password: "\u{1f99c}".repeat(128), requestId: new Uint8Array(16) },
    }).finish(),
  };
  t.same(lengths("buckets", hello === undefined ? [] : [hello, request]), [KIB]);
});

t.test("where chunks end says nothing about where a payload begins", async (t) => {
  const one = { method: "a.B/C", timeoutMs: 0, open: false, credit: 0, streamId: 1 };
  const request = (key: string, bytes: number): Frame => ({
    ...{ kind: "request", ...one, metadata: [{ key: "k", value: { $case: "text", value: key } }] },
    payload: new Uint8Array(bytes),
  });
  for (const policy of ["buckets", "uniform"] as const) {
    t.same(
      lengths(policy, [data(9), request("k".repeat(9_000), 290_000), data(9)]),
      lengths(policy, [data(90), request("k", 296_000), data(90)]),
      policy,
    );
  }
});

t.test("a padded frame is never longer than the peer accepts", async (t) => {
  const limit = WIRE_LIMITS.floorFrameBytes;
  for (let short = 0; short < 5_000; short += short < 12 ? 1 : 501) {
    const frame = data(limit - 12 - short);
    const { head, payload } = encodeFrame(frame, { padder: padder("uniform", limit) });
    const decoder = new FrameDecoder({ maxFrameBytes: limit });
    decoder.push(Buffer.concat([head, payload]));
    t.match(decoder.next()?.frame, { kind: "data" }, `${short} bytes less`);
  }
});

t.test("a field of zeros can be had at any length, and every library reads it", async (t) => {
  for (const length of [2, 3, 128, 129, 130, 131, 132, 1_000, 16_385, 16_386, 16_387, 16_388, 16_389]) {
    const bytes = Buffer.alloc(length + 2, 0xff);
    bytes.set([0x10, 0x01]);
    const writer = new FieldWriter(bytes, 2);
    writer.zeros(0x1a, length);
    t.equal(writer.offset, bytes.length, `${length}`);
    const { ignorable, padding } = FrameMessage.decode(bytes);
    t.ok(ignorable && padding.every((byte) => byte === 0) && padding.length >= length - 5, `${length}`);
  }
});

t.test("off pads nothing", async (t) => {
  t.equal(framePadder("off"), undefined);
});
