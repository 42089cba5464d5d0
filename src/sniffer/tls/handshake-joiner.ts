// Joins handshake messages across records (RFC 8446 section 5.1): a message may span records, and a record hold several.
import type { Stage } from "../../bytes/stage.js";
import { ByteAccumulator } from "./byte-accumulator.js";
import { HandshakeType, handshakeTypeName } from "./names.js";
import type { StreamChunk } from "./record-deframer.js";
import { TlsError } from "./tls-error.js";

const HANDSHAKE_HEADER_BYTES = 4;

export interface HandshakeLimits {
  readonly maxMessageBytes: number;
  /** Certificate chains may be much longer than everything else. */
  readonly maxCertificateBytes: number;
}

export interface HandshakeMessage {
  readonly type: number;
  /** Without the 4-byte header; valid until the next push. */
  readonly body: Uint8Array;
  /** Header and body as the transcript hashes them; valid as long as `body`. */
  readonly whole: Uint8Array;
  /** Where the record stands in the stream in which the message begins. */
  readonly offset: number;
  /** The packet that completed it. */
  readonly frame: number;
}

/**
 * Takes the fragments of handshake records, gives whole messages. A message over its limit is skipped, not stored: `next`
 * throws TlsError `limit` once for it and goes on behind it.
 */
export class HandshakeJoiner implements Stage<StreamChunk, HandshakeMessage> {
  readonly #limits: HandshakeLimits;
  readonly #held = new ByteAccumulator();
  #heldOffset = 0;
  #chunk: StreamChunk | undefined;
  #at = 0;
  /** Bytes of an oversize message that are still to be passed over. */
  #skipping = 0;

  constructor(limits: HandshakeLimits) {
    this.#limits = limits;
  }

  get heldBytes(): number {
    return this.#held.length;
  }

  /** True when a message has begun and not ended. */
  get isMidMessage(): boolean {
    return this.#held.length > 0 || this.#skipping > 0;
  }

  push(chunk: StreamChunk): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  next(): HandshakeMessage | undefined {
    const chunk = this.#chunk;
    if (chunk === undefined) return undefined;
    this.#passOver(chunk);
    const whole = this.#wholeInChunk(chunk);
    if (whole !== undefined) return messageOf(whole, chunk.offset, chunk.frame);
    if (this.#skipping > 0 || !this.#hold(chunk, HANDSHAKE_HEADER_BYTES)) return this.#drained();
    const length = this.#admittedLength();
    if (!this.#hold(chunk, HANDSHAKE_HEADER_BYTES + length)) return this.#drained();
    return messageOf(this.#held.take(), this.#heldOffset, chunk.frame);
  }

  finish(): void {
    this.#held.clear();
    this.#skipping = 0;
    this.#chunk = undefined;
  }

  /** Most messages lie in one record: they are then views, not copies. */
  #wholeInChunk({ bytes }: StreamChunk): Uint8Array | undefined {
    if (this.#held.length > 0 || this.#skipping > 0 || bytes.length - this.#at < HANDSHAKE_HEADER_BYTES)
      return undefined;
    const length = announcedLength(bytes, this.#at);
    const end = this.#at + HANDSHAKE_HEADER_BYTES + length;
    if (end > bytes.length || length > this.#limitOf(bytes[this.#at] ?? 0)) return undefined;
    const whole = bytes.subarray(this.#at, end);
    this.#at = end;
    return whole;
  }

  #drained(): undefined {
    this.#chunk = undefined;
    return undefined;
  }

  /** Copies until `length` bytes of the message are held; false when the chunk ends first. */
  #hold(chunk: StreamChunk, length: number): boolean {
    if (this.#held.length === 0) this.#heldOffset = chunk.offset;
    const missing = length - this.#held.length;
    if (missing <= 0) return true;
    const part = chunk.bytes.subarray(this.#at, this.#at + missing);
    this.#held.append(part);
    this.#at += part.length;
    return part.length === missing;
  }

  #admittedLength(): number {
    const header = this.#held.bytes;
    const type = header[0] ?? 0;
    const length = announcedLength(header, 0);
    const limit = this.#limitOf(type);
    if (length <= limit) return length;
    this.#skipping = length - (this.#held.length - HANDSHAKE_HEADER_BYTES);
    this.#held.clear();
    throw new TlsError("limit", `${handshakeTypeName(type)} of ${length} bytes is over the limit of ${limit}`);
  }

  #limitOf(type: number): number {
    return type === HandshakeType.Certificate ? this.#limits.maxCertificateBytes : this.#limits.maxMessageBytes;
  }

  #passOver(chunk: StreamChunk): void {
    const step = Math.min(this.#skipping, chunk.bytes.length - this.#at);
    this.#skipping -= step;
    this.#at += step;
  }
}

function announcedLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

function messageOf(whole: Uint8Array, offset: number, frame: number): HandshakeMessage {
  return { type: whole[0] ?? 0, body: whole.subarray(HANDSHAKE_HEADER_BYTES), whole, offset, frame };
}
