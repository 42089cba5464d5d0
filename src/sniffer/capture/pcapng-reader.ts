// Reads pcapng files (draft-ietf-opsawg-pcapng): sections, interfaces, packets and key logs; all else is passed over.
import type { Stage } from "../../bytes/stage.js";
import type { RawPacket } from "../packet/raw-packet.js";
import { CaptureInput } from "./capture-input.js";
import { CAPTURE_LIMITS, type CaptureLimits } from "./capture-limits.js";
import { OrderedReader } from "./ordered-reader.js";
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
import { type CaptureClock, packetTime } from "./pcapng-timestamp.js";

/** Type and length; a section header's byte order follows. */
const BLOCK_HEADER_BYTES = 8;
const TRAILER_BYTES = 4;

interface Interface {
  readonly linkType: number;
  /** 0 means none. */
  readonly snapLength: number;
  readonly clock: CaptureClock;
}

interface Block {
  readonly type: number;
  readonly body: OrderedReader;
}

/**
 * Bytes of a pcapng file in, packets out. `next` throws one CaptureError at the first damage, behind the good packets,
 * and gives nothing from then on. Chunks are copied: their memory may be reused.
 */
export class PcapngReader implements Stage<Uint8Array, RawPacket> {
  /** TLS key logs (NSS format) that the file carried so far, in the file's order. */
  readonly secrets: Uint8Array[] = [];
  readonly #limits: CaptureLimits;
  readonly #input = new CaptureInput();
  /** Undefined before the first section header. */
  #littleEndian: boolean | undefined;
  #interfaces: Interface[] = [];
  #secretsBytes = 0;
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
      return this.#packet();
    } catch (error) {
      this.#failed = true;
      this.#input.abandon();
      throw this.#input.translate(error);
    }
  }

  #packet(): RawPacket | undefined {
    for (let block = this.#block(); block !== undefined; block = this.#block()) {
      const packet = this.#decode(block);
      if (packet !== undefined) {
        return packet;
      }
    }
    return undefined;
  }

  /** The next whole block, its lengths checked. */
  #block(): Block | undefined {
    const input = this.#input;
    input.beginUnit();
    const littleEndian = this.#byteOrder();
    if (littleEndian === undefined) {
      return undefined;
    }
    const type = input.peek32(0, littleEndian);
    const length = input.peek32(4, littleEndian);
    this.#checkLength(length);
    if (!input.has(length, "a block")) {
      return undefined;
    }
    const bytes = input.take(length);
    const trailer = new OrderedReader(bytes, littleEndian, length - TRAILER_BYTES).uint32();
    if (trailer !== length) {
      throw input.error("malformed", `a block's length is ${length} before it and ${trailer} behind it`);
    }
    return { type, body: new OrderedReader(bytes, littleEndian, BLOCK_HEADER_BYTES, length - TRAILER_BYTES) };
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

  #decode({ type, body }: Block): RawPacket | undefined {
    switch (type) {
      case ENHANCED_PACKET:
        return this.#timedPacket(this.#interface(body.uint32()), body);
      case OBSOLETE_PACKET: {
        const from = this.#interface(body.uint16());
        // Count of dropped packets.
        body.skip(2);
        return this.#timedPacket(from, body);
      }
      case SIMPLE_PACKET:
        return this.#simplePacket(body);
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
    if (major !== 1) {
      throw this.#input.error("unsupported_version", `pcapng version ${major}.${minor}; 1.x is supported`);
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
  #timedPacket(from: Interface, body: OrderedReader): RawPacket {
    const time = packetTime(body.uint32(), body.uint32(), from.clock);
    const captured = body.uint32();
    const originalLength = body.uint32();
    return this.#deliver(from, time, originalLength, this.#data(body, captured));
  }

  #simplePacket(body: OrderedReader): RawPacket {
    const from = this.#interface(0);
    const originalLength = body.uint32();
    const snapLength = from.snapLength === 0 ? originalLength : from.snapLength;
    const captured = Math.min(originalLength, snapLength, body.remaining);
    const untimed = { seconds: null, nanoseconds: 0 };
    return this.#deliver(from, untimed, originalLength, this.#data(body, captured));
  }

  #data(body: OrderedReader, captured: number): Uint8Array {
    if (captured > this.#limits.maxPacketBytes) {
      throw this.#input.error(
        "limit",
        `a packet of ${captured} bytes; at most ${this.#limits.maxPacketBytes} are read`,
      );
    }
    return body.bytes(captured);
  }

  #deliver(
    from: Interface,
    time: { seconds: number | null; nanoseconds: number },
    originalLength: number,
    bytes: Uint8Array,
  ): RawPacket {
    this.#input.frame += 1;
    const { seconds, nanoseconds } = time;
    return { frame: this.#input.frame, seconds, nanoseconds, linkType: from.linkType, originalLength, bytes };
  }
}
