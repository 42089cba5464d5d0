// Builds the packets that a wire would have carried for the bytes that pass the relay: raw IP (RFC 791, RFC 8200) and
// TCP (RFC 9293) with right sequence numbers and checksums, so that every reader of captures takes them as they are.
import type { Side } from "../event.js";

/** LINKTYPE_RAW: the packet begins with its IP header. */
export const RELAY_LINK_TYPE = 101;

/** Far below what an IP length can say, so that a capture opens in tools with a 65,535-byte limit. */
const MAX_SEGMENT_BYTES = 0x8000;
const TCP_HEADER_BYTES = 20;
const TCP_PROTOCOL = 6;
const WINDOW = 0xffff;

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const PSH = 0x08;
const ACK = 0x10;

export interface RelayEnd {
  /** "127.0.0.1" or "::1". */
  readonly address: string;
  readonly port: number;
  /** Initial sequence number. */
  readonly sequence: number;
}

interface FlowSide {
  readonly address: Uint8Array;
  readonly port: number;
  sequence: number;
}

/** One connection. Each step gives the packets to capture, in order. */
export class RelayFlow {
  readonly #sides: Record<Side, FlowSide>;
  #identification = 0;

  constructor(ends: Record<Side, RelayEnd>) {
    const client = decodeAddress(ends.client.address);
    const server = decodeAddress(ends.server.address);
    const wide = client.length !== server.length;
    this.#sides = {
      client: { address: wide ? widen(client) : client, port: ends.client.port, sequence: ends.client.sequence },
      server: { address: wide ? widen(server) : server, port: ends.server.port, sequence: ends.server.sequence },
    };
  }

  /** The three packets of a handshake. */
  open(): Uint8Array[] {
    return [
      ...this.#emit("client", SYN, EMPTY),
      ...this.#emit("server", SYN | ACK, EMPTY),
      ...this.#emit("client", ACK, EMPTY),
    ];
  }

  /** A connection that the server never took. */
  refuse(): Uint8Array[] {
    return [...this.#emit("client", SYN, EMPTY), ...this.#emit("server", RST | ACK, EMPTY)];
  }

  data(side: Side, bytes: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += MAX_SEGMENT_BYTES) {
      packets.push(...this.#emit(side, PSH | ACK, bytes.subarray(at, at + MAX_SEGMENT_BYTES)));
    }
    return packets;
  }

  /** This side sends no more; the other acknowledges. */
  end(side: Side): Uint8Array[] {
    return [...this.#emit(side, FIN | ACK, EMPTY), ...this.#emit(side === "client" ? "server" : "client", ACK, EMPTY)];
  }

  reset(side: Side): Uint8Array[] {
    return this.#emit(side, RST | ACK, EMPTY);
  }

  #emit(side: Side, flags: number, payload: Uint8Array): Uint8Array[] {
    const from = this.#sides[side];
    const to = this.#sides[side === "client" ? "server" : "client"];
    const acknowledged = (flags & ACK) === 0 ? 0 : to.sequence;
    const segment = encodeSegment(from, to, acknowledged, flags, payload);
    from.sequence = (from.sequence + payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) >>> 0;
    this.#identification = (this.#identification + 1) & 0xffff;
    return [from.address.length === 4 ? wrapV4(from, to, segment, this.#identification) : wrapV6(from, to, segment)];
  }
}

const EMPTY = new Uint8Array(0);

function encodeSegment(
  from: FlowSide,
  to: FlowSide,
  acknowledged: number,
  flags: number,
  payload: Uint8Array,
): Uint8Array {
  const segment = new Uint8Array(TCP_HEADER_BYTES + payload.length);
  const view = new DataView(segment.buffer);
  view.setUint16(0, from.port);
  view.setUint16(2, to.port);
  view.setUint32(4, from.sequence);
  view.setUint32(8, acknowledged);
  view.setUint8(12, (TCP_HEADER_BYTES / 4) << 4);
  view.setUint8(13, flags);
  view.setUint16(14, WINDOW);
  segment.set(payload, TCP_HEADER_BYTES);
  const pseudo = sum(from.address) + sum(to.address) + TCP_PROTOCOL + segment.length;
  view.setUint16(16, fold(pseudo + sum(segment)));
  return segment;
}

function wrapV4(from: FlowSide, to: FlowSide, segment: Uint8Array, identification: number): Uint8Array {
  const packet = new Uint8Array(20 + segment.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, packet.length);
  view.setUint16(4, identification);
  view.setUint16(6, 0x4000);
  view.setUint8(8, 64);
  view.setUint8(9, TCP_PROTOCOL);
  packet.set(from.address, 12);
  packet.set(to.address, 16);
  view.setUint16(10, fold(sum(packet.subarray(0, 20))));
  packet.set(segment, 20);
  return packet;
}

function wrapV6(from: FlowSide, to: FlowSide, segment: Uint8Array): Uint8Array {
  const packet = new Uint8Array(40 + segment.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x60);
  view.setUint16(4, segment.length);
  view.setUint8(6, TCP_PROTOCOL);
  view.setUint8(7, 64);
  packet.set(from.address, 8);
  packet.set(to.address, 24);
  packet.set(segment, 40);
  return packet;
}

/** Sum of 16-bit words (RFC 1071); at most 32 KiB of 0xffff, which a double holds exactly. */
function sum(bytes: Uint8Array): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 2) total += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return total;
}

function fold(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

function widen(address: Uint8Array): Uint8Array {
  return address.length === 16 ? address : Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...address);
}

/** 4 or 16 bytes; what is no address becomes 0.0.0.0, since it only labels. */
function decodeAddress(text: string): Uint8Array {
  const plain = text.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":")) return Uint8Array.from({ length: 4 }, (_, i) => Number(plain.split(".")[i] ?? 0));
  const [head = "", tail] = plain.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(zeros).fill("0"), ...after].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from({ length: 16 }, (_, i) => {
    const group = groups[i >> 1] ?? 0;
    return i % 2 === 0 ? group >> 8 : group & 0xff;
  });
}
