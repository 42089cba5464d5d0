// Every limit of a connection in one type: its default, why it is there, and what happens when it is reached.

import { WIRE_LIMITS } from "../wire/limits.js";
import { StatusCode } from "../wire/status-code.js";
import { RpcError } from "./rpc-error.js";

/** Times in milliseconds, sizes in bytes. All have defaults; give only what should differ. */
export interface Limits {
  /** Largest frame accepted once Hellos are exchanged. Above it: GoAway, by the length prefix alone. */
  readonly maxFrameBytes: number;
  /** Calls open at once on one connection, told in Hello. Above it: UNAVAILABLE, not processed. */
  readonly maxStreams: number;
  /** Connections in all. Above it: closed on arrival, before any TLS work is spent on it. */
  readonly maxConnections: number;
  /** Connections of one address, or of one IPv6 network (/64), so that one host, or one proxy, cannot take all. Closed on arrival. */
  readonly maxConnectionsPerAddress: number;
  /**
   * Half-open TLS handshakes in all. Above it the oldest is closed: an honest client is done within milliseconds, so what
   * has waited longest is the least likely to be one, and a flood of them keeps nobody out.
   */
  readonly maxHandshakes: number;
  /** Half-open TLS handshakes hold memory and a socket; closed after this, however busy. */
  readonly handshakeTimeoutMs: number;
  /** From the end of the handshake to the first whole frame. Who connects has something to say. */
  readonly firstFrameTimeoutMs: number;
  /** From the first byte of a frame to its last: ends a peer that dribbles byte by byte. */
  readonly frameTimeoutMs: number;
  /** Without a call or a frame for this long: GoAway and close. */
  readonly idleTimeoutMs: number;
  /** Unwritten bytes for a peer that does not read. Above it: we stop reading from that peer until half is gone. */
  readonly maxOutstandingBytes: number;
  /** Unwritten bytes that make no progress for this long: the connection is dropped. A peer that is dead while we write is noticed so. */
  readonly stallTimeoutMs: number;
  /** Request payloads of the calls open at once, and streamed messages that wait unread. Above it: RESOURCE_EXHAUSTED. */
  readonly maxOpenRequestBytes: number;
  /** Keys and values of one call's metadata. Above it: RESOURCE_EXHAUSTED, not processed. */
  readonly maxMetadataBytes: number;
  /** The longest a unary call may take; longer timeouts, and none, are clamped to it. */
  readonly maxDeadlineMs: number;
  /** The longest a streaming call may take. None by default: pings show that its peer still lives. */
  readonly maxStreamingMs: number;
  /** Messages of one stream that wait here unread, told in Hello. Who sends more than its credit: GoAway. */
  readonly streamWindowBytes: number;
  /** Silence of the peer, while calls are open, after which it is asked whether it lives. Infinity: never. */
  readonly pingIntervalMs: number;
  /** Silence after that question, after which the connection counts as lost. With the interval: how long a dead peer stays unnoticed. */
  readonly pingTimeoutMs: number;
  /** The shortest interval of the peer's pings that we like, told in Hello. */
  readonly minPingIntervalMs: number;
  /** Calls a client keeps waiting for a free stream. Above it: RESOURCE_EXHAUSTED, not sent. */
  readonly maxQueuedCalls: number;
}

/** As many ids as a connection has. */
const MAX_STREAMS = 0x7fff_ffff;

/** What a credit can add up to. */
const MAX_WINDOW_BYTES = 0x7fff_ffff;

const DEFAULT_LIMITS: Limits = {
  maxFrameBytes: 4 * 1024 * 1024,
  maxStreams: 1024,
  maxConnections: 20_000,
  maxConnectionsPerAddress: 12_000,
  maxHandshakes: 6_000,
  handshakeTimeoutMs: 8_000,
  firstFrameTimeoutMs: 5_000,
  frameTimeoutMs: 30_000,
  idleTimeoutMs: 300_000,
  maxOutstandingBytes: 1024 * 1024,
  stallTimeoutMs: 30_000,
  maxOpenRequestBytes: 32 * 1024 * 1024,
  maxMetadataBytes: 16 * 1024,
  maxDeadlineMs: 300_000,
  maxStreamingMs: Number.POSITIVE_INFINITY,
  streamWindowBytes: 256 * 1024,
  pingIntervalMs: 10_000,
  pingTimeoutMs: 5_000,
  minPingIntervalMs: 1_000,
  maxQueuedCalls: 10_000,
};

/** @throws RpcError INVALID_ARGUMENT `bad_options` for a limit below what every peer may count on. */
export function withDefaults(limits: Partial<Limits> = {}): Limits {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  const all: Limits = { ...DEFAULT_LIMITS, ...Object.fromEntries(given) };
  for (const [name, value] of Object.entries(all)) {
    if (typeof value !== "number" || !(value > 0)) {
      throw badLimit(`${name} must be a number above 0`);
    }
  }
  within("maxFrameBytes", all.maxFrameBytes, WIRE_LIMITS.floorFrameBytes, WIRE_LIMITS.maxFrameBytes);
  within("maxStreams", all.maxStreams, WIRE_LIMITS.floorStreams, MAX_STREAMS);
  within("streamWindowBytes", all.streamWindowBytes, WIRE_LIMITS.floorWindowBytes, MAX_WINDOW_BYTES);
  return all;
}

function within(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw badLimit(`${name} must be a whole number from ${least} to ${most}`);
  }
}

function badLimit(message: string): RpcError {
  return new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_options", delivery: "not_sent" });
}
