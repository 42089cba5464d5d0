// Bytes that stood in several pieces of a stream, joined, so that the place of each can still be told.

interface Piece {
  /** Index of its first byte among the joined. */
  readonly at: number;
  /** Its stream offset. */
  readonly offset: number;
}

const FIRST_BYTES = 256;

export class SpreadBytes {
  #bytes: Uint8Array = new Uint8Array(0);
  #pieces: Piece[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A view that is good until the next push. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Copies the piece; the caller bounds the sum. */
  push(bytes: Uint8Array, offset: number): void {
    if (bytes.length === 0) return;
    const last = this.#pieces.at(-1);
    if (last === undefined || last.offset + this.#length - last.at !== offset) {
      this.#pieces.push({ at: this.#length, offset });
    }
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(FIRST_BYTES, length, Math.min(this.#bytes.length * 2, length + 0x10000)));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  /** Where in the stream these bytes stood; the length reaches over whatever lay between their pieces. */
  place(at: number, length: number): { offset: number; length: number } {
    const offset = this.#offsetOf(at);
    return { offset, length: length === 0 ? 0 : this.#offsetOf(at + length - 1) + 1 - offset };
  }

  #offsetOf(at: number): number {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle]?.at ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low];
    return piece === undefined ? 0 : piece.offset + at - piece.at;
  }
}
