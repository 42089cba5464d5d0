// Writes pcapng files (draft-ietf-opsawg-pcapng): one little-endian section, times in nanoseconds.
import type { RawPacket } from "../packet/raw-packet.js";
import {
  BYTE_ORDER_MAGIC,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  MIN_BLOCK_BYTES,
  SECTION_HEADER,
  TLS_KEY_LOG,
} from "./pcapng-block.js";

const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_TSRESOL = 9;
/** 10^-9 seconds. */
const NANOSECOND_RESOLUTION = 9;
const MAX_OPTION_BYTES = 0xffff;
const NO_OPTIONS = new Uint8Array(0);

export interface CaptureWriterOptions {
  /** Name and version of the program, for the section header. */
  application?: string;
}

/** Each method returns the bytes to append to the file; `head` comes first, key logs before the packets they open. */
export class CaptureWriter {
  readonly #application: string | undefined;
  /** Interface number of each link type, in the order of their first packets. */
  readonly #interfaces = new Map<number, number>();

  constructor(options: CaptureWriterOptions = {}) {
    this.#application = options.application;
  }

  /** The section header. */
  head(): Uint8Array {
    const fixed = new Uint8Array(16);
    const view = new DataView(fixed.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, 1, true);
    // The section's length, unknown: -1.
    fixed.fill(0xff, 8);
    return block(SECTION_HEADER, fixed, textOption(SHB_USERAPPL, this.#application));
  }

  /**
   * A packet, with its interface before it when the link type is new. A time that is null, or outside 1970 to 2554,
   * is written as 0: the simple packet block, which has no time, cannot say how much of a packet was captured.
   */
  packet(packet: RawPacket, comment?: string): Uint8Array {
    const known = this.#interfaces.get(packet.linkType);
    if (known !== undefined) {
      return enhancedPacket(known, packet, comment);
    }
    const id = this.#interfaces.size;
    this.#interfaces.set(packet.linkType, id);
    return joined([interfaceDescription(packet.linkType), enhancedPacket(id, packet, comment)]);
  }

  /** A TLS key log (NSS format). */
  secrets(keylog: Uint8Array): Uint8Array {
    const fixed = new Uint8Array(8);
    const view = new DataView(fixed.buffer);
    view.setUint32(0, TLS_KEY_LOG, true);
    view.setUint32(4, keylog.length, true);
    return block(DECRYPTION_SECRETS, fixed, keylog);
  }
}

function interfaceDescription(linkType: number): Uint8Array {
  const fixed = new Uint8Array(8);
  new DataView(fixed.buffer).setUint16(0, linkType, true);
  return block(INTERFACE_DESCRIPTION, fixed, option(IF_TSRESOL, Uint8Array.of(NANOSECOND_RESOLUTION)));
}

function enhancedPacket(interfaceId: number, packet: RawPacket, comment: string | undefined): Uint8Array {
  const fixed = new Uint8Array(20);
  const view = new DataView(fixed.buffer);
  const time = nanosecondsSince1970(packet);
  view.setUint32(0, interfaceId, true);
  view.setUint32(4, Number(time >> 32n), true);
  view.setUint32(8, Number(time & 0xffffffffn), true);
  view.setUint32(12, packet.bytes.length, true);
  view.setUint32(16, packet.originalLength, true);
  return block(ENHANCED_PACKET, fixed, packet.bytes, textOption(OPT_COMMENT, comment));
}

function nanosecondsSince1970(packet: RawPacket): bigint {
  const time = BigInt(packet.seconds ?? 0) * 1_000_000_000n + BigInt(packet.nanoseconds);
  return time === BigInt.asUintN(64, time) ? time : 0n;
}

/** A text beyond 65,535 bytes is cut between two characters. */
function textOption(code: number, text: string | undefined): Uint8Array {
  if (text === undefined) {
    return NO_OPTIONS;
  }
  const room = new Uint8Array(MAX_OPTION_BYTES);
  const { written } = new TextEncoder().encodeInto(text, room);
  return option(code, room.subarray(0, written));
}

/** One option and the end of options. */
function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + padded(value.length) + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}

/** A block of these parts, each padded to four bytes. */
function block(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + padded(part.length), MIN_BLOCK_BYTES);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += padded(part.length);
  }
  view.setUint32(at, length, true);
  return bytes;
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
