// Finds a record boundary again after a hole, or in a stream that was joined midway. Better to stay lost than to believe garbage.
import { ByteAccumulator } from "./byte-accumulator.js";
import { ContentType, HandshakeType } from "./names.js";
import type { StreamChunk } from "./record-deframer.js";
import { fragmentLength, isLikelyHeader, RECORD_HEADER_BYTES } from "./record-header.js";

/** A peer may sow likely headers; no more of them are pondered at a time. */
const MAX_WAITING = 64;

/**
 * A place counts as a boundary when a likely header stands there and either another likely header follows its
 * record, or the record ends where the packet's bytes end, or it opens with a hello. In random bytes that happens
 * about once in 10^10.
 */
export class RecordSearch {
  readonly #held = new ByteAccumulator();
  #heldOffset = 0;
  /** Places before this one in #held were looked at; of these only #waiting may still be boundaries. */
  #scanned = 0;
  #waiting: number[] = [];
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
    const boundary = this.#confirmWaiting() ?? this.#scan();
    if (boundary !== undefined) return this.#chunksFrom(boundary);
    this.#drop(this.#waiting[0] ?? this.#scanned);
    return undefined;
  }

  clear(): void {
    this.#held.clear();
    this.#marks = [];
    this.#waiting = [];
    this.#scanned = 0;
  }

  #confirmWaiting(): number | undefined {
    const bytes = this.#held.bytes;
    const verdicts = this.#waiting.map((at) => ({ at, verdict: confirm(bytes, at) }));
    this.#waiting = verdicts.filter(({ verdict }) => verdict === "more").map(({ at }) => at);
    return verdicts.find(({ verdict }) => verdict === "yes")?.at;
  }

  #scan(): number | undefined {
    const bytes = this.#held.bytes;
    for (; this.#scanned + RECORD_HEADER_BYTES <= bytes.length; this.#scanned++) {
      if (!isLikelyHeader(bytes, this.#scanned)) continue;
      const verdict = confirm(bytes, this.#scanned);
      if (verdict === "yes") return this.#scanned;
      if (verdict === "more" && this.#waiting.length < MAX_WAITING) this.#waiting.push(this.#scanned);
    }
    return undefined;
  }

  #drop(length: number): void {
    if (length === 0) return;
    this.#held.drop(length);
    this.#heldOffset += length;
    this.#scanned -= length;
    this.#waiting = this.#waiting.map((at) => at - length);
    const moved = this.#marks.map((mark) => ({ at: Math.max(0, mark.at - length), frame: mark.frame }));
    // Of several marks that now begin at 0 only the last still has bytes.
    this.#marks = moved.filter((mark, index) => mark.at > 0 || moved[index + 1]?.at !== 0);
  }

  #chunksFrom(boundary: number): StreamChunk[] {
    const bytes = this.#held.take();
    const marks = this.#marks;
    const chunks = marks.map(({ at, frame }, index) => {
      const start = Math.max(at, boundary);
      return { bytes: bytes.subarray(start, marks[index + 1]?.at), offset: this.#heldOffset + start, frame };
    });
    this.clear();
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
