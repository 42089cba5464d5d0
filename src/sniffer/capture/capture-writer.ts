// Writes pcapng files (draft-ietf-opsawg-pcapng): one little-endian section, times in nanoseconds.
import type { RawPacket } from "../packet/raw-packet.js";
import {
  BYTE_ORDER_MAGIC,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  MIN_BLOCK_BYTES,
  SECTION_HEADER,
  TLS_KEY_LOG,
} from "./pcapng-block.js";
import { encodeOptions, type Option, textOption } from "./pcapng-option-list.js";
import { encodeTime } from "./pcapng-time-field.js";

const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_FILTER = 11;
const ISB_IFRECV = 4;
const ISB_IFDROP = 5;
/** 10^-9 seconds. */
const NANOSECOND_RESOLUTION = 9;
/** First byte of if_filter: what follows is libpcap's own words. */
const FILTER_STRING = 0;
/** Type, length, interface, time in two halves, captured and original length. */
const PACKET_HEADER_BYTES = 28;
const TRAILER_BYTES = 4;
const NO_OPTIONS = new Uint8Array(0);

/** What is known of where the packets come from. */
export interface CaptureOrigin {
  readonly interfaceName?: string | undefined;
  /** BPF words. */
  readonly filter?: string | undefined;
  readonly snapBytes?: number | undefined;
}

export interface CaptureWriterOptions extends CaptureOrigin {
  /** Name and version of the program, for the section header. */
  readonly application?: string;
}

/** Each method returns the bytes to append to the file; `head` comes first, key logs before the packets they open. */
export class CaptureWriter {
  readonly #options: CaptureWriterOptions;
  /** Interface number of each link type, in the order of their first packets. */
  readonly #interfaces = new Map<number, number>();

  constructor(options: CaptureWriterOptions = {}) {
    this.#options = options;
  }

  /** The section header, and the interfaces known so far: what every further file of a ring begins with. */
  head(): Uint8Array {
    const fixed = new Uint8Array(16);
    const view = new DataView(fixed.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, 1, true);
    // The section's length, unknown: -1.
    fixed.fill(0xff, 8);
    const header = block(SECTION_HEADER, fixed, encodeOptions([textOption(SHB_USERAPPL, this.#options.application)]));
    return joined([header, ...Array.from(this.#interfaces.keys(), (linkType) => this.#describeInterface(linkType))]);
  }

  /** The description that has to come before this packet; undefined where one came before. */
  interfaceOf(packet: RawPacket): Uint8Array | undefined {
    if (this.#interfaces.has(packet.linkType)) return undefined;
    this.#interfaces.set(packet.linkType, this.#interfaces.size);
    return this.#describeInterface(packet.linkType);
  }

  /**
   * A packet, with its interface before it when the link type is new. A time that is null, or outside 1970 to 2554,
   * is written as 0: the simple packet block, which has no time, cannot say how much of a packet was captured.
   */
  packet(packet: RawPacket, comment?: string): Uint8Array {
    const description = this.interfaceOf(packet) ?? NO_OPTIONS;
    const bytes = new Uint8Array(packetBlockBytes(packet));
    this.encodePacket(bytes, 0, packet);
    return joined([description, comment === undefined ? bytes : withComment(bytes, comment)]);
  }

  /** Writes the block of a packet whose interface is described, `packetBlockBytes` long, at this place. */
  encodePacket(into: Uint8Array, at: number, packet: RawPacket): void {
    const { bytes } = packet;
    const end = at + packetBlockBytes(packet) - TRAILER_BYTES;
    put32(into, at, ENHANCED_PACKET);
    put32(into, at + 4, end + TRAILER_BYTES - at);
    put32(into, at + 8, this.#interfaces.get(packet.linkType) ?? 0);
    encodeTime(into, at + 12, packet.seconds, packet.nanoseconds);
    put32(into, at + 20, bytes.length);
    put32(into, at + 24, packet.originalLength);
    into.set(bytes, at + PACKET_HEADER_BYTES);
    into.fill(0, at + PACKET_HEADER_BYTES + bytes.length, end);
    put32(into, end, end + TRAILER_BYTES - at);
  }

  /** A TLS key log (NSS format). */
  secrets(keylog: Uint8Array): Uint8Array {
    const fixed = new Uint8Array(8);
    put32(fixed, 0, TLS_KEY_LOG);
    put32(fixed, 4, keylog.length);
    return block(DECRYPTION_SECRETS, fixed, keylog);
  }

  /** What the capture lost, where it can tell, as the last block of a file: of its first interface, as there is one. */
  statistics(counts: { atSeconds: number; receivedPackets: number; droppedPackets: number }): Uint8Array {
    if (this.#interfaces.size === 0) return NO_OPTIONS;
    const fixed = new Uint8Array(12);
    encodeTime(fixed, 4, Math.floor(counts.atSeconds), 0);
    const options = [count64(ISB_IFRECV, counts.receivedPackets), count64(ISB_IFDROP, counts.droppedPackets)];
    return block(INTERFACE_STATISTICS, fixed, encodeOptions(options));
  }

  #describeInterface(linkType: number): Uint8Array {
    const { interfaceName, filter, snapBytes } = this.#options;
    const fixed = new Uint8Array(8);
    put32(fixed, 0, linkType & 0xffff);
    put32(fixed, 4, snapBytes ?? 0);
    const words = filter === undefined || filter === "" ? undefined : String.fromCharCode(FILTER_STRING) + filter;
    const resolution: Option = { code: IF_TSRESOL, value: Uint8Array.of(NANOSECOND_RESOLUTION) };
    const options = [textOption(IF_NAME, interfaceName), resolution, textOption(IF_FILTER, words)];
    return block(INTERFACE_DESCRIPTION, fixed, encodeOptions(options));
  }
}

export function packetBlockBytes({ bytes }: RawPacket): number {
  return PACKET_HEADER_BYTES + padded(bytes.length) + TRAILER_BYTES;
}

/** A packet's block, which has no options, with one. */
export function withComment(packetBlock: Uint8Array, comment: string): Uint8Array {
  const end = packetBlock.length - TRAILER_BYTES;
  return block(ENHANCED_PACKET, packetBlock.subarray(8, end), encodeOptions([textOption(OPT_COMMENT, comment)]));
}

function count64(code: number, count: number): Option {
  const value = new Uint8Array(8);
  put32(value, 0, count % 2 ** 32);
  put32(value, 4, Math.floor(count / 2 ** 32));
  return { code, value };
}

/** A block of these parts, each padded to four bytes. */
function block(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + padded(part.length), MIN_BLOCK_BYTES);
  const bytes = new Uint8Array(length);
  put32(bytes, 0, type);
  put32(bytes, 4, length);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += padded(part.length);
  }
  put32(bytes, at, length);
  return bytes;
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
