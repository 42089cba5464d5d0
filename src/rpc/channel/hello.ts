// What the two sides tell each other in Hello, and what holds as long as they have not.

import type { Hello } from "../../gen/earshot/call/v1/call.js";
import type { HelloFrame } from "../../wire/frame.js";
import { WIRE_LIMITS } from "../../wire/limits.js";
import type { Limits } from "../limits.js";

const NO_BYTES = new Uint8Array(0);
const MINOR_VERSION = 0;

/** What the peer accepts. */
export interface PeerLimits {
  readonly maxFrameBytes: number;
  readonly maxStreams: number;
}

/** Before any Hello. Every peer accepts at least this much, so a lower number in a Hello counts as this. */
export const FLOOR_LIMITS: PeerLimits = {
  maxFrameBytes: WIRE_LIMITS.floorFrameBytes,
  maxStreams: WIRE_LIMITS.floorStreams,
};

export function peerLimits(hello: Hello): PeerLimits {
  return {
    maxFrameBytes: Math.max(hello.maxFrameBytes, FLOOR_LIMITS.maxFrameBytes),
    maxStreams: Math.max(hello.maxStreams, FLOOR_LIMITS.maxStreams),
  };
}

/** Our Hello. Windows, pings, schema and features belong to streaming; they are zero until it comes. */
export function helloFrame(limits: Limits): HelloFrame {
  const hello: Hello = {
    minor: MINOR_VERSION,
    maxFrameBytes: limits.maxFrameBytes,
    maxStreams: limits.maxStreams,
    streamWindowBytes: 0,
    minPingIntervalMs: 0,
    schemaSha256: NO_BYTES,
    features: [],
  };
  return { kind: "hello", streamId: 0, ...hello };
}
