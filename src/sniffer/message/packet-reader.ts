// Reads a packet whose beginning alone may be there: what is missing reads as nothing, so that no length can lie.

export class PacketReader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  get left(): number {
    return Math.max(0, this.#bytes.length - this.at);
  }

  u8(): number {
    const byte = this.#bytes[this.at] ?? 0;
    this.at += 1;
    return byte;
  }

  u16le(): number {
    return this.u8() | (this.u8() << 8);
  }

  u32le(): number {
    return (this.u16le() | (this.u16le() << 16)) >>> 0;
  }

  u32(): number {
    return ((this.u8() << 24) | (this.u8() << 16) | (this.u8() << 8) | this.u8()) >>> 0;
  }

  skip(length: number): void {
    this.at += length;
  }

  /** Up to a zero byte, which is passed over, or the end. */
  zeroEnded(): Piece {
    const end = this.#bytes.indexOf(0, this.at);
    const piece = this.#piece(end < 0 ? this.#bytes.length : end);
    this.at = end < 0 ? this.#bytes.length : end + 1;
    return piece;
  }

  take(length: number): Piece {
    const piece = this.#piece(Math.min(this.#bytes.length, this.at + length));
    this.at += length;
    return piece;
  }

  #piece(end: number): Piece {
    const bytes = this.#bytes.subarray(this.at, end);
    return { at: this.at, bytes, length: bytes.length, text: Buffer.from(bytes).toString("utf8") };
  }
}

export interface Piece {
  readonly at: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  /** As UTF-8. */
  readonly text: string;
}
