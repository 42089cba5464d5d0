// Damage for capture files and their packets: what bad memory, a bad disk, a bad network and bad will do to them.
import type { RawPacket } from "../../src/sniffer/packet/raw-packet.js";
import type { RandomSource } from "../helpers/random-source.js";

/** Lengths and counts break at their edges sooner than anywhere else. */
const EDGE_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff] as const;
const MAX_RANGE_BYTES = 2048;

type ByteChange = (random: RandomSource, bytes: Uint8Array, other: Uint8Array) => Uint8Array;
type PacketChange = (random: RandomSource, packets: RawPacket[], others: readonly RawPacket[]) => void;

/** A changed copy; `other` is where foreign bytes come from. */
export function mutateBytes(random: RandomSource, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let changed: Uint8Array = bytes.slice();
  for (let count = 1 + random.below(4); count > 0; count--) {
    changed = random.pick(BYTE_CHANGES)(random, changed, other);
  }
  return changed;
}

/** Changed packets, numbered anew. */
export function mutatePackets(
  random: RandomSource,
  packets: readonly RawPacket[],
  others: readonly RawPacket[],
): RawPacket[] {
  const changed = packets.slice();
  for (let count = 1 + random.below(1 + changed.length / 4); count > 0; count--) {
    random.pick(PACKET_CHANGES)(random, changed, others);
  }
  return changed.map((packet, index) => ({ ...packet, frame: index + 1 }));
}

const BYTE_CHANGES: readonly [ByteChange, ...ByteChange[]] = [flip, flip, edge, edge, cut, remove, repeat, splice];

function flip(random: RandomSource, bytes: Uint8Array): Uint8Array {
  for (let count = 1 + random.below(8); count > 0; count--) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }
  return bytes;
}

function edge(random: RandomSource, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length);
  return bytes.fill(random.pick(EDGE_BYTES), at, at + 1 + random.below(4));
}

function cut(random: RandomSource, bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, random.below(bytes.length + 1));
}

function remove(random: RandomSource, bytes: Uint8Array): Uint8Array {
  const { from, to } = range(random, bytes);
  return joined(bytes.subarray(0, from), bytes.subarray(to));
}

function repeat(random: RandomSource, bytes: Uint8Array): Uint8Array {
  const { from, to } = range(random, bytes);
  return joined(bytes.subarray(0, to), bytes.subarray(from));
}

function splice(random: RandomSource, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const { from, to } = range(random, other);
  return joined(bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at));
}

function range(random: RandomSource, bytes: Uint8Array): { from: number; to: number } {
  const from = random.below(bytes.length + 1);
  return { from, to: Math.min(bytes.length, from + 1 + random.below(MAX_RANGE_BYTES)) };
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

const PACKET_CHANGES: readonly [PacketChange, ...PacketChange[]] = [
  change,
  change,
  change,
  (random, packets) => packets.splice(random.below(packets.length), 1),
  /** Again, here or later. */
  (random, packets) => {
    const again = packets[random.below(packets.length)];
    if (again !== undefined) packets.splice(random.below(packets.length), 0, again);
  },
  /** Out of order. */
  (random, packets) => {
    packets.splice(random.below(packets.length), 0, ...packets.splice(random.below(packets.length), 1));
  },
  /** Of another capture. */
  (random, packets, others) => {
    const from = random.below(others.length);
    packets.splice(random.below(packets.length), 0, ...others.slice(from, from + 1 + random.below(20)));
  },
  snap,
];

function change(random: RandomSource, packets: RawPacket[], others: readonly RawPacket[]): void {
  const at = random.below(packets.length);
  const packet = packets[at];
  const other = others[random.below(others.length)] ?? packet;
  if (packet === undefined || other === undefined) return;
  const bytes = mutateBytes(random, packet.bytes, other.bytes);
  packets[at] = { ...packet, bytes, originalLength: random.chance(0.8) ? bytes.length : packet.originalLength };
}

/** From here on, the capture has a snapshot length. */
function snap(random: RandomSource, packets: RawPacket[]): void {
  const maxBytes = random.below(200);
  for (let at = random.below(packets.length); at < packets.length; at++) {
    const packet = packets[at];
    if (packet !== undefined) packets[at] = { ...packet, bytes: packet.bytes.slice(0, maxBytes) };
  }
}
