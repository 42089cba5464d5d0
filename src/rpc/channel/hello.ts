// What the two sides tell each other in Hello, and what holds as long as they have not.

import type { Hello } from "../../gen/earshot/call/v1/call.js";
import type { HelloFrame } from "../../wire/frame.js";
import { WIRE_LIMITS } from "../../wire/limits.js";
import type { Limits } from "../limits.js";

const NO_BYTES = new Uint8Array(0);
/** A peer may want few pings, but not to be thought alive for weeks. */
const MAX_PEER_PING_INTERVAL_MS = 300_000;
const MINOR_VERSION = 0;
/** What a Hello can say. */
const MAX_PING_INTERVAL_MS = 0xffff_ffff;

/** What the peer accepts. */
export interface PeerLimits {
  readonly maxFrameBytes: number;
  readonly maxStreams: number;
  /** Bytes of Data on each stream before it gives credit. */
  readonly streamWindowBytes: number;
  /** The shortest interval of pings that it likes; 0: it did not agree to any. */
  readonly minPingIntervalMs: number;
}

/** Before any Hello. Every peer accepts at least this much, so a lower number in a Hello counts as this. */
export const FLOOR_LIMITS: PeerLimits = {
  maxFrameBytes: WIRE_LIMITS.floorFrameBytes,
  maxStreams: WIRE_LIMITS.floorStreams,
  streamWindowBytes: WIRE_LIMITS.floorWindowBytes,
  minPingIntervalMs: 0,
};

export function peerLimits(hello: Hello): PeerLimits {
  return {
    maxFrameBytes: Math.max(hello.maxFrameBytes, FLOOR_LIMITS.maxFrameBytes),
    maxStreams: Math.max(hello.maxStreams, FLOOR_LIMITS.maxStreams),
    streamWindowBytes: Math.max(hello.streamWindowBytes, FLOOR_LIMITS.streamWindowBytes),
    minPingIntervalMs: Math.min(hello.minPingIntervalMs, MAX_PEER_PING_INTERVAL_MS),
  };
}

/** Our Hello. Schema and features are not told yet. */
export function helloFrame(limits: Limits): HelloFrame {
  const hello: Hello = {
    minor: MINOR_VERSION,
    maxFrameBytes: limits.maxFrameBytes,
    maxStreams: limits.maxStreams,
    streamWindowBytes: limits.streamWindowBytes,
    minPingIntervalMs: Math.min(Math.ceil(limits.minPingIntervalMs), MAX_PING_INTERVAL_MS),
    schemaSha256: NO_BYTES,
    features: [],
  };
  return { kind: "hello", streamId: 0, ...hello };
}
