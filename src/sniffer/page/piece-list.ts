// Pieces of a stream in its order. Those that follow on one another share their memory: a stream that comes byte by byte
// would take hundreds of times as much as it says.

export interface StreamPiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class PieceList {
  readonly #maxJoinedBytes: number;
  readonly #pieces: JoinedPiece[] = [];
  #bytes = 0;

  /** Pieces of up to `maxJoinedBytes` are made one; longer ones stay as they come. */
  constructor(maxJoinedBytes: number) {
    this.#maxJoinedBytes = maxJoinedBytes;
  }

  /** Of all pieces together. */
  get bytes(): number {
    return this.#bytes;
  }

  get pieces(): readonly StreamPiece[] {
    return this.#pieces;
  }

  /** Copies the bytes. */
  push(offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#bytes += bytes.length;
    const last = this.#pieces.at(-1);
    const isNext = last?.end === offset && last.length + bytes.length <= this.#maxJoinedBytes;
    if (isNext) last.append(bytes);
    else this.#pieces.push(new JoinedPiece(offset, bytes));
  }

  /** Forgets the oldest pieces, as long as what is left has that many bytes. */
  keepLast(bytes: number): void {
    for (;;) {
      const oldest = this.#pieces[0]?.length ?? 0;
      if (oldest === 0 || this.#bytes - oldest < bytes) return;
      this.#bytes -= oldest;
      this.#pieces.shift();
    }
  }

  clear(): void {
    this.#pieces.length = 0;
    this.#bytes = 0;
  }
}

class JoinedPiece implements StreamPiece {
  readonly offset: number;
  length: number;
  #memory: Uint8Array;

  constructor(offset: number, bytes: Uint8Array) {
    this.offset = offset;
    this.#memory = Uint8Array.from(bytes);
    this.length = bytes.length;
  }

  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.length);
  }

  get end(): number {
    return this.offset + this.length;
  }

  append(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (length > this.#memory.length) {
      const larger = new Uint8Array(Math.max(length, this.#memory.length * 2));
      larger.set(this.bytes);
      this.#memory = larger;
    }
    this.#memory.set(bytes, this.length);
    this.length = length;
  }
}
