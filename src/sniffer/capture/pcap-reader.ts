// Reads pcap files (draft-ietf-opsawg-pcap), in either byte order, with micro- or nanoseconds.
import { PacketCursor } from "../packet/packet-cursor.js";
import type { RawPacket } from "../packet/raw-packet.js";
import { CaptureInput } from "./capture-input.js";
import { CAPTURE_LIMITS, type CaptureLimits } from "./capture-limits.js";
import { OrderedReader } from "./ordered-reader.js";
import type { PacketReader } from "./packet-reader.js";

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
/** Kuznetzov's patched libpcap adds interface index, protocol and packet type to each record. */
const MODIFIED_RECORD_HEADER_BYTES = 24;
/** Written by DG/UX's tcpdump, as 543.0: a file of before 2.3 otherwise (libpcap reads it so). */
const DG_UX_VERSION = 543;
const CAPTURED_LENGTH_AT = 8;
const ORIGINAL_LENGTH_AT = 12;
const NANOSECONDS_PER_SECOND = 1_000_000_000;

interface Variant {
  readonly nanosecondsPerUnit: number;
  readonly recordHeaderBytes: number;
}

const VARIANTS: ReadonlyMap<number, Variant> = new Map([
  [0xa1b2c3d4, { nanosecondsPerUnit: 1000, recordHeaderBytes: RECORD_HEADER_BYTES }],
  [0xa1b23c4d, { nanosecondsPerUnit: 1, recordHeaderBytes: RECORD_HEADER_BYTES }],
  [0xa1b2cd34, { nanosecondsPerUnit: 1000, recordHeaderBytes: MODIFIED_RECORD_HEADER_BYTES }],
]);

interface FileHeader extends Variant {
  readonly littleEndian: boolean;
  readonly minorVersion: number;
  readonly linkType: number;
}

/** Whether a file that begins with these four bytes, read in big-endian order, is a pcap file. */
export function isPcapMagic(magic: number): boolean {
  return VARIANTS.has(magic) || VARIANTS.has(swapped(magic));
}

/**
 * Bytes of a pcap file in, packets out. `next` and `advance` throw one CaptureError at the first damage, behind the good
 * packets, and give nothing from then on. Chunks that are pushed are copied; those that are lent are looked at in place.
 */
export class PcapReader implements PacketReader {
  readonly #limits: CaptureLimits;
  readonly #input: CaptureInput;
  readonly #cursor = new PacketCursor();
  #header: FileHeader | undefined;
  #failed = false;

  constructor(limits: Partial<CaptureLimits> = {}, input = new CaptureInput()) {
    this.#limits = { ...CAPTURE_LIMITS, ...limits };
    this.#input = input;
  }

  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  finish(): void {
    this.#input.finish();
  }

  next(): RawPacket | undefined {
    return this.advance(this.#cursor) ? this.#cursor.packet() : undefined;
  }

  advance(cursor: PacketCursor): boolean {
    if (this.#failed) return false;
    try {
      this.#input.beginUnit();
      this.#header ??= this.#fileHeader();
      return this.#header !== undefined && this.#record(this.#header, cursor);
    } catch (error) {
      this.#failed = true;
      this.#input.abandon();
      throw this.#input.translate(error);
    }
  }

  #fileHeader(): FileHeader | undefined {
    const input = this.#input;
    if (input.length < 4) {
      if (input.ended) {
        throw input.error("not_a_capture", `a file of ${input.length} bytes is no capture`);
      }
      return undefined;
    }
    const big = VARIANTS.get(input.peek32(0, false));
    const variant = big ?? VARIANTS.get(input.peek32(0, true));
    if (variant === undefined) {
      throw input.error("not_a_capture", "the file does not begin with a pcap magic number");
    }
    if (!input.has(FILE_HEADER_BYTES, "the file header")) {
      return undefined;
    }
    const header = this.#decodeFileHeader(variant, big === undefined);
    input.beginUnit();
    return header;
  }

  #decodeFileHeader(variant: Variant, littleEndian: boolean): FileHeader {
    const reader = new OrderedReader(this.#input.take(FILE_HEADER_BYTES), littleEndian, 4);
    const majorVersion = reader.uint16();
    const minorVersion = reader.uint16();
    if (majorVersion !== 2 && majorVersion !== DG_UX_VERSION) {
      throw this.#input.error("unsupported_version", `pcap version ${majorVersion}.${minorVersion}; 2.4 is supported`);
    }
    // Time zone and accuracy are always zero in practice; the snapshot length is often wrong, so it binds nobody.
    reader.skip(12);
    // The upper half holds the length of the frame check sequence and reserved bits.
    const linkType = reader.uint32() & 0xffff;
    return { ...variant, littleEndian, minorVersion, linkType };
  }

  #record(header: FileHeader, cursor: PacketCursor): boolean {
    const input = this.#input;
    const { littleEndian, recordHeaderBytes } = header;
    if ((input.length === 0 && input.ended) || !input.has(recordHeaderBytes, "a packet's header")) return false;
    let captured = input.peek32(CAPTURED_LENGTH_AT, littleEndian);
    let originalLength = input.peek32(ORIGINAL_LENGTH_AT, littleEndian);
    // Files before version 2.4 may hold them the other way round.
    if (header.minorVersion < 4 && captured > originalLength) [captured, originalLength] = [originalLength, captured];
    if (captured > this.#limits.maxPacketBytes) {
      const limit = this.#limits.maxPacketBytes;
      throw input.error("limit", `a packet of ${captured} bytes; at most ${limit} are read, so the file is damaged`);
    }
    if (!input.has(recordHeaderBytes + captured, "a packet")) return false;
    const nanoseconds = input.peek32(4, littleEndian) * header.nanosecondsPerUnit;
    // Damaged files carry fractions above a second; downstream arithmetic relies on there being none.
    const whole = nanoseconds < NANOSECONDS_PER_SECOND ? 0 : Math.floor(nanoseconds / NANOSECONDS_PER_SECOND);
    cursor.frame = input.frame += 1;
    cursor.seconds = input.peek32(0, littleEndian) + whole;
    cursor.nanoseconds = nanoseconds - whole * NANOSECONDS_PER_SECOND;
    cursor.linkType = header.linkType;
    cursor.originalLength = originalLength;
    cursor.memory = input.memory;
    cursor.start = input.at + recordHeaderBytes;
    cursor.end = cursor.start + captured;
    cursor.position = input.positionOf(cursor.start);
    input.skip(recordHeaderBytes + captured);
    return true;
  }
}

function swapped(value: number): number {
  return ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
