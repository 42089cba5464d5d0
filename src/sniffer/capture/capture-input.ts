// The bytes of a capture file that are not decoded yet, and where in the file they stand.
import { ByteQueue } from "../../bytes/byte-queue.js";
import { BytesError } from "../../bytes/bytes-error.js";
import { CaptureError, type CaptureErrorCode } from "./capture-error.js";

export class CaptureInput {
  readonly #queue = new ByteQueue();
  #offset = 0;
  #unitStart = 0;
  #ended = false;
  /** Number of the last packet delivered or passed over. */
  frame = 0;

  /** Copies the chunk: the queue would keep its memory, and taking over only what waits is quadratic in large blocks. */
  push(chunk: Uint8Array): void {
    if (!this.#ended) {
      this.#queue.push(new Uint8Array(chunk));
    }
  }

  end(): void {
    this.#ended = true;
  }

  /** Drops what waits and takes nothing more. */
  abandon(): void {
    this.#ended = true;
    this.#queue.clear();
  }

  get length(): number {
    return this.#queue.length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Errors from here on name the place where the next byte stands. */
  beginUnit(): void {
    this.#unitStart = this.#offset;
  }

  /** Whether `length` bytes wait. Throws CaptureError `truncated` when they never will. */
  has(length: number, what: string): boolean {
    if (this.#queue.length >= length) {
      return true;
    }
    if (this.#ended) {
      throw this.error("truncated", `the file ends within ${what}: ${this.#queue.length} of ${length} bytes are there`);
    }
    return false;
  }

  /** The number in the four bytes at `index`, which must be waiting. */
  peek32(index: number, littleEndian: boolean): number {
    const a = this.#queue.peek(index) ?? 0;
    const b = this.#queue.peek(index + 1) ?? 0;
    const c = this.#queue.peek(index + 2) ?? 0;
    const d = this.#queue.peek(index + 3) ?? 0;
    const value = littleEndian ? (d << 24) | (c << 16) | (b << 8) | a : (a << 24) | (b << 16) | (c << 8) | d;
    return value >>> 0;
  }

  take(length: number): Uint8Array {
    const bytes = this.#queue.take(length);
    this.#offset += length;
    return bytes;
  }

  error(code: CaptureErrorCode, message: string, cause?: unknown): CaptureError {
    const options = cause === undefined ? undefined : { cause };
    const place = `${message} (at byte ${this.#unitStart}, after ${this.frame} packets)`;
    return new CaptureError(code, place, this.#unitStart, this.frame, options);
  }

  /** A read past the end of a block is the file's fault; anything else that is no CaptureError is ours. */
  translate(error: unknown): unknown {
    return error instanceof BytesError
      ? this.error("malformed", "a block is too short for what it says it holds", error)
      : error;
  }
}
