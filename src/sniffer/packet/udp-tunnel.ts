// Tunnels in UDP, told by port and by a header that can be theirs; where it cannot, the packet stays a datagram. Each
// reader gives the EtherType of what is inside, or NONE and leaves `start` where it was.
import type { DecodedPacket } from "./decoded-packet.js";
import { IPV4, IPV6, MPLS, NONE, NSH, PPP, TRANSPARENT_ETHERNET, u16, u32 } from "./link-layer.js";

const VXLAN = 4789;
const VXLAN_GPE = 4790;
const GENEVE = 6081;
const GTP_U = 2152;
const TEREDO = 3544;
const L2TP = 1701;
const MPLS_IN_UDP = 6635;
const LISP = 4341;

const PORTS: readonly number[] = [VXLAN, VXLAN_GPE, GENEVE, GTP_U, TEREDO, L2TP, MPLS_IN_UDP, LISP];

/** Whether a datagram from or to this port may be a tunnel. */
export function isTunnelPort(port: number): boolean {
  return PORTS.includes(port);
}

/** Stands behind the UDP header. NONE: no tunnel, or none that is known. */
export function enterUdpTunnel(packet: DecodedPacket): number {
  const { sourcePort, destinationPort } = packet;
  switch (destinationPort) {
    case VXLAN:
      return enterVxlan(packet);
    case VXLAN_GPE:
      return enterVxlanGpe(packet);
    case GENEVE:
      return enterGeneve(packet);
    case MPLS_IN_UDP:
      return left(packet) >= 8 ? MPLS : NONE;
    case LISP:
      return enterLisp(packet);
  }
  if (destinationPort === GTP_U || sourcePort === GTP_U) return enterGtp(packet);
  if (destinationPort === TEREDO || sourcePort === TEREDO) return enterTeredo(packet);
  if (destinationPort === L2TP || sourcePort === L2TP) return enterL2tp(packet);
  return NONE;
}

/** RFC 7348: the flag that a network identifier is there. Microsoft's group policy (draft-smith) adds three more. */
function enterVxlan(packet: DecodedPacket): number {
  const isVxlan = left(packet) >= 8 + 14 && (u16(packet, 0) & ~0x8048) === 0x0800;
  return isVxlan ? enter(packet, 8, TRANSPARENT_ETHERNET) : NONE;
}

/** draft-ietf-nvo3-vxlan-gpe: as VXLAN, with a flag that the fourth byte names what follows. */
function enterVxlanGpe(packet: DecodedPacket): number {
  if (left(packet) < 8) return NONE;
  const flags = packet.body[packet.start] ?? 0;
  if ((flags & 0xf8) !== 0x08) return NONE;
  const types = [undefined, IPV4, IPV6, TRANSPARENT_ETHERNET, NSH, MPLS];
  const type = (flags & 0x04) === 0 ? TRANSPARENT_ETHERNET : types[packet.body[packet.start + 3] ?? 0];
  return type === undefined ? NONE : enter(packet, 8, type);
}

/** RFC 8926: version 0, options in words of four bytes, an EtherType. */
function enterGeneve(packet: DecodedPacket): number {
  if (left(packet) < 8) return NONE;
  const first = packet.body[packet.start] ?? 0;
  const length = 8 + (first & 0x3f) * 4;
  const type = u16(packet, 2);
  return first >> 6 === 0 && type >= 0x0600 && left(packet) > length ? enter(packet, length, type) : NONE;
}

/** 3GPP TS 29.281, section 5: version 1, message "G-PDU", and whatever extension headers its flags announce. */
function enterGtp(packet: DecodedPacket): number {
  if (left(packet) < 8) return NONE;
  const flags = packet.body[packet.start] ?? 0;
  if ((flags & 0xf0) !== 0x30 || packet.body[packet.start + 1] !== 0xff) return NONE;
  let length = 8;
  if ((flags & 0x07) !== 0) {
    length = 12;
    let next = (flags & 0x04) === 0 ? 0 : (packet.body[packet.start + 11] ?? 0);
    while (next !== 0) {
      const words = packet.body[packet.start + length] ?? 0;
      length += 4 * words;
      if (words === 0 || left(packet) < length) return NONE;
      next = packet.body[packet.start + length - 1] ?? 0;
    }
  }
  return enterIp(packet, length);
}

/** RFC 4380, section 5.1.1: authentication and origin indications, which are both optional, then IPv6. */
function enterTeredo(packet: DecodedPacket): number {
  let length = 0;
  if (left(packet) >= 4 && u16(packet, 0) === 1) {
    length = 13 + (packet.body[packet.start + 2] ?? 0) + (packet.body[packet.start + 3] ?? 0);
  }
  if (left(packet) >= length + 8 && u16(packet, length) === 0) length += 8;
  return left(packet) >= length + 40 && (packet.body[packet.start + length] ?? 0) >> 4 === 6
    ? enter(packet, length, IPV6)
    : NONE;
}

/** RFC 2661, section 3.1: data messages of version 2 hold PPP. */
function enterL2tp(packet: DecodedPacket): number {
  if (left(packet) < 6) return NONE;
  const flags = u16(packet, 0);
  if ((flags & 0x800f) !== 2) return NONE;
  let length = 6 + ((flags & 0x4000) === 0 ? 0 : 2) + ((flags & 0x0800) === 0 ? 0 : 4);
  if ((flags & 0x0200) !== 0) length += 2 + (left(packet) >= length + 2 ? u16(packet, length) : 0);
  return left(packet) >= length + 2 ? enter(packet, length, PPP) : NONE;
}

/** RFC 9300, section 5.3: eight bytes, then IP. */
function enterLisp(packet: DecodedPacket): number {
  return left(packet) > 8 && u32(packet, 0) >>> 24 !== 0 ? enterIp(packet, 8) : NONE;
}

/** What is not whole enough to be an IP header stays a datagram. */
function enterIp(packet: DecodedPacket, length: number): number {
  const first = left(packet) > length ? (packet.body[packet.start + length] ?? 0) : 0;
  if (first >= 0x45 && first <= 0x4f && left(packet) >= length + 20) return enter(packet, length, IPV4);
  return first >> 4 === 6 && left(packet) >= length + 40 ? enter(packet, length, IPV6) : NONE;
}

function enter(packet: DecodedPacket, length: number, type: number): number {
  packet.start += length;
  return type;
}

function left(packet: DecodedPacket): number {
  return packet.end - packet.start;
}
