// Reads pcapng files (draft-ietf-opsawg-pcapng): sections, interfaces, packets and key logs; all else is passed over.
import { PacketCursor } from "../packet/packet-cursor.js";
import type { RawPacket } from "../packet/raw-packet.js";
import { CaptureInput } from "./capture-input.js";
import { CAPTURE_LIMITS, type CaptureLimits } from "./capture-limits.js";
import { OrderedReader } from "./ordered-reader.js";
import type { PacketReader } from "./packet-reader.js";
import {
  BYTE_ORDER_MAGIC,
  CUSTOM,
  CUSTOM_UNCOPIED,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  MIN_BLOCK_BYTES,
  OBSOLETE_PACKET,
  SECTION_HEADER,
  SIMPLE_PACKET,
  SYSTEMD_JOURNAL,
  TLS_KEY_LOG,
} from "./pcapng-block.js";
import { decodeInterfaceClock } from "./pcapng-options.js";
import { type CaptureClock, type PacketTime, packetTime } from "./pcapng-timestamp.js";

/** Type and length; a section header's byte order follows. */
const BLOCK_HEADER_BYTES = 8;
const TRAILER_BYTES = 4;
/** Header, interface, time and two lengths. */
const ENHANCED_PACKET_DATA_AT = 28;
const MIN_ENHANCED_PACKET_BYTES = ENHANCED_PACKET_DATA_AT + TRAILER_BYTES;
const UNTIMED: PacketTime = { seconds: null, nanoseconds: 0 };

interface Interface {
  readonly linkType: number;
  /** 0 means none. */
  readonly snapLength: number;
  readonly clock: CaptureClock;
}

/**
 * Bytes of a pcapng file in, packets out. `next` and `advance` throw one CaptureError at the first damage, behind the good
 * packets, and give nothing from then on. Chunks that are pushed are copied; those that are lent are looked at in place.
 */
export class PcapngReader implements PacketReader {
  /** TLS key logs (NSS format) that the file carried so far, in the file's order. */
  readonly secrets: Uint8Array[] = [];
  readonly #limits: CaptureLimits;
  readonly #input: CaptureInput;
  readonly #cursor = new PacketCursor();
  /** Undefined before the first section header. */
  #littleEndian: boolean | undefined;
  #interfaces: Interface[] = [];
  #secretsBytes = 0;
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
      let found: boolean | undefined;
      while (found === undefined) found = this.#block(cursor);
      return found;
    } catch (error) {
      this.#failed = true;
      this.#input.abandon();
      throw this.#input.translate(error);
    }
  }

  /** Passes the next whole block, its lengths checked: true for a packet, undefined for another, false when there is none. */
  #block(cursor: PacketCursor): boolean | undefined {
    const input = this.#input;
    input.beginUnit();
    const littleEndian = this.#byteOrder();
    if (littleEndian === undefined) return false;
    const type = input.peek32(0, littleEndian);
    const length = input.peek32(4, littleEndian);
    this.#checkLength(length);
    if (!input.has(length, "a block")) return false;
    const trailer = input.peek32(length - TRAILER_BYTES, littleEndian);
    if (trailer !== length) {
      throw input.error("malformed", `a block's length is ${length} before it and ${trailer} behind it`);
    }
    if (type === ENHANCED_PACKET && length >= MIN_ENHANCED_PACKET_BYTES) {
      this.#enhancedPacket(cursor, length, littleEndian);
      return true;
    }
    const start = input.at + BLOCK_HEADER_BYTES;
    const body = new OrderedReader(input.memory, littleEndian, start, input.at + length - TRAILER_BYTES);
    input.skip(length);
    return this.#decode(type, body, cursor);
  }

  /** The block that nearly all are, read in place. */
  #enhancedPacket(cursor: PacketCursor, length: number, littleEndian: boolean): void {
    const input = this.#input;
    const from = this.#interface(input.peek32(8, littleEndian));
    const time = packetTime(input.peek32(12, littleEndian), input.peek32(16, littleEndian), from.clock);
    const captured = input.peek32(20, littleEndian);
    this.#checkCaptured(captured, length - MIN_ENHANCED_PACKET_BYTES);
    const originalLength = input.peek32(24, littleEndian);
    this.#deliver(cursor, from, time, originalLength, input.at + ENHANCED_PACKET_DATA_AT, captured);
    input.skip(length);
  }

  /** The order of the block that begins here, once its header is there; undefined until then and at the end. */
  #byteOrder(): boolean | undefined {
    const input = this.#input;
    const first = this.#littleEndian === undefined;
    if (first && input.length < 4 && input.ended) {
      throw input.error("not_a_capture", `a file of ${input.length} bytes is no capture`);
    }
    if (input.length < 4) {
      return input.length === 0 || !input.has(4, "a block's header") ? undefined : this.#littleEndian;
    }
    // The same in both orders: a palindrome.
    if (input.peek32(0, false) === SECTION_HEADER) {
      return this.#sectionOrder(first);
    }
    if (first) {
      throw input.error("not_a_capture", "the file does not begin with a pcapng section header");
    }
    return input.has(BLOCK_HEADER_BYTES, "a block's header") ? this.#littleEndian : undefined;
  }

  #sectionOrder(first: boolean): boolean | undefined {
    const input = this.#input;
    if (!input.has(MIN_BLOCK_BYTES, "a section header")) {
      return undefined;
    }
    if (input.peek32(BLOCK_HEADER_BYTES, false) === BYTE_ORDER_MAGIC) {
      return false;
    }
    if (input.peek32(BLOCK_HEADER_BYTES, true) === BYTE_ORDER_MAGIC) {
      return true;
    }
    throw input.error(first ? "not_a_capture" : "malformed", "a section header without the byte-order magic");
  }

  #checkLength(length: number): void {
    if (length < MIN_BLOCK_BYTES || length % 4 !== 0) {
      throw this.#input.error("malformed", `a block cannot be ${length} bytes long`);
    }
    if (length > this.#limits.maxBlockBytes) {
      throw this.#input.error("limit", `a block of ${length} bytes; at most ${this.#limits.maxBlockBytes} are read`);
    }
  }

  #decode(type: number, body: OrderedReader, cursor: PacketCursor): true | undefined {
    switch (type) {
      case ENHANCED_PACKET:
        // One with room for no packet: reading it says what is missing.
        return this.#timedPacket(cursor, this.#interface(body.uint32()), body);
      case OBSOLETE_PACKET: {
        const from = this.#interface(body.uint16());
        // Count of dropped packets.
        body.skip(2);
        return this.#timedPacket(cursor, from, body);
      }
      case SIMPLE_PACKET:
        return this.#simplePacket(cursor, body);
      case SECTION_HEADER:
        this.#beginSection(body);
        return undefined;
      case INTERFACE_DESCRIPTION:
        this.#addInterface(body);
        return undefined;
      case DECRYPTION_SECRETS:
        this.#addSecrets(body);
        return undefined;
      case CUSTOM:
      case CUSTOM_UNCOPIED:
      case SYSTEMD_JOURNAL:
        // No packets, but tshark counts them as frames, and ours must bear the same numbers.
        this.#input.frame += 1;
        return undefined;
      default:
        return undefined;
    }
  }

  #beginSection(body: OrderedReader): void {
    body.skip(4);
    const major = body.uint16();
    const minor = body.uint16();
    // 1.2 is 1.0 as some writers called it; there never was any other.
    if (major !== 1 || (minor !== 0 && minor !== 2)) {
      throw this.#input.error("unsupported_version", `pcapng version ${major}.${minor}; 1.0 is supported`);
    }
    // The section's length: -1 in most files, and blocks tell the same.
    body.skip(8);
    this.#littleEndian = body.littleEndian;
    this.#interfaces = [];
  }

  #addInterface(body: OrderedReader): void {
    if (this.#interfaces.length >= this.#limits.maxInterfaces) {
      throw this.#input.error("limit", `more than ${this.#limits.maxInterfaces} interfaces in a section`);
    }
    const linkType = body.uint16();
    body.skip(2);
    const snapLength = body.uint32();
    this.#interfaces.push({ linkType, snapLength, clock: decodeInterfaceClock(body) });
  }

  #addSecrets(body: OrderedReader): void {
    const type = body.uint32();
    const bytes = body.bytes(body.uint32());
    if (type !== TLS_KEY_LOG) {
      return;
    }
    this.#secretsBytes += bytes.length;
    if (this.#secretsBytes > this.#limits.maxSecretsBytes) {
      throw this.#input.error("limit", `more than ${this.#limits.maxSecretsBytes} bytes of key logs`);
    }
    // A view would keep the whole chunk, and its memory is the caller's.
    this.secrets.push(bytes.slice());
  }

  #interface(id: number): Interface {
    const found = this.#interfaces[id];
    if (found === undefined) {
      const count = this.#interfaces.length;
      throw this.#input.error("malformed", `a packet of interface ${id}, but its section has ${count} interfaces`);
    }
    return found;
  }

  /** What enhanced and obsolete packets share: time, two lengths, bytes; options behind them are not read. */
  #timedPacket(cursor: PacketCursor, from: Interface, body: OrderedReader): true {
    const time = packetTime(body.uint32(), body.uint32(), from.clock);
    const captured = body.uint32();
    const originalLength = body.uint32();
    this.#checkCaptured(captured, body.remaining);
    return this.#deliver(cursor, from, time, originalLength, body.offset, captured);
  }

  #simplePacket(cursor: PacketCursor, body: OrderedReader): true {
    const from = this.#interface(0);
    const originalLength = body.uint32();
    const snapLength = from.snapLength === 0 ? originalLength : from.snapLength;
    const captured = Math.min(originalLength, snapLength, body.remaining);
    this.#checkCaptured(captured, body.remaining);
    return this.#deliver(cursor, from, UNTIMED, originalLength, body.offset, captured);
  }

  #checkCaptured(captured: number, room: number): void {
    const { maxPacketBytes } = this.#limits;
    if (captured > maxPacketBytes) {
      throw this.#input.error("limit", `a packet of ${captured} bytes; at most ${maxPacketBytes} are read`);
    }
    if (captured > room) {
      throw this.#input.error("malformed", `a packet of ${captured} bytes in a block that has ${room} for it`);
    }
  }

  /** `at`: where in the input's memory the packet begins. */
  #deliver(
    cursor: PacketCursor,
    from: Interface,
    time: PacketTime,
    originalLength: number,
    at: number,
    captured: number,
  ): true {
    const input = this.#input;
    cursor.frame = input.frame += 1;
    cursor.seconds = time.seconds;
    cursor.nanoseconds = time.nanoseconds;
    cursor.linkType = from.linkType;
    cursor.originalLength = originalLength;
    cursor.memory = input.memory;
    cursor.start = at;
    cursor.end = at + captured;
    cursor.position = input.positionOf(at);
    return true;
  }
}
