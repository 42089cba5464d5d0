// IPv4 (RFC 791) and IPv6 (RFC 8200) with its extension headers. Each reader moves `start` behind the headers, sets `end`
// to where the datagram ends, and gives the protocol number of what follows, or NONE.
import type { DecodedPacket } from "./decoded-packet.js";
import type { FragmentTable } from "./fragment-table.js";
import { damage, endAt, has, NONE, skip, u16 } from "./link-layer.js";
import { followIpv4Route, followIpv6Route } from "./source-route.js";

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION = 60;
const NO_NEXT_HEADER = 59;
/** More extension headers than any real packet has; without a bound a packet could hold thousands. */
const MAX_EXTENSION_HEADERS = 16;

export function readIpv4(packet: DecodedPacket, fragments: FragmentTable): number {
  if (!has(packet, 20, "IPv4 header")) return NONE;
  const first = packet.body[packet.start] ?? 0;
  const headerBytes = (first & 0x0f) * 4;
  if (first >> 4 !== 4) return damage(packet, `IPv4 header with version ${first >> 4}`);
  if (headerBytes < 20) return damage(packet, `IPv4 header of ${headerBytes} bytes`);
  if (!has(packet, headerBytes, "IPv4 options")) return NONE;
  const totalBytes = u16(packet, 2);
  if (totalBytes !== 0 && totalBytes < headerBytes) return damage(packet, `IPv4 total length ${totalBytes}`);
  const protocol = packet.body[packet.start + 9] ?? 0;
  const fragment = u16(packet, 6);
  setAddresses(packet, packet.start + 12, 4);
  if (headerBytes > 20) followIpv4Route(packet, headerBytes);
  packet.protocol = "ipv4";
  // Zero is what a capture shows of a packet that the network card was still to cut up (TSO).
  if (totalBytes !== 0) endAt(packet, packet.start + totalBytes, "IPv4 total length");
  const identification = u16(packet, 4);
  packet.start += headerBytes;
  const offset = (fragment & 0x1fff) * 8;
  const more = (fragment & 0x2000) !== 0;
  if (offset === 0 && !more) return protocol;
  return fragments.join(packet, { identification, protocol, offset, more }) ? protocol : NONE;
}

export function readIpv6(packet: DecodedPacket, fragments: FragmentTable): number {
  if (!has(packet, 40, "IPv6 header")) return NONE;
  const version = (packet.body[packet.start] ?? 0) >> 4;
  if (version !== 6) return damage(packet, `IPv6 header with version ${version}`);
  const payloadBytes = u16(packet, 4);
  const next = packet.body[packet.start + 6] ?? 0;
  setAddresses(packet, packet.start + 8, 16);
  packet.protocol = "ipv6";
  // Zero: a jumbogram (RFC 2675) or TSO; the capture's end is then the packet's.
  if (payloadBytes !== 0) endAt(packet, packet.start + 40 + payloadBytes, "IPv6 payload length");
  packet.start += 40;
  return readExtensions(packet, next, fragments);
}

function readExtensions(packet: DecodedPacket, first: number, fragments: FragmentTable): number {
  let next = first;
  for (let count = 0; count < MAX_EXTENSION_HEADERS; count++) {
    if (next === NO_NEXT_HEADER) return skip(packet, "ipv6 no next header");
    if (next === FRAGMENT) {
      const joined = readFragmentHeader(packet, fragments);
      if (joined === NONE) return NONE;
      next = joined;
      continue;
    }
    if (next !== HOP_BY_HOP && next !== ROUTING && next !== DESTINATION && next !== AUTHENTICATION) return next;
    if (!has(packet, 8, "IPv6 extension header")) return NONE;
    const units = packet.body[packet.start + 1] ?? 0;
    // RFC 4302 counts in words of four bytes less two, the others in eights less one.
    const length = next === AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
    if (!has(packet, length, "IPv6 extension header")) return NONE;
    if (next === ROUTING) followIpv6Route(packet, length);
    next = packet.body[packet.start] ?? 0;
    packet.start += length;
  }
  return damage(packet, "IPv6 packet with too many extension headers");
}

function readFragmentHeader(packet: DecodedPacket, fragments: FragmentTable): number {
  if (!has(packet, 8, "IPv6 fragment header")) return NONE;
  const protocol = packet.body[packet.start] ?? 0;
  const field = u16(packet, 2);
  const identification = u16(packet, 4) * 0x10000 + u16(packet, 6);
  packet.start += 8;
  const offset = field & 0xfff8;
  const more = (field & 1) === 1;
  // An "atomic" fragment is whole (RFC 6946).
  if (offset === 0 && !more) return protocol;
  return fragments.join(packet, { identification, protocol, offset, more }) ? protocol : NONE;
}

function setAddresses(packet: DecodedPacket, at: number, length: number): void {
  packet.addresses = packet.body;
  packet.addressBytes = length;
  packet.sourceAt = at;
  packet.destinationAt = at + length;
}
