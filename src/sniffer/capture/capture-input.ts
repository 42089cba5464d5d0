// The bytes of a capture file that are not decoded yet, in one piece, and where in the file they stand.
import { BytesError } from "../../bytes/bytes-error.js";
import { NOWHERE } from "../packet/packet-cursor.js";
import { CaptureError, type CaptureErrorCode } from "./capture-error.js";

const EMPTY = new Uint8Array(0);
const FIRST_OWN_BYTES = 0x1000;

export class CaptureInput {
  /** What waits are the bytes of `memory` from `at` to `end`. */
  memory: Uint8Array = EMPTY;
  at = 0;
  end = 0;
  #view: DataView = new DataView(EMPTY.buffer);
  /** What to add to `at` for the offset in the file. */
  #origin = 0;
  /** What to add to `at` for the place in lasting memory; only where `memory` was lent with one. */
  #place: number | undefined;
  #isOwn = false;
  #unitStart = 0;
  #ended = false;
  /** Number of the last packet delivered or passed over. */
  frame = 0;

  /** Copies the chunk behind what waits: its memory may be used again. */
  push(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#reserve(chunk.length);
    this.memory.set(chunk, this.end);
    this.end += chunk.length;
  }

  /**
   * Looks at `memory` from `start` to `end` without a copy. It begins with what waits now (`length` bytes), which the
   * caller has put there. It must stay as it is until all whole units were read; `position` says where `start` stands in
   * memory that lasts longer than that.
   */
  lend(memory: Uint8Array, start: number, end: number, position: number = NOWHERE): void {
    if (this.#ended) return;
    this.#use(memory, start, end, false);
    this.#place = position === NOWHERE ? undefined : position - start;
  }

  finish(): void {
    this.#ended = true;
  }

  /** Copies what waits to `memory`, from `at` on. */
  copyTo(memory: Uint8Array, at: number): void {
    memory.set(this.memory.subarray(this.at, this.end), at);
  }

  /** Drops what waits and takes nothing more. */
  abandon(): void {
    this.#ended = true;
    this.at = this.end;
  }

  get length(): number {
    return this.end - this.at;
  }

  /** How far into the file all is read. */
  get offset(): number {
    return this.#origin + this.at;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Where the byte at `at` of `memory` stands in lasting memory, or NOWHERE. */
  positionOf(at: number): number {
    return this.#place === undefined ? NOWHERE : this.#place + at;
  }

  /** Errors from here on name the place where the next byte stands. */
  beginUnit(): void {
    this.#unitStart = this.#origin + this.at;
  }

  /** Whether `length` bytes wait. Throws CaptureError `truncated` when they never will. */
  has(length: number, what: string): boolean {
    if (this.end - this.at >= length) return true;
    if (this.#ended) {
      throw this.error("truncated", `the file ends within ${what}: ${this.length} of ${length} bytes are there`);
    }
    return false;
  }

  /** The number in the four bytes at `index` from the front; those that do not wait read as zero. */
  peek32(index: number, littleEndian: boolean): number {
    const at = this.at + index;
    if (at + 4 <= this.end) return this.#view.getUint32(at, littleEndian);
    const there = new Uint8Array(4);
    there.set(this.memory.subarray(at, this.end));
    return new DataView(there.buffer).getUint32(0, littleEndian);
  }

  skip(length: number): void {
    this.at += length;
  }

  /** A view of the next `length` bytes, which must be waiting. */
  take(length: number): Uint8Array {
    const at = this.at;
    this.at += length;
    return this.memory.subarray(at, this.at);
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

  /** Makes room behind what waits, in memory of its own. Doubling keeps large blocks in small chunks linear. */
  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (this.#isOwn && this.end + bytes <= this.memory.length) return;
    if (this.#isOwn && needed * 2 <= this.memory.length) {
      this.memory.copyWithin(0, this.at, this.end);
      this.#origin += this.at;
      this.end -= this.at;
      this.at = 0;
      return;
    }
    const own = new Uint8Array(Math.max(FIRST_OWN_BYTES, needed * 2));
    own.set(this.memory.subarray(this.at, this.end));
    this.#use(own, 0, this.length, true);
    this.#place = undefined;
  }

  #use(memory: Uint8Array, start: number, end: number, isOwn: boolean): void {
    this.#origin += this.at - start;
    if (memory !== this.memory) this.#view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
    this.memory = memory;
    this.at = start;
    this.end = end;
    this.#isOwn = isOwn;
  }
}
