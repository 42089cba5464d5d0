// Builds capture files of either byte order for the readers' tests, and reads them back.
import { readFileSync } from "node:fs";
import type { Stage } from "../../../src/bytes/stage.js";
import type { CaptureLimits } from "../../../src/sniffer/capture/capture-limits.js";
import { CaptureReader } from "../../../src/sniffer/capture/capture-reader.js";
import type { RawPacket } from "../../../src/sniffer/packet/raw-packet.js";
import { feed, type Outcome } from "../../helpers/stage-feeding.js";

/** From dist/test/sniffer/capture. */
const FIXTURES = new URL("../../../../test/fixtures/captures/", import.meta.url);

export const fixtureUrl = (path: string) => new URL(path, FIXTURES);
export const fixture = (path: string): Uint8Array => new Uint8Array(readFileSync(fixtureUrl(path)));

/** All packets of a fixture, each with bytes of its own. */
export function fixturePackets(path: string): RawPacket[] {
  const reader = new CaptureReader();
  reader.push(fixture(path));
  reader.finish();
  const packets: RawPacket[] = [];
  for (let packet = reader.next(); packet !== undefined; packet = reader.next())
    packets.push({ ...packet, bytes: packet.bytes.slice() });
  return packets;
}

export type Order = "le" | "be";
export const ORDERS: readonly Order[] = ["le", "be"];

export function u16(order: Order, ...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [at, value] of values.entries()) {
    if (order === "le") bytes.writeUInt16LE(value, at * 2);
    else bytes.writeUInt16BE(value, at * 2);
  }
  return bytes;
}

export function u32(order: Order, ...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) {
    if (order === "le") bytes.writeUInt32LE(value, at * 4);
    else bytes.writeUInt32BE(value, at * 4);
  }
  return bytes;
}

export const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

export function block(order: Order, type: number, ...body: Uint8Array[]): Buffer {
  const inner = Buffer.concat(body);
  return Buffer.concat([u32(order, type, inner.length + 12), inner, u32(order, inner.length + 12)]);
}

export const option = (order: Order, code: number, value: Uint8Array) =>
  Buffer.concat([u16(order, code, value.length), padded(value)]);

export const section = (order: Order, major = 1, minor = 0) =>
  block(order, 0x0a0d0d0a, u32(order, 0x1a2b3c4d), u16(order, major, minor), Buffer.alloc(8, 0xff));

export const networkInterface = (order: Order, linkType: number, snapLength = 0, ...options: Uint8Array[]) =>
  block(order, 1, u16(order, linkType, 0), u32(order, snapLength), ...options);

export function enhanced(order: Order, id: number, time: readonly [number, number], data: Uint8Array): Buffer {
  return block(order, 6, u32(order, id, ...time, data.length, data.length), padded(data));
}

export interface Read {
  frame: number;
  seconds: number | null;
  nanoseconds: number;
  linkType: number;
  originalLength: number;
  bytes: string;
}

/** What a test keeps of a packet: its bytes as hex, since their memory is lent. */
export const kept = (packet: RawPacket): Read => ({ ...packet, bytes: Buffer.from(packet.bytes).toString("hex") });

export type ReaderClass<Reader extends Stage<Uint8Array, RawPacket> = Stage<Uint8Array, RawPacket>> = new (
  limits?: Partial<CaptureLimits>,
) => Reader;

export function read<Reader extends Stage<Uint8Array, RawPacket>>(
  Reader: ReaderClass<Reader>,
  chunks: readonly Uint8Array[],
  limits: Partial<CaptureLimits> = {},
): Outcome<Read> & { reader: Reader } {
  const reader = new Reader(limits);
  return { ...feed(reader, chunks, kept), reader };
}

/** Enhanced packet and decryption secrets, as pcapng numbers its blocks. */
export const PACKET_BLOCK = 6;
export const SECRETS_BLOCK = 10;

/** Of a pcapng file in little endian, in order. */
export function blockTypes(bytes: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) types.push(bytes.readUInt32LE(at));
  return types;
}
