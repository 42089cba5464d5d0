// A short way for what most packets are: Ethernet, at most one VLAN tag, IPv4 or IPv6 without options, whole, TCP or UDP
// with nothing cut off. It says exactly what the walk through the layers would; a test holds the two against each other.
import { type DecodedPacket, TCP, UDP } from "./decoded-packet.js";
import { IPV4, IPV6 } from "./link-layer.js";
import { isTunnelPort } from "./udp-tunnel.js";

const ETHERNET_BYTES = 14;
const VLAN = 0x8100;
const VLAN_BYTES = 4;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
const TCP_BYTES = 20;
const UDP_BYTES = 8;

/** False when the packet must go the long way; `packet` is then as it was. */
export function readPlainEthernet(packet: DecodedPacket): boolean {
  const { body, start, end } = packet;
  if (packet.cutBytes !== 0 || end - start < ETHERNET_BYTES + VLAN_BYTES + IPV4_BYTES + UDP_BYTES) return false;
  let at = start + ETHERNET_BYTES;
  let type = u16(body, at - 2);
  if (type === VLAN) {
    type = u16(body, at + 2);
    at += VLAN_BYTES;
  }
  if (type === IPV4) return readIpv4(packet, body, at, end);
  return type === IPV6 && readIpv6(packet, body, at, end);
}

function readIpv4(packet: DecodedPacket, body: Uint8Array, at: number, end: number): boolean {
  // No options, no fragment.
  if (body[at] !== 0x45 || (u16(body, at + 6) & 0x3fff) !== 0) return false;
  const datagramEnd = at + u16(body, at + 2);
  if (datagramEnd > end || datagramEnd < at + IPV4_BYTES + UDP_BYTES) return false;
  return readTransport(packet, body, at + IPV4_BYTES, datagramEnd, body[at + 9] ?? 0, at + 12, 4);
}

function readIpv6(packet: DecodedPacket, body: Uint8Array, at: number, end: number): boolean {
  if (end - at < IPV6_BYTES + UDP_BYTES || (body[at] ?? 0) >> 4 !== 6) return false;
  const payloadBytes = u16(body, at + 4);
  const datagramEnd = at + IPV6_BYTES + payloadBytes;
  if (payloadBytes < UDP_BYTES || datagramEnd > end) return false;
  return readTransport(packet, body, at + IPV6_BYTES, datagramEnd, body[at + 6] ?? 0, at + 8, 16);
}

function readTransport(
  packet: DecodedPacket,
  body: Uint8Array,
  at: number,
  end: number,
  protocol: number,
  addressesAt: number,
  addressBytes: number,
): boolean {
  if (protocol === TCP) {
    if (!readTcp(packet, body, at, end)) return false;
  } else if (protocol !== UDP || !readUdp(packet, body, at, end)) return false;
  packet.addressBytes = addressBytes;
  packet.sourceAt = addressesAt;
  packet.destinationAt = addressesAt + addressBytes;
  packet.sourcePort = u16(body, at);
  packet.destinationPort = u16(body, at + 2);
  packet.paddingBytes = packet.limit - packet.end;
  packet.headerBytes = packet.start - packet.base;
  return true;
}

function readTcp(packet: DecodedPacket, body: Uint8Array, at: number, end: number): boolean {
  if (end - at < TCP_BYTES) return false;
  const headerBytes = ((body[at + 12] ?? 0) >> 4) * 4;
  if (headerBytes < TCP_BYTES || headerBytes > end - at) return false;
  packet.protocol = "tcp";
  packet.transport = TCP;
  packet.sequence = u32(body, at + 4);
  packet.acknowledgment = u32(body, at + 8);
  packet.flags = body[at + 13] ?? 0;
  packet.window = u16(body, at + 14);
  packet.start = at + headerBytes;
  packet.end = end;
  return true;
}

function readUdp(packet: DecodedPacket, body: Uint8Array, at: number, end: number): boolean {
  const length = u16(body, at + 4);
  if (length < UDP_BYTES || length > end - at) return false;
  if (isTunnelPort(u16(body, at)) || isTunnelPort(u16(body, at + 2))) return false;
  packet.protocol = "udp";
  packet.transport = UDP;
  packet.start = at + UDP_BYTES;
  packet.end = at + length;
  return true;
}

function u16(body: Uint8Array, at: number): number {
  return ((body[at] ?? 0) << 8) | (body[at + 1] ?? 0);
}

function u32(body: Uint8Array, at: number): number {
  return ((u16(body, at) << 16) | u16(body, at + 2)) >>> 0;
}
