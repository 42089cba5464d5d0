// How long the IP packet says it is, from the header that its addresses stand in; and how long it is once joined of fragments.
import type { DecodedPacket } from "../packet/decoded-packet.js";

const V4_ADDRESS_BYTES = 4;
/** Where the source address stands in a header of IPv4 and of IPv6, and where the length does (RFC 791, RFC 8200). */
const V4_SOURCE_AT = 12;
const V4_LENGTH_AT = 2;
const V6_SOURCE_AT = 8;
const V6_LENGTH_AT = 4;
const V6_HEADER_BYTES = 40;

/** Bytes with the header; what the capture has, where the header says 0 (segmentation offload). */
export function ipLength(packet: DecodedPacket): number {
  const { addresses, addressBytes, capturedLength } = packet;
  const isV4 = addressBytes === V4_ADDRESS_BYTES;
  const at = ipHeaderAt(packet) + (isV4 ? V4_LENGTH_AT : V6_LENGTH_AT);
  if (at < 0 || at + 1 >= addresses.length) return capturedLength;
  const length = ((addresses[at] ?? 0) << 8) | (addresses[at + 1] ?? 0);
  if (length === 0) return capturedLength;
  return isV4 ? length : length + V6_HEADER_BYTES;
}

/** The same of a datagram that was joined of fragments: its header and all that followed in them. */
export function wholeIpLength(packet: DecodedPacket): number {
  return isJoined(packet) ? ipHeaderLength(packet) + packet.limit - packet.base : ipLength(packet);
}

/** Bytes on the wire, as if it had come in one frame. */
export function wholeFrameLength(packet: DecodedPacket): number {
  const { originalLength } = packet;
  return isJoined(packet) ? originalLength - ipLength(packet) + wholeIpLength(packet) : originalLength;
}

/** What follows the IP header stands in memory of its own, at `base`. */
export function isJoined({ body, addresses }: DecodedPacket): boolean {
  return body !== addresses;
}

/** Where the header begins in `addresses`. */
export function ipHeaderAt({ addressBytes, sourceAt }: DecodedPacket): number {
  return sourceAt - (addressBytes === V4_ADDRESS_BYTES ? V4_SOURCE_AT : V6_SOURCE_AT);
}

/** Without IPv6's extension headers. */
export function ipHeaderLength(packet: DecodedPacket): number {
  const { addresses, addressBytes } = packet;
  return addressBytes === V4_ADDRESS_BYTES ? ((addresses[ipHeaderAt(packet)] ?? 0) & 0xf) * 4 : V6_HEADER_BYTES;
}
