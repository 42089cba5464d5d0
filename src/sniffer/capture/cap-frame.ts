// What cap's callback does with a packet, without cap: its record for the pipe, and the length it had before it was cut.

const PCAP_HEADER_BYTES = 24;
export const PCAP_RECORD_BYTES = 16;
/** cap asks libpcap for this much of a packet, and says nothing of the rest. */
export const CAP_SNAP_BYTES = 65_535;

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const LINKTYPES: Readonly<Record<string, number>> = {
  ETHERNET: 1,
  NULL: 0,
  IEEE802_11_RADIO: 127,
  LINKTYPE_LINUX_SLL: 113,
  RAW: 101,
};
const ETHERNET = 1;
const LINUX_SLL = 113;
const RAW = 101;

/** The LINKTYPE_ number for what `open` answered: a name, or "Unknown linktype 276". */
export function linkTypeOf(name: string): number {
  return LINKTYPES[name] ?? Number(/(\d+)$/.exec(name)?.[1] ?? ETHERNET);
}

/** The head of a little-endian pcap file with nanoseconds. */
export function encodePcapHeader(linkType: number): Uint8Array {
  const header = new Uint8Array(PCAP_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, MAGIC_NANOSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 0x40000, true);
  view.setUint32(20, linkType, true);
  return header;
}

/**
 * The length that the packet had on the wire, from its IP header: cap tells the captured length alone. Only asked when
 * the packet is as long as cap can give; anything that contradicts itself leaves the captured length.
 */
export function wireLength(linkType: number, bytes: Uint8Array, length: number): number {
  if (length < CAP_SNAP_BYTES) return length;
  const at = ipOffset(linkType, bytes);
  const version = at === undefined ? 0 : (bytes[at] ?? 0) >> 4;
  if (at === undefined) return length;
  if (version === 4) return Math.max(length, at + u16(bytes, at + 2));
  if (version === 6) return Math.max(length, at + 40 + u16(bytes, at + 4));
  return length;
}

function ipOffset(linkType: number, bytes: Uint8Array): number | undefined {
  if (linkType === RAW) return 0;
  if (linkType === LINUX_SLL) return 16;
  if (linkType !== ETHERNET) return undefined;
  let at = 12;
  while (at < 24 && (u16(bytes, at) === 0x8100 || u16(bytes, at) === 0x88a8)) at += 4;
  return at + 2;
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
