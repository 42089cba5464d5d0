// What the BSDs and macOS put before a packet: what the firewall decided of it (pflog), how it was encrypted (enc), and
// which interface and program it belongs to (pktap).
import type { DecodedPacket } from "./decoded-packet.js";
import { damage, has, NONE, versionOf } from "./link-layer.js";

/** From its own length to the interface's name; later systems add what decided. */
const MIN_PFLOG_BYTES = 45;
const ENC_BYTES = 12;
const MIN_PKTAP_BYTES = 12;

export function readPflog(packet: DecodedPacket): number {
  if (!has(packet, 1, "pflog header")) return NONE;
  const length = packet.body[packet.start] ?? 0;
  if (length < MIN_PFLOG_BYTES) return damage(packet, `pflog header of ${length} bytes`);
  // The length is told without the padding to a multiple of four.
  return behind(packet, (length + 3) & ~3, "pflog header");
}

export function readEnc(packet: DecodedPacket): number {
  return behind(packet, ENC_BYTES, "enc header");
}

/** Gives the link type of what follows. */
export function readPktap(packet: DecodedPacket): number {
  if (!has(packet, MIN_PKTAP_BYTES, "pktap header")) return NONE;
  const length = little32(packet, 0);
  if (length < MIN_PKTAP_BYTES) return damage(packet, `pktap header of ${length} bytes`);
  if (!has(packet, length, "pktap header")) return NONE;
  const linkType = little32(packet, 8);
  packet.start += length;
  return linkType;
}

function behind(packet: DecodedPacket, length: number, what: string): number {
  if (!has(packet, length, what)) return NONE;
  packet.start += length;
  return versionOf(packet);
}

function little32({ body, start }: DecodedPacket, offset: number): number {
  const at = start + offset;
  const low = (body[at] ?? 0) | ((body[at + 1] ?? 0) << 8) | ((body[at + 2] ?? 0) << 16);
  return (low | ((body[at + 3] ?? 0) << 24)) >>> 0;
}
