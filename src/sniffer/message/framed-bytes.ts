// Cuts one direction into packets that say their own length, keeping no more than the beginning of each: what stands
// there is all that anyone asks of the first steps of a database or a directory.
import { PacketReader } from "./packet-reader.js";
import { SpreadBytes } from "./spread-bytes.js";

export interface FramedPacket {
  /** Its beginning, from the head on. */
  readonly kept: SpreadBytes;
  readonly headBytes: number;
  /** Of the payload, kept or not. */
  readonly length: number;
  /** Stream offset behind it. */
  readonly end: number;
}

/** Reads on from the head; the places it tells are those in `kept`. */
export function payloadReader({ kept, headBytes }: FramedPacket): PacketReader {
  return new PacketReader(kept.bytes, headBytes);
}

/** How many bytes follow the head; "more" where the head is longer, "none" where it is no head. */
export type LengthOf = (head: Uint8Array) => number | "more" | "none";

const MAX_KEPT_BYTES = 0x1000;
const MAX_HEAD_BYTES = 1024;

export class FramedBytes {
  readonly #lengthOf: LengthOf;
  #kept = new SpreadBytes();
  #headBytes = 0;
  #length = 0;
  #left: number | undefined;
  /** Where no packet can stand, or a hole was: nothing is read any more. */
  lost = false;

  constructor(lengthOf: LengthOf) {
    this.#lengthOf = lengthOf;
  }

  /** Takes on from `at` of a chunk that begins at stream offset `base`; the packet that became whole, if one did. */
  read(bytes: Uint8Array, at: number, base: number): { at: number; packet: FramedPacket | undefined } {
    let next = at;
    while (this.#left === undefined) {
      if (this.lost || next >= bytes.length) return { at: bytes.length, packet: undefined };
      this.#addToHead(bytes.subarray(next, next + 1), base + next);
      next += 1;
    }
    const part = bytes.subarray(next, next + this.#left);
    this.#kept.push(part.subarray(0, Math.max(0, MAX_KEPT_BYTES - this.#kept.length)), base + next);
    this.#left -= part.length;
    next += part.length;
    return { at: next, packet: this.#left === 0 ? this.#take(base + next) : undefined };
  }

  lose(): void {
    this.lost = true;
    this.#left = undefined;
    this.#kept = new SpreadBytes();
  }

  #addToHead(byte: Uint8Array, offset: number): void {
    this.#kept.push(byte, offset);
    const length = this.#lengthOf(this.#kept.bytes);
    if (length === "none" || (length === "more" && this.#kept.length >= MAX_HEAD_BYTES)) this.lose();
    if (typeof length !== "number") return;
    this.#headBytes = this.#kept.length;
    this.#length = length;
    this.#left = length;
  }

  #take(end: number): FramedPacket {
    const packet = { kept: this.#kept, headBytes: this.#headBytes, length: this.#length, end };
    this.#kept = new SpreadBytes();
    this.#left = undefined;
    return packet;
  }
}
