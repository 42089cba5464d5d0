// Puts messages together from pieces that name their own place, in any order, twice or overlapping: DTLS handshake
// messages (RFC 6347 section 4.2.3) and QUIC's CRYPTO stream (RFC 9000 section 19.6). The first bytes for a place win.

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const MAX_PIECES = 256;
const PIECE_COST_BYTES = 256;

/** Holds at most `maxBytes`; what would exceed that, or come in too many pieces, is refused. */
export class FragmentAssembler {
  readonly #maxBytes: number;
  /** Sorted by offset, without overlaps. */
  #pieces: Piece[] = [];
  #taken = 0;
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** With what keeping each piece costs. */
  get heldBytes(): number {
    return this.#heldBytes + this.#pieces.length * PIECE_COST_BYTES;
  }

  /** Copies the piece. False when it was refused: of too many, only what all others wait for is taken. */
  add(offset: number, bytes: Uint8Array): boolean {
    if (offset + bytes.length > this.#maxBytes) return false;
    if (this.#pieces.length >= MAX_PIECES && !this.#isAwaited(offset)) return false;
    for (const part of this.#news(offset, bytes)) {
      this.#pieces.push(part);
      this.#heldBytes += part.bytes.length;
    }
    this.#pieces.sort((left, right) => left.offset - right.offset);
    return true;
  }

  /** All bytes that follow what was taken before without a hole; empty when there are none. */
  take(): Uint8Array {
    const ready: Uint8Array[] = [];
    while (this.#pieces[0]?.offset === this.#taken) {
      const piece = this.#pieces.shift();
      if (piece === undefined) break;
      ready.push(piece.bytes);
      this.#taken += piece.bytes.length;
      this.#heldBytes -= piece.bytes.length;
    }
    return Buffer.concat(ready);
  }

  /** Everything, once all `maxBytes` are there. */
  whole(): Uint8Array | undefined {
    const held = this.#pieces.reduce((sum, { bytes }) => sum + bytes.length, this.#taken);
    return held === this.#maxBytes ? this.take() : undefined;
  }

  #isAwaited(offset: number): boolean {
    return offset <= this.#taken && this.#pieces[0]?.offset !== this.#taken;
  }

  /** Parts of the piece for places that nothing holds yet. */
  #news(offset: number, bytes: Uint8Array): Piece[] {
    const end = offset + bytes.length;
    const news: Piece[] = [];
    let at = Math.max(offset, this.#taken);
    for (const piece of this.#pieces) {
      if (piece.offset > at) news.push(slice(offset, bytes, at, Math.min(piece.offset, end)));
      at = Math.max(at, piece.offset + piece.bytes.length);
    }
    news.push(slice(offset, bytes, at, end));
    return news.filter((piece) => piece.bytes.length > 0);
  }
}

function slice(offset: number, bytes: Uint8Array, from: number, to: number): Piece {
  return { offset: from, bytes: Uint8Array.from(bytes.subarray(Math.max(0, from - offset), Math.max(0, to - offset))) };
}
