// Puts the streams of one side of a QUIC connection in order, each for itself (RFC 9000 section 2.2).
import { FragmentAssembler } from "./fragment-assembler.js";

/** What a stream holds behind a hole is bounded by its assembler, and so are the streams. */
const MAX_STREAMS = 64;

export class QuicStreams {
  readonly #streams = new Map<number, FragmentAssembler>();

  /** What this piece makes readable: it, what waited for it, or nothing yet. */
  add(id: number, offset: number, bytes: Uint8Array): Uint8Array {
    const stream = this.#streams.get(id) ?? new FragmentAssembler(Number.MAX_SAFE_INTEGER);
    // The one that was silent longest goes first.
    this.#streams.delete(id);
    this.#streams.set(id, stream);
    const oldest = this.#streams.keys().next().value;
    if (this.#streams.size > MAX_STREAMS && oldest !== undefined) this.#streams.delete(oldest);
    stream.add(offset, bytes);
    return stream.take();
  }
}
