// TCP (RFC 9293) and UDP (RFC 768), the headers of other transports, and what an IP protocol number says is inside.
import { type DecodedPacket, TCP, UDP } from "./decoded-packet.js";
import { readGre } from "./gre-layer.js";
import {
  damage,
  endAt,
  has,
  IPV4,
  IPV6,
  MPLS,
  NONE,
  skip,
  TRANSPARENT_ETHERNET,
  u16,
  u32,
  versionOf,
} from "./link-layer.js";
import { enterUdpTunnel } from "./udp-tunnel.js";

const TCP_BYTES = 20;
/** Up to its window: neither checksum nor urgent pointer is read. */
const TCP_NEEDED_BYTES = 16;
const AUTHENTICATION = 51;
/** Version 2, type 1. */
const PIM_REGISTER = 0x21;
const PIM_REGISTER_BYTES = 8;
/** More than any real packet has; without a bound a packet could hold thousands. */
const MAX_AUTHENTICATION_HEADERS = 8;

interface Header {
  readonly name: string;
  /** At its beginning; 0 where nothing is read of it. */
  readonly bytes: number;
  /** Whether it begins with two ports, as TCP's does. */
  readonly ports: boolean;
}

const header = (name: string, bytes = 0, ports = false): Header => ({ name, bytes, ports });

/** What an ICMP error quotes of another packet is no packet of its own, so nothing behind these is read. */
const headers: Readonly<Record<number, Header>> = {
  1: header("icmp", 8),
  2: header("igmp", 8),
  33: header("dccp", 12, true),
  46: header("rsvp"),
  50: header("esp", 8),
  55: header("mobile ip"),
  58: header("icmpv6", 8),
  88: header("eigrp"),
  89: header("ospf"),
  108: header("ipcomp"),
  112: header("vrrp"),
  115: header("l2tpv3"),
  132: header("sctp", 12, true),
  135: header("mobility"),
  136: header("udplite", 8, true),
  139: header("hip"),
  140: header("shim6"),
};

/** Reads what an IP protocol number names; gives an EtherType where another network layer is inside, else NONE. */
export function readTransport(packet: DecodedPacket, first: number): number {
  let protocol = first;
  for (let count = 0; protocol === AUTHENTICATION; count++) {
    if (count === MAX_AUTHENTICATION_HEADERS) return damage(packet, "too many authentication headers");
    if (!has(packet, 12, "authentication header")) return NONE;
    // RFC 4302, section 2.2: words of four bytes, less two.
    const length = ((packet.body[packet.start + 1] ?? 0) + 2) * 4;
    if (!has(packet, length, "authentication header")) return NONE;
    protocol = packet.body[packet.start] ?? 0;
    packet.start += length;
  }
  switch (protocol) {
    case TCP:
      return readTcp(packet);
    case UDP:
      return readUdp(packet);
    case 4:
    case 94:
      return IPV4;
    case 41:
      return IPV6;
    case 47:
      return readGre(packet);
    case 97:
      return readEtherIp(packet);
    case 103:
      return readPim(packet);
    case 137:
      return MPLS;
    case 143:
      return TRANSPARENT_ETHERNET;
    default:
      return readOther(packet, protocol);
  }
}

function readOther(packet: DecodedPacket, protocol: number): typeof NONE {
  const known = headers[protocol];
  if (known === undefined) return skip(packet, `ip protocol ${protocol}`);
  packet.protocol = known.name;
  if (!has(packet, known.bytes, `${known.name} header`)) return NONE;
  if (known.ports) readPorts(packet);
  packet.start += known.bytes;
  return skip(packet, known.name);
}

function readTcp(packet: DecodedPacket): typeof NONE {
  packet.protocol = "tcp";
  const heldBytes = packet.end - packet.start;
  if (heldBytes < TCP_NEEDED_BYTES) return readCutTcp(packet);
  readPorts(packet);
  packet.sequence = u32(packet, 4);
  packet.acknowledgment = u32(packet, 8);
  packet.flags = packet.body[packet.start + 13] ?? 0;
  packet.window = u16(packet, 14);
  packet.transport = TCP;
  const headerBytes = ((packet.body[packet.start + 12] ?? 0) >> 4) * 4;
  const missingBytes = Math.max(0, Math.max(headerBytes, TCP_BYTES) - heldBytes);
  if (headerBytes < TCP_BYTES) return breakTcp(packet, `TCP header of ${headerBytes} bytes`);
  // What a short snapshot length cut off of it says nothing that is needed; a header beyond the packet is a lie.
  if (missingBytes > packet.cutBytes) {
    return breakTcp(packet, heldBytes < TCP_BYTES ? "TCP header cut short" : "TCP options cut short");
  }
  packet.start += headerBytes - missingBytes;
  packet.cutBytes -= missingBytes;
  return NONE;
}

function readCutTcp(packet: DecodedPacket): typeof NONE {
  has(packet, TCP_BYTES, "TCP header");
  return readPortsOfCut(packet);
}

/** The packet still tells that these two talk: tshark, too, counts it for their conversation. */
function breakTcp(packet: DecodedPacket, what: string): typeof NONE {
  packet.isBroken = true;
  packet.notUnderstoodBytes += packet.end - packet.start;
  damage(packet, what);
  packet.start = packet.end;
  return NONE;
}

function readUdp(packet: DecodedPacket): number {
  packet.protocol = "udp";
  if (!has(packet, 8, "UDP header")) return readPortsOfCut(packet);
  const length = u16(packet, 4);
  // Zero is a jumbogram or an offloaded datagram: it ends where the packet does.
  if (length !== 0 && length < 8) return damage(packet, `UDP length ${length}`);
  readPorts(packet);
  if (length !== 0) endAt(packet, packet.start + length, "UDP length");
  packet.start += 8;
  const inside = enterUdpTunnel(packet);
  if (inside !== NONE) {
    // They are the tunnel's, and what is inside may have none.
    packet.sourcePort = 0;
    packet.destinationPort = 0;
    return inside;
  }
  packet.transport = UDP;
  return NONE;
}

/** A register (RFC 7761, section 4.9.3) carries a packet to the rendezvous point whole. */
function readPim(packet: DecodedPacket): number {
  packet.protocol = "pim";
  const isRegister = packet.body[packet.start] === PIM_REGISTER && packet.end - packet.start > PIM_REGISTER_BYTES;
  if (!isRegister) return skip(packet, "pim");
  packet.start += PIM_REGISTER_BYTES;
  return versionOf(packet);
}

/** RFC 3378: a version of 3 in two bytes, then an Ethernet frame. */
function readEtherIp(packet: DecodedPacket): number {
  packet.protocol = "etherip";
  if (!has(packet, 2, "EtherIP header")) return NONE;
  if (u16(packet, 0) !== 0x3000) return skip(packet, "etherip of another version");
  packet.start += 2;
  return TRANSPARENT_ETHERNET;
}

/** Of a header that was cut short, the ports may be there still. */
function readPortsOfCut(packet: DecodedPacket): typeof NONE {
  if (packet.end - packet.start >= 4) readPorts(packet);
  return NONE;
}

function readPorts(packet: DecodedPacket): void {
  packet.sourcePort = u16(packet, 0);
  packet.destinationPort = u16(packet, 2);
}
