// PPP (RFC 1661) in its framings: alone, as HDLC (RFC 1662), over Ethernet (RFC 2516), Cisco's HDLC.
import type { DecodedPacket } from "./decoded-packet.js";
import { advance, endAt, has, hex, IPV4, IPV6, MPLS, NONE, skip, u16 } from "./link-layer.js";

/** Address and control bytes: of RFC 1662, and of Cisco's HDLC to one station and to all. */
const HDLC = 0xff03;
const CISCO_UNICAST = 0x0f00;
const CISCO_BROADCAST = 0x8f00;

/** With or without the address and control bytes of RFC 1662; the protocol field may be one byte. */
export function readPpp(packet: DecodedPacket): number {
  if (!has(packet, 2, "PPP header")) return NONE;
  if (u16(packet, 0) === HDLC) packet.start += 2;
  if (!has(packet, 1, "PPP protocol")) return NONE;
  const first = packet.body[packet.start] ?? 0;
  const compressed = (first & 1) === 1;
  if (!compressed && !has(packet, 2, "PPP protocol")) return NONE;
  const protocol = compressed ? first : u16(packet, 0);
  packet.start += compressed ? 1 : 2;
  packet.protocol = "ppp";
  if (protocol === 0x0021) return IPV4;
  if (protocol === 0x0057) return IPV6;
  return protocol === 0x0281 ? MPLS : skip(packet, `ppp protocol ${hex(protocol)}`);
}

/** A serial line's capture holds either framing. */
export function readHdlc(packet: DecodedPacket): number {
  if (!has(packet, 2, "PPP header")) return NONE;
  const addressAndControl = u16(packet, 0);
  const cisco = addressAndControl === CISCO_UNICAST || addressAndControl === CISCO_BROADCAST;
  return cisco ? readCiscoHdlc(packet) : readPpp(packet);
}

/** Address, control, EtherType. */
export function readCiscoHdlc(packet: DecodedPacket): number {
  if (!has(packet, 4, "Cisco HDLC header")) return NONE;
  packet.protocol = "chdlc";
  return advance(packet, 4, 2);
}

/** Six bytes, then PPP without its address and control fields. */
export function readPppoe(packet: DecodedPacket): number {
  if (!has(packet, 6, "PPPoE header")) return NONE;
  // The Ethernet frame may be padded behind it.
  endAt(packet, packet.start + 6 + u16(packet, 4), "PPPoE length");
  packet.start += 6;
  return readPpp(packet);
}
