// Which link header a packet begins with, by the capture's link type (the LINKTYPE_ registry of tcpdump.org).
import { readEnc, readPflog, readPktap } from "./bsd-layer.js";
import type { DecodedPacket } from "./decoded-packet.js";
import { readFrameRelay } from "./frame-relay-layer.js";
import { readJuniperEthernet } from "./juniper-layer.js";
import {
  advance,
  damage,
  has,
  IPV4,
  IPV6,
  LLC,
  NONE,
  readEthernet,
  readLlc,
  skip,
  u16,
  u32,
  versionOf,
} from "./link-layer.js";
import { linkTypeName } from "./link-type-names.js";
import { readMpls } from "./mpls-layer.js";
import { readCiscoHdlc, readHdlc, readPppoe } from "./ppp-layer.js";
import { readPpi, readPrismOrAvs, readRadiotap, readWireless } from "./wireless-layer.js";

const PPI = 192;
const PKTAP = 258;
const AF_INET = 2;
/** 24, 28 or 30 on the BSDs, 10 on Linux, 23 on Windows. */
const AF_INET6: readonly number[] = [10, 23, 24, 28, 30];
/** Linux if_arp.h: interfaces whose "protocol" field is no EtherType. */
const ARPHRD_NETLINK = 824;
const ARPHRD_802_11 = 801;
const ARPHRD_802_11_PRISM = 802;
const ARPHRD_802_11_RADIOTAP = 803;
const SUNATM_LLC = 2;
/** LINKTYPE_DSA_TAG_…: how switches' chips tell their processor where a frame came in. Marvell's longer one has an EtherType. */
const SWITCH_TAG_BYTES = 4;
const EXTENDED_SWITCH_TAG_BYTES = 8;
const NFULA_PAYLOAD = 9;

export function readLinkHeader(packet: DecodedPacket, linkType: number): number {
  // Ethernet first: of the numbers below it is the one that most captures have.
  if (linkType === 1) return readEthernet(packet);
  switch (linkType) {
    case 0:
    case 108:
      return readLoopback(packet);
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return versionOf(packet);
    case 113:
      return readLinuxCooked(packet);
    case 276:
      return readLinuxCooked2(packet);
    default:
      return readRareLinkHeader(packet, linkType);
  }
}

function readRareLinkHeader(packet: DecodedPacket, linkType: number): number {
  switch (linkType) {
    case 9:
    case 50:
      return readHdlc(packet);
    case 51:
      return readPppoe(packet);
    case 104:
      return readCiscoHdlc(packet);
    case 166:
    case 204:
      return readDirectedPpp(packet);
    case 219:
      return readMpls(packet);
    case 6:
      return readTokenRing(packet);
    case 8:
      return readSlip(packet);
    case 10:
      return readFddi(packet);
    case 100:
      return readLlc(packet);
    case 105:
      return readWireless(packet);
    case 106:
      return readAtmClip(packet);
    case 107:
      return readFrameRelay(packet);
    case 109:
      return readEnc(packet);
    case 117:
      return readPflog(packet);
    case 119:
    case 163:
      return readPrismOrAvs(packet);
    case 122:
      return readIpOverFibreChannel(packet);
    case 123:
      return readSunAtm(packet);
    case 127:
      return readRadiotap(packet);
    case 138:
      return readIpOver1394(packet);
    case 178:
      return readJuniperEthernet(packet);
    case 226:
      return readIpnet(packet);
    case 281:
    case 284:
      return readEthernet(packet, SWITCH_TAG_BYTES);
    case 282:
      return readPrepended(packet);
    case 285:
      return readEthernet(packet, EXTENDED_SWITCH_TAG_BYTES);
    case PPI:
      return readNested(packet, readPpi(packet), "PPI");
    case PKTAP:
      return readNested(packet, readPktap(packet), "pktap");
    case 242:
      return readInfiniBand(packet);
    case 239:
      return readNflog(packet);
    default:
      return skip(packet, `link type ${linkType} (${linkTypeName(linkType)})`);
  }
}

/** These name a link type themselves; one in another would be without end. */
function readNested(packet: DecodedPacket, linkType: number, name: string): number {
  if (linkType === NONE) return NONE;
  if (linkType === PPI || linkType === PKTAP) return damage(packet, `${linkTypeName(linkType)} inside ${name}`);
  return readLinkHeader(packet, linkType);
}

/** IP over InfiniBand (RFC 4391): where to in 40 bytes, the EtherType, two reserved bytes. */
function readInfiniBand(packet: DecodedPacket): number {
  if (!has(packet, 44, "InfiniBand header")) return NONE;
  packet.protocol = "ipoib";
  return advance(packet, 44, 40);
}

/** BSD loopback: an address family of four bytes, in the byte order of whoever wrote it (or big-endian: LOOP). */
function readLoopback(packet: DecodedPacket): number {
  if (!has(packet, 4, "loopback header")) return NONE;
  const big = u32(packet, 0);
  const family = big > 0xffff ? swap32(big) : big;
  packet.start += 4;
  packet.protocol = "loopback";
  if (family === AF_INET || family === IPV4) return IPV4;
  if (AF_INET6.includes(family) || family === IPV6) return IPV6;
  return skip(packet, `address family ${family}`);
}

function readLinuxCooked(packet: DecodedPacket): number {
  if (!has(packet, 16, "Linux cooked header")) return NONE;
  packet.protocol = "linux_sll";
  const hardware = u16(packet, 2);
  return afterCooked(packet, hardware, advance(packet, 16, 14));
}

function readLinuxCooked2(packet: DecodedPacket): number {
  if (!has(packet, 20, "Linux cooked v2 header")) return NONE;
  packet.protocol = "linux_sll2";
  const hardware = u16(packet, 8);
  return afterCooked(packet, hardware, advance(packet, 20, 0));
}

function afterCooked(packet: DecodedPacket, hardware: number, type: number): number {
  switch (hardware) {
    case ARPHRD_NETLINK:
      return skip(packet, "netlink");
    case ARPHRD_802_11:
      return readWireless(packet);
    case ARPHRD_802_11_PRISM:
      return readPrismOrAvs(packet);
    case ARPHRD_802_11_RADIOTAP:
      return readRadiotap(packet);
    default:
      return type;
  }
}

/** One byte of direction, then PPP. */
function readDirectedPpp(packet: DecodedPacket): number {
  if (!has(packet, 1, "PPP direction")) return NONE;
  packet.start += 1;
  return readHdlc(packet);
}

/** IEEE 802.5: two bytes, two addresses, and a route of up to 30 bytes where the source address says so. */
function readTokenRing(packet: DecodedPacket): number {
  if (!has(packet, 14, "token ring header")) return NONE;
  packet.protocol = "token_ring";
  if (((packet.body[packet.start + 1] ?? 0) & 0xc0) !== 0x40) return skip(packet, "token ring without LLC");
  const routed = ((packet.body[packet.start + 8] ?? 0) & 0x80) !== 0;
  if (routed && !has(packet, 16, "token ring route")) return NONE;
  const length = 14 + (routed ? (packet.body[packet.start + 14] ?? 0) & 0x1f : 0);
  if (!has(packet, length, "token ring route")) return NONE;
  packet.start += length;
  return LLC;
}

function readFddi(packet: DecodedPacket): number {
  if (!has(packet, 13, "FDDI header")) return NONE;
  packet.protocol = "fddi";
  if (((packet.body[packet.start] ?? 0) & 0x70) !== 0x50) return skip(packet, "fddi without LLC");
  packet.start += 13;
  return LLC;
}

/** RFC 2625: two addresses of eight bytes, then LLC. */
function readIpOverFibreChannel(packet: DecodedPacket): number {
  if (!has(packet, 16, "IP over Fibre Channel header")) return NONE;
  packet.protocol = "ipfc";
  packet.start += 16;
  return LLC;
}

/** RFC 2734, as Apple captures it: two addresses of eight bytes, then an EtherType. */
function readIpOver1394(packet: DecodedPacket): number {
  if (!has(packet, 18, "IP over 1394 header")) return NONE;
  packet.protocol = "ip1394";
  return advance(packet, 18, 16);
}

/** Broadcom's tag again, before the frame. */
function readPrepended(packet: DecodedPacket): number {
  if (!has(packet, SWITCH_TAG_BYTES, "switch tag")) return NONE;
  packet.start += SWITCH_TAG_BYTES;
  return readEthernet(packet);
}

/** A direction, and what was sent of a compressed header (RFC 1144) in 15 bytes; the header behind it is whole. */
function readSlip(packet: DecodedPacket): number {
  if (!has(packet, 16, "SLIP header")) return NONE;
  packet.protocol = "slip";
  packet.start += 16;
  return versionOf(packet);
}

/** RFC 2225's LLC header, which Linux leaves out where a circuit carries nothing but IP. */
function readAtmClip(packet: DecodedPacket): number {
  if (!has(packet, 1, "classical IP over ATM")) return NONE;
  return packet.body[packet.start] === 0xaa ? readLlc(packet) : versionOf(packet);
}

/** Solaris' SunATM: direction and kind of traffic, then the circuit, in four bytes. */
function readSunAtm(packet: DecodedPacket): number {
  if (!has(packet, 4, "SunATM header")) return NONE;
  const kind = (packet.body[packet.start] ?? 0) & 0x0f;
  if (kind !== SUNATM_LLC) return skip(packet, `sunatm traffic ${kind}`);
  packet.start += 4;
  return readLlc(packet);
}

/** Solaris: a version, the address family, and in 22 bytes what it knows of interface and zones. */
function readIpnet(packet: DecodedPacket): number {
  if (!has(packet, 24, "ipnet header")) return NONE;
  packet.protocol = "ipnet";
  packet.start += 24;
  return versionOf(packet);
}

/** libnetfilter_log: family, version, resource; then fields of length and type in the capturing machine's order. */
function readNflog(packet: DecodedPacket): number {
  if (!has(packet, 4, "NFLOG header")) return NONE;
  packet.protocol = "nflog";
  const family = packet.body[packet.start] ?? 0;
  packet.start += 4;
  while (packet.end - packet.start > 0) {
    if (!has(packet, 4, "NFLOG field")) return NONE;
    const little = swap16(u16(packet, 0)) <= packet.end + packet.cutBytes - packet.start;
    const length = little ? swap16(u16(packet, 0)) : u16(packet, 0);
    const type = little ? swap16(u16(packet, 2)) : u16(packet, 2);
    if (length < 4) return damage(packet, `NFLOG field of ${length} bytes`);
    if (type === NFULA_PAYLOAD) {
      packet.start += 4;
      if (family === AF_INET) return IPV4;
      return AF_INET6.includes(family) ? IPV6 : skip(packet, `nflog of address family ${family}`);
    }
    if (!has(packet, length, "NFLOG field")) return NONE;
    // The last field may lack its padding.
    packet.start = Math.min(packet.end, packet.start + ((length + 3) & ~3));
  }
  return skip(packet, "nflog without payload");
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}

function swap32(value: number): number {
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
