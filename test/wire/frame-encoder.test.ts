import t from "tap";
import { ByteReader } from "../../src/bytes/byte-reader.js";
import { decodeVarint } from "../../src/bytes/varint.js";
import { Frame as FrameMessage } from "../../src/gen/earshot/call/v1/call.js";
import type { Frame } from "../../src/wire/frame.js";
import { encodeFrame } from "../../src/wire/frame-encoder.js";
import { DEFAULT_FRAME_LIMITS } from "../../src/wire/limits.js";
import { messageOf } from "./frame-message.js";
import { SAMPLE_FRAMES } from "./sample-frames.js";

t.test("writes the bytes that ts-proto writes, behind a minimal prefix", async (t) => {
  for (const frame of SAMPLE_FRAMES) {
    const { head, payload } = encodeFrame(frame);
    const reader = new ByteReader(Buffer.concat([head, payload]));
    const length = decodeVarint(reader);
    const bytes = reader.rest();
    t.equal(length, bytes.length, frame.kind);
    const expected = FrameMessage.encode(messageOf(frame, frame.kind === "unknown", 0)).finish();
    t.same(Buffer.from(bytes).toString("hex"), Buffer.from(expected).toString("hex"), frame.kind);
  }
});

t.test("hands the payload over as it is", async (t) => {
  const payload = new Uint8Array(0x100000);
  const { head, payload: same } = encodeFrame({ kind: "data", streamId: 1, end: false, payload });
  t.equal(same, payload);
  t.ok(head.length < 20);
});

t.test("pads with zeros and marks ignorable when told to", async (t) => {
  const frame: Frame = { kind: "ping", streamId: 0, token: 1n, ack: false };
  const { head } = encodeFrame(frame, { ignorable: true, paddingBytes: 300 });
  const decoded = FrameMessage.decode(head.subarray(2));
  t.equal(decoded.ignorable, true);
  t.same(Uint8Array.from(decoded.padding), new Uint8Array(300));
});

t.test("writes U+FFFD for a lone surrogate, so that the peer can decode it", async (t) => {
  for (const filler of ["", "x".repeat(40)]) {
    const { head } = encodeFrame({ kind: "cancel", streamId: 1, code: 1, reason: `${filler}\ud800` });
    const { body } = FrameMessage.decode(head.subarray(1));
    t.match(body, { value: { reason: `${filler}\ufffd` } });
  }
});

const request = (fields: Partial<Frame & { kind: "request" }>): Frame => ({
  kind: "request",
  streamId: 1,
  method: "a.B/C",
  timeoutMs: 0,
  open: false,
  credit: 0,
  metadata: [],
  payload: new Uint8Array(0),
  ...fields,
});
const failure = (message: string, details: { typeUrl: string; value: Uint8Array }[]): Frame => ({
  kind: "response",
  streamId: 1,
  status: { code: 3, message, details },
  metadata: [],
  payload: new Uint8Array(0),
});
const hello = (fields: object): Frame => {
  const sample = SAMPLE_FRAMES.find((frame) => frame.kind === "hello");
  if (sample === undefined) {
    throw new Error("no Hello among the samples");
  }
  return { ...sample, ...fields };
};

const L = DEFAULT_FRAME_LIMITS;
const detail = { typeUrl: "a", value: new Uint8Array(0) };
const UNENCODABLE: Record<string, Frame> = {
  "a stream id that is negative": request({ streamId: -1 }),
  "a stream id over 32 bits": request({ streamId: 2 ** 32 }),
  "a timeout with a fraction": request({ timeoutMs: 0.5 }),
  "a timeout that is no number": request({ timeoutMs: Number.NaN }),
  "an infinite credit": request({ credit: Number.POSITIVE_INFINITY }),
  "a method that is too long": request({ method: "m".repeat(L.maxMethodBytes + 1) }),
  "too many metadata entries": request({
    metadata: Array.from({ length: L.maxMetadataEntries + 1 }, () => ({ key: "k", value: undefined })),
  }),
  "too many metadata bytes": request({
    metadata: [{ key: "k", value: { $case: "text", value: "v".repeat(L.maxMetadataBytes) } }],
  }),
  "a status message that is too long": failure("é".repeat(L.maxTextBytes / 2 + 1), []),
  "too many details": failure(
    "",
    Array.from({ length: L.maxDetails + 1 }, () => detail),
  ),
  "a type URL that is too long": failure("", [{ ...detail, typeUrl: "u".repeat(L.maxTypeUrlBytes + 1) }]),
  "a token over 64 bits": { kind: "ping", streamId: 0, token: 1n << 64n, ack: false },
  "a negative token": { kind: "ping", streamId: 0, token: -1n, ack: false },
  "a reason that is too long": { kind: "cancel", streamId: 1, code: 1, reason: "r".repeat(L.maxTextBytes + 1) },
  "a schema hash that is too long": hello({ schemaSha256: new Uint8Array(33) }),
  "too many features": hello({ features: Array.from({ length: L.maxFeatures + 1 }, () => "f") }),
  "a feature that is too long": hello({ features: ["f".repeat(L.maxFeatureBytes + 1)] }),
  "a frame that no prefix can tell": request({ payload: new Uint8Array(0xfffffff) }),
};

for (const [name, frame] of Object.entries(UNENCODABLE)) {
  t.test(`refuses ${name}, and blames this side`, async (t) => {
    t.throws(() => encodeFrame(frame), { name: "WireError", code: "not_encodable", blame: "us" });
  });
}
