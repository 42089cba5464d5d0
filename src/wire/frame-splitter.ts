// Cuts a stream into frames by their length prefixes, and refuses by the prefix alone what must not be buffered.
import type { Stage } from "../bytes/stage.js";
import { WIRE_LIMITS } from "./limits.js";
import { WireError } from "./wire-error.js";

/** One frame without its prefix: `bytes` from `start` to `end`. */
export interface FrameSpan {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Of the prefix, in bytes from the start of the stream. */
  readonly offset: number;
  /** Of prefix and frame, in bytes. */
  readonly length: number;
}

const EMPTY: Buffer = Buffer.alloc(0);
/** A partial frame starts with this much room, so that one-byte chunks do not begin with a dozen tiny copies. */
const MIN_PARTIAL_BYTES = 1024;

/**
 * Chunks in, spans out. A frame that lies in one chunk is a view of it; one that does not is gathered in a buffer that
 * grows with what arrived, never with what the prefix promises. When `next` has returned undefined nothing of the
 * chunks is referred to any more, so the caller may reuse their memory.
 */
export class FrameSplitter implements Stage<Uint8Array, FrameSpan> {
  maxFrameBytes: number;
  #chunks: Buffer[] = [];
  /** Of the chunk after the current one: an index, since shifting the array would be quadratic. */
  #chunkIndex = 0;
  #chunk = EMPTY;
  #at = 0;
  /** Stream offset of the next byte to read. */
  #offset = 0;
  #frameOffset = 0;
  /** Length of the frame being read, without prefix; undefined while the prefix is incomplete. */
  #frameBytes: number | undefined;
  #prefixValue = 0;
  #prefixBytes = 0;
  /** The first #partialBytes of a frame that spans chunks. */
  #partial = EMPTY;
  #partialBytes = 0;
  #finished = false;
  #failed = false;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  push(chunk: Uint8Array): void {
    if (this.#failed || this.#finished || chunk.length === 0) {
      return;
    }
    this.#chunks.push(asBuffer(chunk));
  }

  /** Throws WireError once, for the first frame that breaks a rule; all frames before it were returned. */
  next(): FrameSpan | undefined {
    if (this.#failed) {
      return undefined;
    }
    try {
      return this.#nextSpan();
    } catch (error) {
      this.fail();
      throw error;
    }
  }

  /** No more chunks follow: a frame that is not complete by now is `truncated`, thrown by `next`. */
  finish(): void {
    this.#finished = true;
  }

  /** Refuses everything from here on and lets go of what was buffered. */
  fail(): void {
    this.#failed = true;
    this.#chunks = [];
    this.#chunk = EMPTY;
    this.#partial = EMPTY;
  }

  #nextSpan(): FrameSpan | undefined {
    for (;;) {
      if (this.#at === this.#chunk.length && !this.#nextChunk()) {
        this.#refuseTruncated();
        return undefined;
      }
      const frameBytes = this.#frameBytes ?? this.#readPrefix();
      if (frameBytes === undefined) {
        continue;
      }
      if (this.#partialBytes === 0 && this.#chunk.length - this.#at >= frameBytes) {
        return this.#wholeFrame(frameBytes);
      }
      this.#gather(frameBytes);
      if (this.#partialBytes === frameBytes) {
        return this.#gatheredFrame(frameBytes);
      }
    }
  }

  #nextChunk(): boolean {
    const chunk = this.#chunks[this.#chunkIndex];
    this.#chunk = chunk ?? EMPTY;
    this.#at = 0;
    this.#chunkIndex += 1;
    if (chunk === undefined) {
      this.#chunks.length = 0;
      this.#chunkIndex = 0;
    }
    return chunk !== undefined;
  }

  /** Reads on in the prefix; undefined when the chunk ends within it. */
  #readPrefix(): number | undefined {
    while (this.#at < this.#chunk.length) {
      const byte = this.#chunk[this.#at] ?? 0;
      if (this.#prefixBytes === 0) {
        this.#frameOffset = this.#offset;
      }
      this.#prefixValue |= (byte & 0x7f) << (7 * this.#prefixBytes);
      this.#prefixBytes += 1;
      this.#at += 1;
      this.#offset += 1;
      if (byte < 0x80) {
        this.#refusePrefix(byte);
        this.#frameBytes = this.#prefixValue;
        return this.#prefixValue;
      }
      if (this.#prefixBytes === WIRE_LIMITS.maxPrefixBytes) {
        throw new WireError("prefix_too_long", "the length prefix has more than 4 bytes", this.#frameOffset);
      }
    }
    return undefined;
  }

  #refusePrefix(lastByte: number): void {
    if (this.#prefixValue === 0 && this.#prefixBytes === 1) {
      throw new WireError("zero_length", "a frame of no bytes", this.#frameOffset);
    }
    if (lastByte === 0) {
      throw new WireError("prefix_not_minimal", "the length prefix has needless bytes", this.#frameOffset);
    }
    if (this.#prefixValue > this.maxFrameBytes) {
      const message = `a frame of ${this.#prefixValue} bytes, more than the ${this.maxFrameBytes} accepted here`;
      throw new WireError("frame_too_large", message, this.#frameOffset);
    }
  }

  #wholeFrame(frameBytes: number): FrameSpan {
    const start = this.#at;
    this.#at += frameBytes;
    return this.#endFrame(this.#chunk, start, frameBytes, frameBytes);
  }

  #gatheredFrame(frameBytes: number): FrameSpan {
    const bytes = this.#partial;
    // The buffer goes to whoever holds the payload; the next frame gets its own.
    this.#partial = EMPTY;
    this.#partialBytes = 0;
    return this.#endFrame(bytes, 0, frameBytes, 0);
  }

  #endFrame(bytes: Buffer, start: number, frameBytes: number, unread: number): FrameSpan {
    const length = this.#prefixBytes + frameBytes;
    this.#offset += unread;
    this.#frameBytes = undefined;
    this.#prefixValue = 0;
    this.#prefixBytes = 0;
    return { bytes, start, end: start + frameBytes, offset: this.#frameOffset, length };
  }

  #gather(frameBytes: number): void {
    const count = Math.min(frameBytes - this.#partialBytes, this.#chunk.length - this.#at);
    const wanted = this.#partialBytes + count;
    if (wanted > this.#partial.length) {
      // Doubling makes all the copies together cost no more than twice the frame.
      const room = Math.min(frameBytes, Math.max(MIN_PARTIAL_BYTES, wanted, this.#partial.length * 2));
      const grown = Buffer.allocUnsafeSlow(room);
      this.#partial.copy(grown, 0, 0, this.#partialBytes);
      this.#partial = grown;
    }
    this.#chunk.copy(this.#partial, this.#partialBytes, this.#at, this.#at + count);
    this.#partialBytes = wanted;
    this.#at += count;
    this.#offset += count;
  }

  #refuseTruncated(): void {
    if (this.#finished && this.#prefixBytes > 0) {
      throw new WireError("truncated", "the stream ended within a frame", this.#frameOffset);
    }
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
