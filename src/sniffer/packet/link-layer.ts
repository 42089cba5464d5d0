// Ethernet (IEEE 802.3), its tags and LLC, and what all layers use. Each reader moves `start` past its header and gives the
// EtherType of what follows, or NONE after it has said why there is nothing to follow.
import type { DecodedPacket } from "./decoded-packet.js";

export const IPV4 = 0x0800;
export const IPV6 = 0x86dd;
export const PPP = 0x880b;
export const MPLS = 0x8847;
export const NSH = 0x894f;
export const TRANSPARENT_ETHERNET = 0x6558;
/** Any value below 0x0600 in the place of an EtherType: LLC follows. */
export const LLC = 4;
export const NONE = -1;

/** The largest value of Ethernet's type field that is a length instead. */
const MAX_802_3_LENGTH = 1500;
const MAC_BYTES = 6;
const LLC_SNAP = 0xaaaa;
const LLC_IP = 0x0606;
const UNNUMBERED = 0x03;
/** The organisations behind whose SNAP header an EtherType follows: none (RFC 1042), and that of 802.1H bridges. */
const SNAP_ETHERNET = 0x000000;
const SNAP_BRIDGE = 0x0000f8;

/** ARP, VLAN, PPPoE, LLDP and CFM beside what has a name above. */
const KNOWN_ETHER_TYPES: readonly number[] = [IPV4, IPV6, 0x0806, 0x8100, 0x88a8, 0x8863, 0x8864, MPLS, 0x88cc, 0x8902];

/** `tagBytes` of a switch's chip may stand between the addresses and the type. */
export function readEthernet(packet: DecodedPacket, tagBytes = 0): number {
  if (!has(packet, 14 + tagBytes, "ethernet header")) return NONE;
  packet.protocol = "ethernet";
  packet.linkDestinationAt = packet.start;
  packet.linkSourceAt = packet.start + MAC_BYTES;
  const type = advance(packet, 14 + tagBytes, 12 + tagBytes);
  if (type <= MAX_802_3_LENGTH) endAt(packet, packet.start + type, "IEEE 802.3 length");
  return type;
}

/** An EtherType behind a SNAP header, or IP by its own LLC address (RFC 948); anything else in LLC is named as such. */
export function readLlc(packet: DecodedPacket): number {
  packet.protocol = "llc";
  if (packet.end - packet.start < 3) return skip(packet, "llc");
  const addresses = u16(packet, 0);
  if (packet.body[packet.start + 2] !== UNNUMBERED) return skip(packet, "llc");
  if (addresses === LLC_IP) {
    packet.start += 3;
    return IPV4;
  }
  if (addresses !== LLC_SNAP) return skip(packet, "llc");
  if (!has(packet, 8, "SNAP header")) return NONE;
  const organisation = u32(packet, 2) & 0xffffff;
  if (organisation !== SNAP_ETHERNET && organisation !== SNAP_BRIDGE) return skip(packet, "llc snap");
  return advance(packet, 8, 6);
}

/** EtherTypes that a frame found by guessing may have: so many bytes agree by chance too rarely to matter. */
export function isKnownEtherType(type: number): boolean {
  return KNOWN_ETHER_TYPES.includes(type);
}

/** Where nothing names the network layer, its first four bits do. */
export function versionOf(packet: DecodedPacket): number {
  if (!has(packet, 1, "IP version")) return NONE;
  const version = (packet.body[packet.start] ?? 0) >> 4;
  if (version === 4) return IPV4;
  if (version === 6) return IPV6;
  return skip(packet, `ip version ${version}`);
}

/** Says why nothing is read behind this point. */
export function skip(packet: DecodedPacket, why: string): typeof NONE {
  packet.skipped = why;
  return NONE;
}

/** Whether `length` bytes are there; if not, the capture cut them off or the packet is damaged here. */
export function has(packet: DecodedPacket, length: number, what: string): boolean {
  if (packet.end - packet.start >= length) return true;
  if (packet.end + packet.cutBytes - packet.start < length) {
    damage(packet, `${what} cut short`);
  } else {
    skip(packet, `${what} not captured`);
    packet.truncatedBytes = packet.end - packet.start;
  }
  return false;
}

/** A header says where its payload ends: trims what lies behind (padding, a frame check), or notes what was cut off. */
export function endAt(packet: DecodedPacket, end: number, what: string): void {
  const missing = end - packet.end;
  if (missing > packet.cutBytes) damage(packet, `${what} reaches beyond the packet`);
  packet.end = Math.min(packet.end, end);
  packet.cutBytes = Math.min(packet.cutBytes, Math.max(0, missing));
}

export function damage(packet: DecodedPacket, what: string): typeof NONE {
  packet.damage = { what, offset: packet.start - packet.base };
  return NONE;
}

/** Big-endian, `offset` bytes behind `start`; the caller has checked that it is there. */
export function u16(packet: DecodedPacket, offset: number): number {
  const at = packet.start + offset;
  return ((packet.body[at] ?? 0) << 8) | (packet.body[at + 1] ?? 0);
}

/** Big-endian, `offset` bytes behind `start`; the caller has checked that it is there. */
export function u32(packet: DecodedPacket, offset: number): number {
  return ((u16(packet, offset) << 16) | u16(packet, offset + 2)) >>> 0;
}

export function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}

/** Moves behind a header of `length` bytes and gives the EtherType in it. */
export function advance(packet: DecodedPacket, length: number, typeAt: number): number {
  const type = u16(packet, typeAt);
  packet.start += length;
  return type;
}
