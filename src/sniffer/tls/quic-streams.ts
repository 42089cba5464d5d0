// Puts the streams of one side of a QUIC connection in order, each for itself (RFC 9000 section 2.2).
import { FragmentAssembler } from "./fragment-assembler.js";

/** What a stream holds behind a hole is bounded by its assembler, and so are the streams. */
const MAX_STREAMS = 64;

export class QuicStreams {
  readonly #streams = new Map<number, FragmentAssembler>();
  #heldBytes = 0;

  /** Behind holes, with what keeping it costs. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** What this piece makes readable: it, what waited for it, or nothing yet. */
  add(id: number, offset: number, bytes: Uint8Array): Uint8Array {
    const stream = this.#streams.get(id) ?? new FragmentAssembler(Number.MAX_SAFE_INTEGER);
    // The one that was silent longest goes first.
    this.#streams.delete(id);
    this.#streams.set(id, stream);
    if (this.#streams.size > MAX_STREAMS) this.#forgetOldest();
    const before = stream.heldBytes;
    stream.add(offset, bytes);
    const ready = stream.take();
    this.#heldBytes += stream.heldBytes - before;
    return ready;
  }

  #forgetOldest(): void {
    const [oldest] = this.#streams;
    if (oldest === undefined) return;
    const [id, stream] = oldest;
    this.#streams.delete(id);
    this.#heldBytes -= stream.heldBytes;
  }
}
