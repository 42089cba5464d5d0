// Every limit of a frame: what lies exactly on it is accepted, one more is refused as limit_exceeded.
import t from "tap";
import { varintLength } from "../../src/bytes/varint.js";
import { Frame as FrameMessage } from "../../src/gen/earshot/call/v1/call.js";
import type { Frame } from "../../src/wire/frame.js";
import { FrameDecoder } from "../../src/wire/frame-decoder.js";
import { encodeFrame } from "../../src/wire/frame-encoder.js";
import { DEFAULT_FRAME_LIMITS, type FrameLimits, WIRE_LIMITS } from "../../src/wire/limits.js";
import { messageOf } from "./frame-message.js";

const NO_BYTES = new Uint8Array(0);

/** Written by the generated code: our encoder would refuse what breaks the default limits. */
function bytesOf(frame: Frame): Buffer {
  const bytes = FrameMessage.encode(messageOf(frame, false, 0)).finish();
  const prefix: number[] = [];
  for (let rest = bytes.length; rest > 0; rest >>= 7) {
    prefix.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  return Buffer.concat([Uint8Array.from(prefix), bytes]);
}

function decode(frame: Frame, limits: Partial<FrameLimits> = {}) {
  const decoder = new FrameDecoder({ maxFrameBytes: 0x100000, ...limits });
  decoder.push(bytesOf(frame));
  return decoder.next();
}

const request = (fields: Partial<Frame & { kind: "request" }>): Frame => ({
  kind: "request",
  streamId: 1,
  method: "",
  timeoutMs: 0,
  open: false,
  credit: 0,
  metadata: [],
  payload: NO_BYTES,
  ...fields,
});
const failure = (message: string, details: { typeUrl: string; value: Uint8Array }[]): Frame => ({
  kind: "response",
  streamId: 1,
  status: { code: 3, message, details },
  metadata: [],
  payload: NO_BYTES,
});
const hello = (schemaSha256: Uint8Array, features: string[]): Frame => ({
  kind: "hello",
  streamId: 0,
  minor: 0,
  maxFrameBytes: 0,
  maxStreams: 0,
  streamWindowBytes: 0,
  minPingIntervalMs: 0,
  schemaSha256,
  features,
});
const repeat = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
/** One entry of exactly `bytes` encoded bytes: tag, length of 1 to 3 bytes, text. */
function entryOf(bytes: number) {
  const head = 1 + varintLength(bytes - 4);
  return { key: "", value: { $case: "text" as const, value: "v".repeat(bytes - head) } };
}

const CASES: Record<string, (size: number) => Frame> = {
  maxMethodBytes: (size) => request({ method: "m".repeat(size) }),
  maxMetadataEntries: (size) => request({ metadata: repeat(size, { key: "", value: undefined }) }),
  maxMetadataBytes: (size) => request({ metadata: [entryOf(size)] }),
  maxTextBytes: (size) => ({ kind: "cancel", streamId: 1, code: 1, reason: "r".repeat(size) }),
  maxDetails: (size) => failure("", repeat(size, { typeUrl: "", value: NO_BYTES })),
  maxTypeUrlBytes: (size) => failure("", [{ typeUrl: "u".repeat(size), value: NO_BYTES }]),
  maxFeatures: (size) => hello(NO_BYTES, repeat(size, "f")),
  maxFeatureBytes: (size) => hello(NO_BYTES, ["f".repeat(size)]),
  maxSchemaHashBytes: (size) => hello(new Uint8Array(size), []),
};

t.test("every limit of the type has a case here", async (t) => {
  const names = Object.keys(DEFAULT_FRAME_LIMITS).filter((name) => name !== "maxFrameBytes");
  t.same(Object.keys(CASES).sort(), names.sort());
});

for (const [name, frameOf] of Object.entries(CASES)) {
  t.test(`${name} is the most that is accepted`, async (t) => {
    for (const limit of [10, 100]) {
      t.doesNotThrow(() => decode(frameOf(limit), { [name]: limit }), `${limit}`);
      t.throws(() => decode(frameOf(limit + 1), { [name]: limit }), { code: "limit_exceeded", blame: "peer" });
    }
  });
}

t.test("the other texts for people have the limit of maxTextBytes too", async (t) => {
  const texts = (text: string): Frame[] => [
    failure(text, []),
    { kind: "go_away", streamId: 0, code: 0, message: text, lastStreamId: 0, graceMs: 0 },
  ];
  for (const frame of texts("x".repeat(11))) {
    t.throws(() => decode(frame, { maxTextBytes: 10 }), { code: "limit_exceeded" }, frame.kind);
  }
  for (const frame of texts("x".repeat(10))) {
    t.doesNotThrow(() => decode(frame, { maxTextBytes: 10 }), frame.kind);
  }
});

t.test("a response's metadata has the limits of a request's", async (t) => {
  const frame: Frame = {
    kind: "response",
    streamId: 1,
    status: undefined,
    metadata: repeat(3, { key: "k", value: undefined }),
    payload: NO_BYTES,
  };
  t.throws(() => decode(frame, { maxMetadataEntries: 2 }), { code: "limit_exceeded" });
  t.throws(() => decode(frame, { maxMetadataBytes: 8 }), { code: "limit_exceeded" });
  t.doesNotThrow(() => decode(frame, { maxMetadataEntries: 3, maxMetadataBytes: 9 }));
});

t.test("what the encoder lets through, a peer with default limits accepts", async (t) => {
  const L = DEFAULT_FRAME_LIMITS;
  const frames = [
    request({ method: "m".repeat(L.maxMethodBytes), metadata: [entryOf(L.maxMetadataBytes)] }),
    request({ metadata: repeat(L.maxMetadataEntries, { key: "k", value: undefined }) }),
    failure(
      "m".repeat(L.maxTextBytes),
      repeat(L.maxDetails, { typeUrl: "u".repeat(L.maxTypeUrlBytes), value: NO_BYTES }),
    ),
    hello(new Uint8Array(L.maxSchemaHashBytes), repeat(L.maxFeatures, "f".repeat(L.maxFeatureBytes))),
  ];
  for (const frame of frames) {
    const decoder = new FrameDecoder();
    decoder.push(encodeFrame(frame).head);
    t.ok(decoder.next(), frame.kind);
  }
});

t.test("no prefix of four bytes says more than the largest frame", async (t) => {
  t.equal(WIRE_LIMITS.maxFrameBytes, 2 ** (7 * WIRE_LIMITS.maxPrefixBytes) - 1);
});
