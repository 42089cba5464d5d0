// Finds a record boundary again after a hole, or in a stream that was joined midway. Better to stay lost than to believe garbage.
import { ByteAccumulator } from "./byte-accumulator.js";
import { ContentType, HandshakeType } from "./names.js";
import type { StreamChunk } from "./record-deframer.js";
import { fragmentLength, isLikelyHeader, RECORD_HEADER_BYTES } from "./record-header.js";

/**
 * A place counts as a boundary when a likely header stands there and either another likely header follows its
 * record, or the record ends where the packet's bytes end, or it opens with a hello. In random bytes that happens
 * about once in 10^10.
 */
export class RecordSearch {
  readonly #held = new ByteAccumulator();
  #heldOffset = 0;
  /** Where each packet's bytes begin in #held, so that records found later still name the right packet. */
  #marks: { at: number; frame: number }[] = [];

  /** Bytes kept back because a boundary may yet be confirmed in them; never more than one record and one packet. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** The chunks from the first sure boundary on, or undefined while there is none. */
  push(chunk: StreamChunk): StreamChunk[] | undefined {
    if (this.#held.length === 0) this.#heldOffset = chunk.offset;
    this.#marks.push({ at: this.#held.length, frame: chunk.frame });
    this.#held.append(chunk.bytes);
    const bytes = this.#held.bytes;
    for (let at = 0; at + RECORD_HEADER_BYTES <= bytes.length; at++) {
      if (!isLikelyHeader(bytes, at)) continue;
      const verdict = confirm(bytes, at);
      if (verdict === "yes") return this.#chunksFrom(at);
      if (verdict === "more") return this.#wait(at);
    }
    return this.#wait(Math.max(0, bytes.length - (RECORD_HEADER_BYTES - 1)));
  }

  clear(): void {
    this.#held.clear();
    this.#marks = [];
  }

  #wait(at: number): undefined {
    if (at === 0) return undefined;
    this.#held.drop(at);
    this.#heldOffset += at;
    const moved = this.#marks.map((mark) => ({ at: Math.max(0, mark.at - at), frame: mark.frame }));
    // Of several marks that now begin at 0 only the last still has bytes.
    this.#marks = moved.filter((mark, index) => mark.at > 0 || moved[index + 1]?.at !== 0);
    return undefined;
  }

  #chunksFrom(boundary: number): StreamChunk[] {
    const bytes = this.#held.take();
    const chunks = this.#marks.map(({ at, frame }, index) => {
      const start = Math.max(at, boundary);
      return { bytes: bytes.subarray(start, this.#marks[index + 1]?.at), offset: this.#heldOffset + start, frame };
    });
    this.#marks = [];
    return chunks.filter((chunk) => chunk.bytes.length > 0);
  }
}

function confirm(bytes: Uint8Array, at: number): "yes" | "no" | "more" {
  const end = at + RECORD_HEADER_BYTES + fragmentLength(bytes, at);
  if (end === bytes.length || opensWithHello(bytes, at)) return "yes";
  if (end + RECORD_HEADER_BYTES > bytes.length) return "more";
  return isLikelyHeader(bytes, end) ? "yes" : "no";
}

// Record header, handshake type, 24-bit length, and the hello's own version, which begins with 0x03.
function opensWithHello(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== ContentType.Handshake) return false;
  const type = bytes[at + 5];
  const version = bytes[at + 9];
  return (
    (type === HandshakeType.ClientHello || type === HandshakeType.ServerHello) && bytes[at + 6] === 0 && version === 3
  );
}
