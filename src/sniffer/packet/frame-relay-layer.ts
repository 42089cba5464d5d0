// Frame relay (Q.922 addresses) with what RFC 2427 puts behind them, or Cisco's bare EtherType.
import type { DecodedPacket } from "./decoded-packet.js";
import { advance, has, hex, IPV4, IPV6, NONE, skip, TRANSPARENT_ETHERNET, u16, u32 } from "./link-layer.js";

/** Addresses have two bytes, three or four; the lowest bit of the last is set. */
const MAX_ADDRESS_BYTES = 4;
const UNNUMBERED = 0x03;
const NLPID_SNAP = 0x80;
const NLPID_IPV6 = 0x8e;
const NLPID_IPV4 = 0xcc;
const BRIDGED = 0x0080c2;
/** Ethernet with and without its frame check. */
const BRIDGED_ETHERNET: readonly number[] = [1, 7];

export function readFrameRelay(packet: DecodedPacket): number {
  packet.protocol = "frame relay";
  let length = 2;
  while (length < MAX_ADDRESS_BYTES && has(packet, length, "frame relay address") && !isLast(packet, length))
    length += 1;
  if (!has(packet, length + 2, "frame relay header")) return NONE;
  packet.start += length;
  // An EtherType's first byte is over what control fields here are.
  if (packet.body[packet.start] !== UNNUMBERED) return advance(packet, 2, 0);
  // A zero byte may stand before the identifier, to make lengths even.
  packet.start += packet.body[packet.start + 1] === 0 ? 2 : 1;
  if (!has(packet, 1, "frame relay protocol")) return NONE;
  return readIdentifier(packet, packet.body[packet.start] ?? 0);
}

function isLast(packet: DecodedPacket, length: number): boolean {
  return ((packet.body[packet.start + length - 1] ?? 0) & 1) === 1;
}

function readIdentifier(packet: DecodedPacket, identifier: number): number {
  if (identifier === NLPID_SNAP) return readSnap(packet);
  packet.start += 1;
  if (identifier === NLPID_IPV4) return IPV4;
  if (identifier === NLPID_IPV6) return IPV6;
  return skip(packet, `frame relay protocol ${hex(identifier)}`);
}

function readSnap(packet: DecodedPacket): number {
  if (!has(packet, 6, "SNAP header")) return NONE;
  const organisation = u32(packet, 0) & 0xffffff;
  const type = u16(packet, 4);
  packet.start += 6;
  if (organisation === 0) return type;
  const isEthernet = organisation === BRIDGED && BRIDGED_ETHERNET.includes(type);
  return isEthernet ? TRANSPARENT_ETHERNET : skip(packet, "frame relay snap");
}
