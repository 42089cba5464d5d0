// What one packet holds, as the fields of tshark are asked of it.
import type { SnifferEvent } from "../../event.js";
import type { DecodedPacket } from "../../packet/decoded-packet.js";
import type { PacketCursor } from "../../packet/packet-cursor.js";
import type { ClientHello } from "../../tls/client-hello.js";
import type { ServerHello } from "../../tls/server-hello.js";

export interface SeenHandshake {
  readonly type: number;
  readonly client?: ClientHello;
  readonly server?: ServerHello;
  /** Of encrypted extensions that keys opened. */
  readonly extensions?: readonly number[];
  readonly protocols?: readonly Uint8Array[];
}

export interface SeenRecord {
  /** What it holds, once it is known: TLS 1.3 hides that behind 23. */
  readonly type: number | undefined;
  readonly opaqueType: number | undefined;
  readonly version: string;
  readonly length: number;
}

export type SeenMessage = Extract<SnifferEvent, { event: "message" }>;
export type SeenAlert = Extract<SnifferEvent, { event: "alert" }>;

/** Valid until the next packet. */
export class SeenPacket {
  packet: DecodedPacket;
  cursor: PacketCursor;
  /** Seconds of the first packet, and its nanoseconds; null where packets carry no time. */
  first: { seconds: number; nanoseconds: number } | undefined;
  /** tcp.stream or udp.stream; undefined where there is no conversation. */
  stream: number | undefined;
  communityId: string | undefined;
  /** Relative to the first number of its side, as tshark counts. */
  sequence = 0;
  acknowledgment = 0;
  records: SeenRecord[] = [];
  handshakes: SeenHandshake[] = [];
  alerts: SeenAlert[] = [];
  messages: SeenMessage[] = [];

  constructor(packet: DecodedPacket, cursor: PacketCursor) {
    this.packet = packet;
    this.cursor = cursor;
  }

  reset(packet: DecodedPacket, cursor: PacketCursor): void {
    this.packet = packet;
    this.cursor = cursor;
    this.stream = undefined;
    this.communityId = undefined;
    this.records = [];
    this.handshakes = [];
    this.alerts = [];
    this.messages = [];
  }
}
