// Finds the network layer behind a link header. Each reader moves `start` past its header and gives the EtherType of
// what follows, or NONE after it has said why there is nothing to follow.
import type { DecodedPacket } from "./decoded-packet.js";
import { linkTypeName } from "./link-type-names.js";

export const IPV4 = 0x0800;
export const IPV6 = 0x86dd;
export const PPP = 0x880b;
export const TRANSPARENT_ETHERNET = 0x6558;
export const NONE = -1;

/** The largest value of Ethernet's type field that is a length instead. */
const MAX_802_3_LENGTH = 1500;
/** LLC's mark of a SNAP header with no organisation: an EtherType follows (RFC 1042). */
const SNAP = [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00];

/** ARPHRD values whose "protocol" field is not an EtherType (Linux if_arp.h). */
const ARPHRD_NETLINK = 824;

export function readLinkHeader(packet: DecodedPacket, linkType: number): number {
  switch (linkType) {
    case 1:
      return readEthernet(packet);
    case 0:
    case 108:
      return readLoopback(packet);
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return versionOf(packet);
    case 113:
      return readLinuxCooked(packet);
    case 276:
      return readLinuxCooked2(packet);
    case 9:
    case 50:
      return readPpp(packet);
    default:
      return skip(packet, `link type ${linkType} (${linkTypeName(linkType)})`);
  }
}

export function readEthernet(packet: DecodedPacket): number {
  if (!has(packet, 14, "ethernet header")) return NONE;
  packet.protocol = "ethernet";
  const type = advance(packet, 14, 12);
  if (type <= MAX_802_3_LENGTH) endAt(packet, packet.start + type, "IEEE 802.3 length");
  return type;
}

/** RFC 1042: an EtherType behind a SNAP header; anything else in LLC is named as such. */
export function readLlc(packet: DecodedPacket): number {
  packet.protocol = "llc";
  const { body, start } = packet;
  if (!SNAP.every((byte, index) => body[start + index] === byte)) return skip(packet, "llc");
  return has(packet, 8, "SNAP header") ? advance(packet, 8, 6) : NONE;
}

/** 802.1Q and 802.1ad tags: two bytes of tag, then the next EtherType. */
export function readVlan(packet: DecodedPacket): number {
  return has(packet, 4, "VLAN tag") ? advance(packet, 4, 2) : NONE;
}

/** RFC 2516: six bytes, then PPP without its address and control fields. */
export function readPppoe(packet: DecodedPacket): number {
  if (!has(packet, 6, "PPPoE header")) return NONE;
  // The Ethernet frame may be padded behind it.
  endAt(packet, packet.start + 6 + u16(packet, 4), "PPPoE length");
  packet.start += 6;
  return readPpp(packet);
}

/** RFC 3032: labels of four bytes, until the one that is marked as the bottom. */
export function readMpls(packet: DecodedPacket): number {
  for (let bottom = false; !bottom; packet.start += 4) {
    if (!has(packet, 4, "MPLS label")) return NONE;
    bottom = ((packet.body[packet.start + 2] ?? 0) & 1) === 1;
  }
  return versionOf(packet);
}

/** RFC 1661, with or without the address and control bytes of RFC 1662; the protocol field may be one byte. */
export function readPpp(packet: DecodedPacket): number {
  if (!has(packet, 2, "PPP header")) return NONE;
  if (u16(packet, 0) === 0xff03) packet.start += 2;
  if (!has(packet, 1, "PPP protocol")) return NONE;
  const first = packet.body[packet.start] ?? 0;
  const compressed = (first & 1) === 1;
  if (!compressed && !has(packet, 2, "PPP protocol")) return NONE;
  const protocol = compressed ? first : u16(packet, 0);
  packet.start += compressed ? 1 : 2;
  packet.protocol = "ppp";
  if (protocol === 0x0021) return IPV4;
  if (protocol === 0x0057) return IPV6;
  return skip(packet, `ppp protocol ${hex(protocol)}`);
}

/** BSD loopback: an address family of four bytes, in the byte order of whoever wrote it (or big-endian: LOOP). */
function readLoopback(packet: DecodedPacket): number {
  if (!has(packet, 4, "loopback header")) return NONE;
  const big = ((u16(packet, 0) << 16) | u16(packet, 2)) >>> 0;
  const family = big > 0xffff ? swap32(big) : big;
  packet.start += 4;
  packet.protocol = "loopback";
  if (family === 2) return IPV4;
  // AF_INET6 is 24, 28 or 30 on the BSDs, 10 on Linux, 23 on Windows.
  if ([10, 23, 24, 28, 30].includes(family)) return IPV6;
  return skip(packet, `address family ${family}`);
}

function readLinuxCooked(packet: DecodedPacket): number {
  if (!has(packet, 16, "Linux cooked header")) return NONE;
  packet.protocol = "linux_sll";
  const netlink = u16(packet, 2) === ARPHRD_NETLINK;
  const next = advance(packet, 16, 14);
  return netlink ? skip(packet, "netlink") : next;
}

function readLinuxCooked2(packet: DecodedPacket): number {
  if (!has(packet, 20, "Linux cooked v2 header")) return NONE;
  packet.protocol = "linux_sll2";
  const netlink = u16(packet, 8) === ARPHRD_NETLINK;
  const next = advance(packet, 20, 0);
  return netlink ? skip(packet, "netlink") : next;
}

/** Where nothing names the network layer, its first four bits do. */
function versionOf(packet: DecodedPacket): number {
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
  if (packet.end + packet.cutBytes - packet.start >= length) skip(packet, `${what} not captured`);
  else damage(packet, `${what} cut short`);
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
  packet.damage = { what, offset: packet.start };
  return NONE;
}

/** Big-endian, `offset` bytes behind `start`; the caller has checked that it is there. */
export function u16(packet: DecodedPacket, offset: number): number {
  const at = packet.start + offset;
  return ((packet.body[at] ?? 0) << 8) | (packet.body[at + 1] ?? 0);
}

export function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}

function advance(packet: DecodedPacket, length: number, typeAt: number): number {
  const type = u16(packet, typeAt);
  packet.start += length;
  return type;
}

function swap32(value: number): number {
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
