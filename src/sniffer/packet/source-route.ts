// Whom a packet is for where its IP header names only the next hop: source routes (RFC 791 section 3.1, RFC 8200 section
// 4.4, RFC 6275 section 6.4, RFC 8754). Replies come from there, and checksums are over that address.
import type { DecodedPacket } from "./decoded-packet.js";

const NO_OPERATION = 1;
const LOOSE_ROUTE = 131;
const STRICT_ROUTE = 137;

const SEGMENT_ROUTING = 4;
/** The first of its addresses is the last hop: in type 2 there is no other. */
const FIRST_IS_LAST: readonly number[] = [2, SEGMENT_ROUTING];
/** The first of all, and that of RFC 6554 where it shortens no address. */
const PLAIN_ROUTES: readonly number[] = [0, 3];

/** `start` stands at an IPv4 header of so many bytes. */
export function followIpv4Route(packet: DecodedPacket, headerBytes: number): void {
  const { body, start } = packet;
  const end = start + headerBytes;
  for (let at = start + 20; at + 1 < end && body[at] !== 0; ) {
    const type = body[at] ?? 0;
    const length = type === NO_OPERATION ? 1 : (body[at + 1] ?? 0);
    if (length === 0 || at + length > end) return;
    const isRoute = type === LOOSE_ROUTE || type === STRICT_ROUTE;
    // The pointer, counted from 1, stands behind the option once the last hop is the destination.
    if (isRoute && length >= 7 && (body[at + 2] ?? 0) <= length) packet.destinationAt = at + length - 4;
    at += length;
  }
}

/** `start` stands at a routing header of so many bytes. */
export function followIpv6Route(packet: DecodedPacket, length: number): void {
  const { body, start } = packet;
  const type = body[start + 2] ?? 0;
  const hopsLeft = body[start + 3] ?? 0;
  if (hopsLeft === 0 || length < 24) return;
  const hops = (length - 8) >> 4;
  if (FIRST_IS_LAST.includes(type)) packet.destinationAt = start + 8;
  else if (PLAIN_ROUTES.includes(type) && (type === 0 || body[start + 4] === 0)) {
    packet.destinationAt = start + 8 + (hops - 1) * 16;
  }
}
