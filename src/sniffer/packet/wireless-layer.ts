// IEEE 802.11 frames (IEEE 802.11-2020, section 9.2) and the headers that captures put in front of them: radiotap, Prism,
// AVS and PPI. Unencrypted data frames lead to LLC; all else is named.
import type { DecodedPacket } from "./decoded-packet.js";
import { damage, endAt, has, LLC, NONE, skip, u16, u32 } from "./link-layer.js";

const FCS_BYTES = 4;
/** radiotap.org, field "Flags". */
const RADIOTAP_HAS_FCS = 0x10;
const RADIOTAP_HAS_PADDING = 0x20;
const PPI_COMMON = 2;
const IEEE_802_11 = 105;

/** First byte of the frame control field: a data frame's subtype bits. */
const QOS = 0x80;
const NO_DATA = 0x40;
/** Second byte. */
const BOTH_DS = 0x03;
const MORE_FRAGMENTS = 0x04;
const PROTECTED = 0x40;
const ORDER = 0x80;
/** QoS control: an aggregate of several MSDUs. */
const A_MSDU = 0x80;
const RECEIVER_AT = 4;
const TRANSMITTER_AT = 10;
const SUBFRAME_HEADER_BYTES = 14;

/** `padded`: the frame's header is followed by zeros up to a multiple of four, as some drivers leave it. */
export function readWireless(packet: DecodedPacket, padded = false): number {
  if (!has(packet, 2, "802.11 header")) return NONE;
  packet.protocol = "802.11";
  const control = packet.body[packet.start] ?? 0;
  if ((control & 0x03) !== 0) return skip(packet, "802.11 of another version");
  const kind = (control >> 2) & 3;
  if (kind === 0) return skip(packet, "802.11 management");
  if (kind === 1) return skip(packet, "802.11 control");
  return kind === 2 ? readDataFrame(packet, control, padded) : skip(packet, "802.11 extension");
}

function readDataFrame(packet: DecodedPacket, control: number, padded: boolean): number {
  const flags = packet.body[packet.start + 1] ?? 0;
  const qos = (control & QOS) !== 0;
  const addressBytes = (flags & BOTH_DS) === BOTH_DS ? 30 : 24;
  const unpadded = addressBytes + (qos ? 2 : 0) + (qos && (flags & ORDER) !== 0 ? 4 : 0);
  const headerBytes = padded ? (unpadded + 3) & ~3 : unpadded;
  if (!has(packet, headerBytes, "802.11 header")) return NONE;
  const fragment = (packet.body[packet.start + 22] ?? 0) & 0x0f;
  const aggregate = qos && ((packet.body[packet.start + addressBytes] ?? 0) & A_MSDU) !== 0;
  // Who receives and who transmits: of an access point and its guest, one is either.
  packet.linkDestinationAt = packet.start + RECEIVER_AT;
  packet.linkSourceAt = packet.start + TRANSMITTER_AT;
  packet.start += headerBytes;
  if ((control & NO_DATA) !== 0) return skip(packet, "802.11 null data");
  if ((flags & PROTECTED) !== 0) return skip(packet, "802.11 protected");
  if (fragment !== 0 || (flags & MORE_FRAGMENTS) !== 0) return skip(packet, "802.11 fragment");
  return aggregate ? readSubframe(packet) : LLC;
}

/** The first MSDU of an aggregate; what follows it is counted as not understood. */
function readSubframe(packet: DecodedPacket): number {
  if (!has(packet, SUBFRAME_HEADER_BYTES, "802.11 A-MSDU subframe")) return NONE;
  const end = packet.start + SUBFRAME_HEADER_BYTES + u16(packet, 12);
  const before = packet.end;
  endAt(packet, end, "802.11 A-MSDU length");
  packet.start += SUBFRAME_HEADER_BYTES;
  const rest = before - packet.end;
  // They are no padding, which is what lies behind `end` otherwise. (Fewer are no subframe.)
  if (rest >= SUBFRAME_HEADER_BYTES) {
    packet.notUnderstoodBytes += rest;
    packet.paddingBytes -= rest;
  }
  return LLC;
}

/** radiotap.org: little-endian, fields in the order of the bits of "present", each aligned to its size. */
export function readRadiotap(packet: DecodedPacket): number {
  if (!has(packet, 8, "radiotap header")) return NONE;
  packet.protocol = "radiotap";
  const length = le16(packet, 2);
  if (length < 8) return damage(packet, `radiotap header of ${length} bytes`);
  if (!has(packet, length, "radiotap header")) return NONE;
  const flags = radiotapFlags(packet, length);
  packet.start += length;
  if ((flags & RADIOTAP_HAS_FCS) !== 0) dropFrameCheck(packet);
  return readWireless(packet, (flags & RADIOTAP_HAS_PADDING) !== 0);
}

function radiotapFlags(packet: DecodedPacket, length: number): number {
  const first = packet.body[packet.start + 4] ?? 0;
  if ((first & 0x02) === 0) return 0;
  let at = 8;
  // Bit 31 of each word says that another one follows.
  while (at < length && ((packet.body[packet.start + at - 1] ?? 0) & 0x80) !== 0) at += 4;
  if ((first & 0x01) !== 0) at = ((at + 7) & ~7) + 8;
  return at < length ? (packet.body[packet.start + at] ?? 0) : 0;
}

/** Link types 119 and 163: Prism's header says its length in the writer's order, AVS's in big-endian. */
export function readPrismOrAvs(packet: DecodedPacket): number {
  if (!has(packet, 8, "Prism header")) return NONE;
  const avs = (u32(packet, 0) & 0xfffff000) >>> 0 === 0x80211000;
  packet.protocol = avs ? "avs" : "prism";
  const big = u32(packet, 4);
  const length = avs || big <= 0xffff ? big : le16(packet, 4) | (le16(packet, 6) << 16);
  if (length < 8) return damage(packet, `${packet.protocol} header of ${length >>> 0} bytes`);
  if (!has(packet, length, `${packet.protocol} header`)) return NONE;
  packet.start += length;
  return readWireless(packet);
}

/** PPI 1.0.10: gives the link type of what follows, or NONE. */
export function readPpi(packet: DecodedPacket): number {
  if (!has(packet, 8, "PPI header")) return NONE;
  packet.protocol = "ppi";
  const length = le16(packet, 2);
  if (length < 8) return damage(packet, `PPI header of ${length} bytes`);
  if (!has(packet, length, "PPI header")) return NONE;
  const linkType = le16(packet, 4);
  const frameCheck = linkType === IEEE_802_11 && ppiHasFrameCheck(packet, length);
  packet.start += length;
  if (frameCheck) dropFrameCheck(packet);
  return linkType;
}

function ppiHasFrameCheck(packet: DecodedPacket, length: number): boolean {
  for (let at = 8; at + 4 <= length; at += 4 + le16(packet, at + 2)) {
    if (le16(packet, at) === PPI_COMMON && at + 14 <= length) return (le16(packet, at + 12) & 1) === 1;
  }
  return false;
}

/** The frame check at the end is padding; it may already have been cut off. */
function dropFrameCheck(packet: DecodedPacket): void {
  const cut = Math.min(FCS_BYTES, packet.cutBytes);
  packet.cutBytes -= cut;
  packet.end = Math.max(packet.start, packet.end - (FCS_BYTES - cut));
}

function le16(packet: DecodedPacket, offset: number): number {
  const at = packet.start + offset;
  return (packet.body[at] ?? 0) | ((packet.body[at + 1] ?? 0) << 8);
}
