// What every report is: events in, lines out.
import type { SnifferEvent } from "../event.js";
import type { DecodedPacket } from "../packet/decoded-packet.js";
import type { PacketCursor } from "../packet/packet-cursor.js";
import type { SegmentWatcher } from "../pipeline.js";
import type { NewAssessor } from "../tls/assessor.js";

export interface Report {
  /** The lines for one event, each with its line end; empty where this report does not show it. */
  encode(event: SnifferEvent): string;
  /** Where lines for packets are made without an event: writes one at `at`, and gives the place behind it. */
  readonly writePacket?: PacketWriter | undefined;
  /** Sees each packet, in the same way as those below. */
  watchPacket?(packet: DecodedPacket, cursor: PacketCursor): void;
  /** What is to be said beside events: asked for when a packet's events were told. */
  take?(): string;
  /** Sees each segment and datagram, where a report is about more than events tell. */
  readonly watchSegment?: SegmentWatcher | undefined;
  /** Hears handshakes, in the same way. */
  readonly newAssessor?: NewAssessor | undefined;
  /** What comes after the last event. */
  end(): string;
}

export type PacketWriter = (packet: DecodedPacket, cursor: PacketCursor, into: Uint8Array, at: number) => number;
