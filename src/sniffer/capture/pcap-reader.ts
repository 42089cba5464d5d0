// Reads pcap files (draft-ietf-opsawg-pcap), in either byte order, with micro- or nanoseconds.
import type { Stage } from "../../bytes/stage.js";
import type { RawPacket } from "../packet/raw-packet.js";
import { CaptureInput } from "./capture-input.js";
import { CAPTURE_LIMITS, type CaptureLimits } from "./capture-limits.js";
import { OrderedReader } from "./ordered-reader.js";

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
/** Kuznetzov's patched libpcap adds interface index, protocol and packet type to each record. */
const MODIFIED_RECORD_HEADER_BYTES = 24;
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
 * Bytes of a pcap file in, packets out. `next` throws one CaptureError at the first damage, behind the good packets,
 * and gives nothing from then on. Chunks are copied: their memory may be reused.
 */
export class PcapReader implements Stage<Uint8Array, RawPacket> {
  readonly #limits: CaptureLimits;
  readonly #input = new CaptureInput();
  #header: FileHeader | undefined;
  #failed = false;

  constructor(limits: Partial<CaptureLimits> = {}) {
    this.#limits = { ...CAPTURE_LIMITS, ...limits };
  }

  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  finish(): void {
    this.#input.end();
  }

  next(): RawPacket | undefined {
    if (this.#failed) {
      return undefined;
    }
    try {
      this.#input.beginUnit();
      this.#header ??= this.#fileHeader();
      return this.#header === undefined ? undefined : this.#record(this.#header);
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
    if (majorVersion !== 2) {
      throw this.#input.error("unsupported_version", `pcap version ${majorVersion}.${minorVersion}; 2.4 is supported`);
    }
    // Time zone and accuracy are always zero in practice; the snapshot length is often wrong, so it binds nobody.
    reader.skip(12);
    // The upper half holds the length of the frame check sequence and reserved bits.
    const linkType = reader.uint32() & 0xffff;
    return { ...variant, littleEndian, minorVersion, linkType };
  }

  #record(header: FileHeader): RawPacket | undefined {
    const input = this.#input;
    if ((input.length === 0 && input.ended) || !input.has(header.recordHeaderBytes, "a packet's header")) {
      return undefined;
    }
    const [captured, originalLength] = this.#lengths(header);
    if (captured > this.#limits.maxPacketBytes) {
      const limit = this.#limits.maxPacketBytes;
      throw input.error("limit", `a packet of ${captured} bytes; at most ${limit} are read, so the file is damaged`);
    }
    const length = header.recordHeaderBytes + captured;
    if (!input.has(length, "a packet")) {
      return undefined;
    }
    const reader = new OrderedReader(input.take(length), header.littleEndian);
    const seconds = reader.uint32();
    const nanoseconds = reader.uint32() * header.nanosecondsPerUnit;
    reader.skip(header.recordHeaderBytes - 8);
    input.frame += 1;
    return {
      frame: input.frame,
      // Damaged files carry fractions above a second; downstream arithmetic relies on there being none.
      seconds: seconds + Math.floor(nanoseconds / NANOSECONDS_PER_SECOND),
      nanoseconds: nanoseconds % NANOSECONDS_PER_SECOND,
      linkType: header.linkType,
      originalLength,
      bytes: reader.rest(),
    };
  }

  /** Captured and original length; files before version 2.4 may hold them the other way round. */
  #lengths(header: FileHeader): readonly [number, number] {
    const captured = this.#input.peek32(CAPTURED_LENGTH_AT, header.littleEndian);
    const original = this.#input.peek32(ORIGINAL_LENGTH_AT, header.littleEndian);
    return header.minorVersion < 4 && captured > original ? [original, captured] : [captured, original];
  }
}

function swapped(value: number): number {
  return ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
