// A buffer that grows with what arrives, never with what a length field announces.

const FIRST_CAPACITY_BYTES = 512;
/** Shared, since most accumulators of most conversations never hold a byte. */
const EMPTY = new Uint8Array(0);

/** Collects copies of what is appended; `take` gives them in one piece and begins anew. */
export class ByteAccumulator {
  #buffer: Uint8Array = EMPTY;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A view of all that was appended; valid until the next append, drop or take. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(this.#length + bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Forgets the first `length` bytes. */
  drop(length: number): void {
    this.#buffer.copyWithin(0, length, this.#length);
    this.#length -= length;
  }

  /** The bytes are the caller's from now on. */
  take(): Uint8Array {
    const taken = this.bytes;
    this.clear();
    return taken;
  }

  clear(): void {
    this.#buffer = EMPTY;
    this.#length = 0;
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(length, this.#buffer.length * 2, FIRST_CAPACITY_BYTES));
    grown.set(this.bytes);
    this.#buffer = grown;
  }
}
