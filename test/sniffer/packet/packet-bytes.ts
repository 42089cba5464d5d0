// Builds packets header by header for tests, and decodes them.
import type { DecodedPacket } from "../../../src/sniffer/packet/decoded-packet.js";
import { PacketDecoder } from "../../../src/sniffer/packet/packet-decoder.js";

export const ETHERNET = 1;
export const RAW = 101;

export const CLIENT = [10, 0, 0, 1];
export const SERVER = [10, 0, 0, 2];
export const CLIENT6 = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
export const SERVER6 = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

type Bytes = Uint8Array | readonly number[] | string;

const bytesOf = (bytes: Bytes): Uint8Array =>
  typeof bytes === "string" ? new TextEncoder().encode(bytes) : Uint8Array.from(bytes);

export function join(...parts: Bytes[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...bytesOf(part)]));
}

export const be16 = (...values: number[]) => values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff]);
export const be32 = (...values: number[]) =>
  values.flatMap((value) => [...be16(value >>> 16), ...be16(value & 0xffff)]);

export const ethernet = (type: number, ...payload: Bytes[]) =>
  join(new Array<number>(12).fill(2), be16(type), ...payload);

export interface Ipv4Fields {
  source?: readonly number[];
  destination?: readonly number[];
  protocol?: number;
  identification?: number;
  /** Flags and offset as they stand in the header. */
  fragment?: number;
  options?: readonly number[];
  /** Instead of the true one. */
  totalBytes?: number;
}

export function ipv4(fields: Ipv4Fields, ...payload: Bytes[]): Uint8Array {
  const { options = [], protocol = 6, identification = 0, fragment = 0 } = fields;
  const body = join(...payload);
  const headerBytes = 20 + options.length;
  const total = fields.totalBytes ?? headerBytes + body.length;
  const start = [0x40 | (headerBytes / 4), 0, ...be16(total, identification, fragment), 64, protocol, 0, 0];
  return join(start, fields.source ?? CLIENT, fields.destination ?? SERVER, options, body);
}

export function ipv6(next: number, ...payload: Bytes[]): Uint8Array {
  const body = join(...payload);
  return join([0x60, 0, 0, 0, ...be16(body.length), next, 64], CLIENT6, SERVER6, body);
}

export interface TcpFields {
  ports?: readonly [number, number];
  sequence?: number;
  acknowledgment?: number;
  flags?: number;
  options?: readonly number[];
}

export function tcp(fields: TcpFields, ...payload: Bytes[]): Uint8Array {
  const { ports = [40000, 443], sequence = 1, acknowledgment = 1, flags = 0x10, options = [] } = fields;
  const headerWords = 5 + options.length / 4;
  const numbers = be32(sequence, acknowledgment);
  return join(be16(...ports), numbers, [headerWords << 4, flags], be16(1000, 0, 0), options, ...payload);
}

export function udp(ports: readonly [number, number], ...payload: Bytes[]): Uint8Array {
  const body = join(...payload);
  return join(be16(...ports, 8 + body.length, 0), body);
}

/** The length of the packet on the wire is that of `bytes`, unless it was longer. */
export function decode(linkType: number, bytes: Uint8Array, originalLength = bytes.length): DecodedPacket {
  return decodeWith(new PacketDecoder(), linkType, bytes, originalLength);
}

export function decodeWith(
  decoder: PacketDecoder,
  linkType: number,
  bytes: Uint8Array,
  originalLength = bytes.length,
): DecodedPacket {
  return decoder.decode({ frame: 1, seconds: 0, nanoseconds: 0, linkType, originalLength, bytes });
}

/** What the ledger says of the packet itself, fragments aside. */
export const accounted = (packet: DecodedPacket) => ({
  headers: packet.headerBytes,
  padding: packet.paddingBytes,
  payload: packet.payloadBytes,
  not_understood: packet.notUnderstoodBytes,
});

export const text = (packet: DecodedPacket) => new TextDecoder().decode(packet.payload());

/** Cut at every byte and with every byte changed: which of the variants are counted wrongly or lack a name. */
export function findUncounted(linkType: number, bytes: Uint8Array): string[] {
  const wrong: string[] = [];
  const check = (form: string, variant: Uint8Array, length: number): void => {
    const packet = decode(linkType, variant, length);
    const parts = Object.values(accounted(packet));
    const sum = parts.reduce((left, right) => left + right, packet.heldBackBytes - packet.releasedBytes);
    if (sum !== variant.length || parts.some((part) => part < 0)) wrong.push(`${form}: ${parts}`);
    if ((packet.transport === 0) !== (packet.skipped !== undefined)) wrong.push(`${form}: no name`);
  };
  for (let at = 0; at < bytes.length; at++) {
    check(`cut at ${at}`, bytes.slice(0, at), at);
    check(`captured to ${at}`, bytes.slice(0, at), bytes.length);
    for (const mask of [0xff, 0x01, 0x40]) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ mask;
      check(`changed at ${at}`, changed, changed.length);
    }
  }
  return wrong;
}
