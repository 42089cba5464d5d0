// What flow logs want to know of a conversation beside its events: packets, bytes and times of each side.
import type { Side } from "../event.js";
import { type DecodedPacket, TCP } from "../packet/decoded-packet.js";
import type { Conversation } from "../stream/stream-event.js";
import { wholeFrameLength, wholeIpLength } from "./ip-length.js";
import { isServerPort } from "./server-ports.js";
import { TcpConnection } from "./tcp-connection.js";
import type { TlsLogFacts } from "./tls-log-facts.js";

const SYN = 0x02;
const ACK = 0x10;

/** Time of a packet in microseconds since 1970; undefined in captures that carry none. */
export type Microseconds = number;

export interface SideCount {
  packets: number;
  /** With their IP headers, as the headers say. */
  ipBytes: number;
  /** With all their headers, as they were on the wire. */
  frameBytes: number;
  /** Payload as it was on the wire, what came twice counted twice. */
  payloadBytes: number;
}

export class ConnectionFacts {
  readonly conversation: Conversation;
  /** Who spoke first, or, where that was not seen, has the port that is not a server's. */
  readonly originator: Side;
  /** The first packet was taken for an answer. */
  readonly flipped: boolean;
  readonly tcp: TcpConnection | undefined;
  readonly counts: Readonly<Record<Side, SideCount>> = { client: newCount(), server: newCount() };
  readonly firstFrame: number;
  lastFrame = 0;
  started: Microseconds | undefined;
  ended: Microseconds | undefined;
  /** Of the last packet that counted for how long it lasted. */
  lasted: Microseconds | undefined;
  /** Bytes that were not captured. */
  missedBytes = 0;
  tls: TlsLogFacts | undefined;
  /** The client's first packet behind the one that showed what its handshake is: there Suricata tells of it. */
  acknowledged: { readonly frame: number; readonly at: Microseconds | undefined } | undefined;

  constructor(conversation: Conversation, packet: DecodedPacket, side: Side) {
    this.conversation = conversation;
    this.firstFrame = packet.frame;
    this.flipped = isFlipped(packet);
    this.originator = this.flipped ? otherSide(side) : side;
    if (packet.transport === TCP) this.tcp = new TcpConnection(this.flipped);
  }

  get responder(): Side {
    return otherSide(this.originator);
  }

  push(packet: DecodedPacket, side: Side): void {
    const now = timeOf(packet);
    const count = this.counts[side];
    const length = packet.payloadBytes + packet.cutBytes;
    count.packets += 1;
    count.ipBytes += wholeIpLength(packet);
    count.frameBytes += wholeFrameLength(packet);
    count.payloadBytes += length;
    this.started ??= now;
    this.ended = now;
    this.lastFrame = packet.frame;
    if (this.acknowledged === undefined && side === "client" && packet.frame > (this.tls?.shownFrame ?? packet.frame))
      this.acknowledged = { frame: packet.frame, at: now };
    this.tcp?.push(packet, side === this.originator, length);
    if (this.tcp?.lasts !== false) this.lasted = now;
  }

  gap(side: Side, bytes: number): void {
    this.missedBytes += bytes;
    this.tcp?.gap(side === this.originator);
  }
}

/** The address and port of a side, as texts. */
export function endOf({ conversation }: ConnectionFacts, side: Side): { address: string; port: string } {
  const text = conversation[side];
  const colon = text.lastIndexOf(":");
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ""), port: text.slice(colon + 1) };
}

export function timeOf({ seconds, nanoseconds }: DecodedPacket): Microseconds | undefined {
  return seconds === null ? undefined : seconds * 1e6 + Math.floor(nanoseconds / 1000);
}

/** The first packet seems to be an answer: from a server's port to one that is none. A SYN is never one. */
function isFlipped({ transport, flags, sourcePort, destinationPort }: DecodedPacket): boolean {
  if (transport === TCP && (flags & (SYN | ACK)) === SYN) return false;
  return isServerPort(transport, sourcePort) && !isServerPort(transport, destinationPort);
}

function otherSide(side: Side): Side {
  return side === "client" ? "server" : "client";
}

function newCount(): SideCount {
  return { packets: 0, ipBytes: 0, frameBytes: 0, payloadBytes: 0 };
}
