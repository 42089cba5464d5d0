// Frames of every kind, small and full, for tests that need something to encode.
import type { Frame } from "../../src/wire/frame.js";
import { FrameSlab } from "../../src/wire/frame-slab.js";

const NO_BYTES = new Uint8Array(0);

export const SAMPLE_FRAMES: readonly Frame[] = [
  {
    kind: "hello",
    streamId: 0,
    minor: 1,
    maxFrameBytes: 0x400000,
    maxStreams: 128,
    streamWindowBytes: 0x10000,
    minPingIntervalMs: 10_000,
    schemaSha256: Uint8Array.from({ length: 32 }, (_, at) => at),
    features: ["a", "größe"],
  },
  {
    kind: "request",
    streamId: 1,
    method: "earshot.accounts.v1.AccountService/Login",
    timeoutMs: 2_000,
    open: true,
    credit: 0xffffffff,
    metadata: [
      { key: "authorization", value: { $case: "text", value: "Bearer é漢😀 and some more text than is short" } },
      { key: "trace-bin", value: { $case: "binary", value: Uint8Array.of(0, 255) } },
      { key: "empty", value: { $case: "text", value: "" } },
    ],
    payload: Uint8Array.from({ length: 200 }, (_, at) => at),
  },
  { kind: "request", streamId: 3, method: "", timeoutMs: 0, open: false, credit: 0, metadata: [], payload: NO_BYTES },
  { kind: "response", streamId: 1, status: undefined, metadata: [], payload: Uint8Array.of(1, 2, 3) },
  {
    kind: "response",
    streamId: 3,
    status: {
      code: 3,
      message: "the \ufffd password is too short",
      details: [{ typeUrl: "type.googleapis.com/earshot.accounts.v1.InvalidField", value: Uint8Array.of(8, 1) }],
    },
    metadata: [{ key: "k", value: { $case: "binary", value: NO_BYTES } }],
    payload: NO_BYTES,
  },
  { kind: "response", streamId: 5, status: { code: 0, message: "", details: [] }, metadata: [], payload: NO_BYTES },
  { kind: "data", streamId: 7, end: true, payload: Uint8Array.of(9) },
  { kind: "data", streamId: 7, end: false, payload: NO_BYTES },
  { kind: "cancel", streamId: 9, code: 1, reason: "no longer wanted" },
  { kind: "credit", streamId: 9, bytes: 65_536 },
  { kind: "ping", streamId: 0, token: 0xfedcba9876543210n, ack: true },
  { kind: "ping", streamId: 0, token: 0n, ack: false },
  { kind: "go_away", streamId: 0, code: 14, message: "the server is closing", lastStreamId: 9, graceMs: 5_000 },
  { kind: "unknown", streamId: 11, bodyField: 0 },
];

/** The frames as they go over the wire, one behind the other. */
export function encodeAll(frames: readonly Frame[]): Buffer {
  const slab = new FrameSlab();
  for (const frame of frames) {
    slab.append(frame);
  }
  return Buffer.concat(slab.take());
}
