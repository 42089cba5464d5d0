// A reader that cannot leave its bounds: a nested length is read through `sub`, so it never reaches past its parent.
import { BytesError } from "./bytes-error.js";

/** Reads `bytes` from `start` (inclusive) to `end` (exclusive). Every read throws BytesError `short` past the end. */
export class ByteReader {
  readonly source: Uint8Array;
  readonly end: number;
  #offset: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    if (!(start >= 0 && start <= end && end <= bytes.length)) {
      throw new BytesError("limit", `bounds ${start} to ${end} are not within ${bytes.length} bytes`, start);
    }
    this.source = bytes;
    this.#offset = start;
    this.end = end;
  }

  /** Position in the buffer that the reader was made on, not in this reader's part of it. */
  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.end - this.#offset;
  }

  atEnd(): boolean {
    return this.#offset === this.end;
  }

  u8(): number {
    const at = this.#advance(1);
    return this.#byte(at);
  }

  u16(): number {
    const at = this.#advance(2);
    return (this.#byte(at) << 8) | this.#byte(at + 1);
  }

  u24(): number {
    const at = this.#advance(3);
    return (this.#byte(at) << 16) | (this.#byte(at + 1) << 8) | this.#byte(at + 2);
  }

  u32(): number {
    const at = this.#advance(4);
    // `>>> 0` because shifts give signed numbers.
    return ((this.#byte(at) << 24) | (this.#byte(at + 1) << 16) | (this.#byte(at + 2) << 8) | this.#byte(at + 3)) >>> 0;
  }

  u16le(): number {
    const at = this.#advance(2);
    return this.#byte(at) | (this.#byte(at + 1) << 8);
  }

  u32le(): number {
    const at = this.#advance(4);
    return (this.#byte(at) | (this.#byte(at + 1) << 8) | (this.#byte(at + 2) << 16) | (this.#byte(at + 3) << 24)) >>> 0;
  }

  /** A view of the next `length` bytes, not a copy. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.source.subarray(at, at + length);
  }

  /** A reader of the next `length` bytes alone; this one continues behind them. */
  sub(length: number): ByteReader {
    const at = this.#advance(length);
    return new ByteReader(this.source, at, at + length);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  /** A view of all that is left; the reader is then at its end. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  #advance(length: number): number {
    const at = this.#offset;
    if (!(length >= 0 && length <= this.end - at)) {
      throw new BytesError("short", `${length} bytes wanted at ${at}, ${this.end - at} left`, at);
    }
    this.#offset = at + length;
    return at;
  }

  // In bounds by #advance; the fallback only satisfies noUncheckedIndexedAccess.
  #byte(at: number): number {
    return this.source[at] ?? 0;
  }
}
