// GRE (RFC 2784, 2890, 1701; PPTP's of RFC 2637) and the Ethernet frames that ERSPAN puts into it.
import type { DecodedPacket } from "./decoded-packet.js";
import { damage, has, IPV4, NONE, skip, TRANSPARENT_ETHERNET, u16 } from "./link-layer.js";

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const PPTP_ACKNOWLEDGMENT = 0x0080;

const ERSPAN = 0x88be;
const ERSPAN_3 = 0x22eb;
const WCCP = 0x883e;

export function readGre(packet: DecodedPacket): number {
  packet.protocol = "gre";
  if (!has(packet, 4, "GRE header")) return NONE;
  const flags = u16(packet, 0);
  const type = u16(packet, 2);
  const version = flags & 7;
  if (version > 1) return skip(packet, `gre version ${version}`);
  // Four bytes each: checksum and offset, where either says so; key; sequence number; PPTP's acknowledgment number.
  const words =
    (version === 0 && (flags & (CHECKSUM | ROUTING)) !== 0 ? 1 : 0) +
    ((flags & KEY) === 0 ? 0 : 1) +
    ((flags & SEQUENCE) === 0 ? 0 : 1) +
    (version === 1 && (flags & PPTP_ACKNOWLEDGMENT) !== 0 ? 1 : 0);
  if (!has(packet, 4 + 4 * words, "GRE options")) return NONE;
  packet.start += 4 + 4 * words;
  if (version === 0 && (flags & ROUTING) !== 0 && !skipRoutes(packet)) return NONE;
  if (packet.start === packet.end && packet.cutBytes === 0) return skip(packet, "gre without payload");
  return readInside(packet, type, (flags & SEQUENCE) !== 0);
}

function readInside(packet: DecodedPacket, type: number, sequenced: boolean): number {
  switch (type) {
    case 0:
      return skip(packet, "gre keepalive");
    case ERSPAN:
      // Type I has neither a sequence number nor a header of its own.
      return sequenced ? readErspan(packet) : TRANSPARENT_ETHERNET;
    case ERSPAN_3:
      return readErspan(packet);
    case WCCP:
      // Version 2 has a redirect header of four bytes, which cannot begin as IP does.
      if (!has(packet, 4, "WCCP header")) return NONE;
      if ((packet.body[packet.start] ?? 0) >> 4 !== 4) packet.start += 4;
      return IPV4;
    default:
      return type;
  }
}

/** draft-foschiano-erspan: eight bytes of type II; twelve of type III, and eight more where its last bit says so. */
function readErspan(packet: DecodedPacket): number {
  if (!has(packet, 8, "ERSPAN header")) return NONE;
  packet.protocol = "erspan";
  const version = (packet.body[packet.start] ?? 0) >> 4;
  if (version !== 1 && version !== 2) return skip(packet, `erspan version ${version}`);
  if (version === 2 && !has(packet, 12, "ERSPAN header")) return NONE;
  const long = version === 2 && ((packet.body[packet.start + 11] ?? 0) & 1) === 1;
  const length = version === 1 ? 8 : 12 + (long ? 8 : 0);
  if (!has(packet, length, "ERSPAN header")) return NONE;
  packet.start += length;
  return TRANSPARENT_ETHERNET;
}

/** RFC 1701: entries of an address family, an offset and a length, until one of family 0 and length 0. */
function skipRoutes(packet: DecodedPacket): boolean {
  for (;;) {
    if (!has(packet, 4, "GRE source route")) return false;
    const length = packet.body[packet.start + 3] ?? 0;
    if (!has(packet, 4 + length, "GRE source route")) return false;
    const family = u16(packet, 0);
    packet.start += 4 + length;
    if (length === 0) {
      if (family !== 0) damage(packet, "GRE source route without an address");
      return family === 0;
    }
  }
}
