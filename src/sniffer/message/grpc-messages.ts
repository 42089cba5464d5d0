// Cuts the DATA of one direction of a gRPC call into its length-prefixed messages (gRPC, "PROTOCOL-HTTP2"), within what
// the conversation may hold.
import { SpreadBytes } from "./spread-bytes.js";

/** In gRPC-Web the trailers come as a last message, as lines of text. */
export const TRAILERS_FLAG = 0x80;
export const COMPRESSED_FLAG = 0x01;

export interface GrpcMessage {
  /** The first byte. */
  readonly flags: number;
  readonly length: number;
  /** Undefined where it was more than is kept. */
  readonly payload: SpreadBytes | undefined;
  /** Stream offset of the prefix. */
  readonly offset: number;
}

/** What all calls of a conversation hold together. */
export class KeptBytes {
  readonly maxBytes: number;
  used = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }
}

const PREFIX_BYTES = 5;

export class GrpcMessages {
  readonly #kept: KeptBytes;
  readonly #maxMessageBytes: number;
  #prefix: number[] = [];
  #offset = 0;
  #length = 0;
  #left = 0;
  #payload: SpreadBytes | undefined;
  /** Where a message cannot begin the rest is passed over. */
  lost = false;

  constructor(kept: KeptBytes, maxMessageBytes: number) {
    this.#kept = kept;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Takes on from `at`; the message that became whole, if one did, and where it ended. */
  read(bytes: Uint8Array, at: number, base: number): { at: number; message: GrpcMessage | undefined } {
    let next = at;
    while (next < bytes.length && this.#prefix.length < PREFIX_BYTES) {
      if (this.#prefix.length === 0) this.#offset = base + next;
      this.#prefix.push(bytes[next] ?? 0);
      next += 1;
      if (this.#prefix.length === PREFIX_BYTES && !this.#begin()) return { at: bytes.length, message: undefined };
    }
    if (this.#prefix.length < PREFIX_BYTES) return { at: next, message: undefined };
    const part = bytes.subarray(next, next + this.#left);
    this.#keep(part, base + next);
    this.#left -= part.length;
    return { at: next + part.length, message: this.#left === 0 ? this.#take() : undefined };
  }

  /** Gives back what is held; nothing is read afterwards. */
  lose(): void {
    this.lost = true;
    this.#release();
  }

  #begin(): boolean {
    const [flags = 0, a = 0, b = 0, c = 0, d = 0] = this.#prefix;
    if ((flags & ~(COMPRESSED_FLAG | TRAILERS_FLAG)) !== 0) {
      this.lose();
      return false;
    }
    this.#length = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    this.#left = this.#length;
    this.#payload = this.#length > this.#maxMessageBytes ? undefined : new SpreadBytes();
    return true;
  }

  #keep(part: Uint8Array, offset: number): void {
    if (this.#payload === undefined || part.length === 0) return;
    if (this.#kept.used + part.length > this.#kept.maxBytes) {
      this.#release();
      return;
    }
    this.#kept.used += part.length;
    this.#payload.push(part, offset);
  }

  #take(): GrpcMessage {
    const message = { flags: this.#prefix[0] ?? 0, length: this.#length, payload: this.#payload, offset: this.#offset };
    this.#release();
    this.#prefix = [];
    return message;
  }

  #release(): void {
    this.#kept.used -= this.#payload?.length ?? 0;
    this.#payload = undefined;
  }
}
