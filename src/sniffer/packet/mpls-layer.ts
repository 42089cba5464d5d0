// MPLS (RFC 3032). Nothing in a label says what it carries: IP, or Ethernet with or without a control word (RFC 4448), so
// the bytes behind it have to.
import type { DecodedPacket } from "./decoded-packet.js";
import { has, isKnownEtherType, NONE, skip, TRANSPARENT_ETHERNET, u16, versionOf } from "./link-layer.js";

const CONTROL_WORD_BYTES = 4;
const TYPE_AT = 12;

/** Labels of four bytes, until the one that is marked as the bottom. */
export function readMpls(packet: DecodedPacket): number {
  for (let bottom = false; !bottom; packet.start += 4) {
    if (!has(packet, 4, "MPLS label")) return NONE;
    bottom = ((packet.body[packet.start + 2] ?? 0) & 1) === 1;
  }
  if (!has(packet, 1, "IP version")) return NONE;
  const first = packet.body[packet.start] ?? 0;
  // A hardware address may begin like an IP header, which a length and a header length beside it do not.
  if (first >= 0x45 && first <= 0x4f && u16(packet, 2) <= packet.end + packet.cutBytes - packet.start) {
    return versionOf(packet);
  }
  if (first >> 4 === 0 && isEthernetAt(packet, CONTROL_WORD_BYTES)) {
    packet.start += CONTROL_WORD_BYTES;
    return TRANSPARENT_ETHERNET;
  }
  if (isEthernetAt(packet, 0)) return TRANSPARENT_ETHERNET;
  if (first >> 4 === 1) return skip(packet, "mpls associated channel");
  return first >> 4 === 0 ? skip(packet, "mpls pseudowire") : versionOf(packet);
}

function isEthernetAt(packet: DecodedPacket, offset: number): boolean {
  const behind = offset + TYPE_AT + 2;
  return packet.end - packet.start >= behind && isKnownEtherType(u16(packet, offset + TYPE_AT));
}
