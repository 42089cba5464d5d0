// TCP (RFC 9293), UDP (RFC 768) and the tunnels that are cheap to look into: GRE (RFC 2784), VXLAN (RFC 7348), IP in IP.
import { type DecodedPacket, TCP, UDP } from "./decoded-packet.js";
import { damage, endAt, has, IPV4, IPV6, NONE, readEthernet, skip, u16 } from "./link-layer.js";

const VXLAN_PORT = 4789;

const names: Readonly<Record<number, string>> = {
  1: "icmp",
  2: "igmp",
  50: "esp",
  58: "icmpv6",
  89: "ospf",
  132: "sctp",
};

/** Reads what an IP protocol number names; gives an EtherType where another network layer is inside, else NONE. */
export function readTransport(packet: DecodedPacket, protocol: number): number {
  switch (protocol) {
    case TCP:
      return readTcp(packet);
    case UDP:
      return readUdp(packet);
    case 4:
      return IPV4;
    case 41:
      return IPV6;
    case 47:
      return readGre(packet);
    default:
      packet.protocol = names[protocol] ?? packet.protocol;
      return skip(packet, names[protocol] ?? `ip protocol ${protocol}`);
  }
}

function readTcp(packet: DecodedPacket): typeof NONE {
  packet.protocol = "tcp";
  if (!has(packet, 20, "TCP header")) return NONE;
  const headerBytes = ((packet.body[packet.start + 12] ?? 0) >> 4) * 4;
  if (headerBytes < 20) return damage(packet, `TCP header of ${headerBytes} bytes`);
  const missingBytes = Math.max(0, headerBytes - (packet.end - packet.start));
  // Options that a short snapshot length cut off say nothing that is needed; options beyond the packet are a lie.
  if (missingBytes > packet.cutBytes && !has(packet, headerBytes, "TCP options")) return NONE;
  readPorts(packet);
  packet.sequence = u32(packet, 4);
  packet.acknowledgment = u32(packet, 8);
  packet.flags = packet.body[packet.start + 13] ?? 0;
  packet.window = u16(packet, 14);
  packet.start += headerBytes - missingBytes;
  packet.cutBytes -= missingBytes;
  packet.transport = TCP;
  return NONE;
}

function readUdp(packet: DecodedPacket): number {
  packet.protocol = "udp";
  if (!has(packet, 8, "UDP header")) return NONE;
  const length = u16(packet, 4);
  // Zero is a jumbogram or an offloaded datagram: it ends where the packet does.
  if (length !== 0 && length < 8) return damage(packet, `UDP length ${length}`);
  readPorts(packet);
  if (length !== 0) endAt(packet, packet.start + length, "UDP length");
  packet.start += 8;
  if (packet.destinationPort === VXLAN_PORT && looksLikeVxlan(packet)) {
    packet.start += 8;
    return readEthernet(packet);
  }
  packet.transport = UDP;
  return NONE;
}

/** The flag that a network identifier is there, and nothing reserved set. */
function looksLikeVxlan(packet: DecodedPacket): boolean {
  return packet.end - packet.start >= 8 + 14 && u16(packet, 0) === 0x0800 && u16(packet, 2) === 0;
}

function readGre(packet: DecodedPacket): number {
  packet.protocol = "gre";
  if (!has(packet, 4, "GRE header")) return NONE;
  const flags = u16(packet, 0);
  const type = u16(packet, 2);
  const version = flags & 7;
  if (version > 1) return skip(packet, `gre version ${version}`);
  // Checksum, key and sequence number, four bytes each where their bit is set (RFC 2784, RFC 2890); PPTP's version 1 has
  // an acknowledgment number as well (RFC 2637).
  const optional = 4 * bitCount(flags & (version === 0 ? 0xb000 : 0x3080));
  if (!has(packet, 4 + optional, "GRE options")) return NONE;
  packet.start += 4 + optional;
  return type === 0 ? skip(packet, "gre keepalive") : type;
}

function readPorts(packet: DecodedPacket): void {
  packet.sourcePort = u16(packet, 0);
  packet.destinationPort = u16(packet, 2);
}

function u32(packet: DecodedPacket, offset: number): number {
  return ((u16(packet, offset) << 16) | u16(packet, offset + 2)) >>> 0;
}

function bitCount(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count++;
  return count;
}
