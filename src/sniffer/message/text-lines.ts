// Cuts one side's bytes into lines (CRLF or LF), each with its place in the stream; over-long lines are cut off.
import type { BytesEvent } from "./message-observer.js";

export interface TextLine {
  /** Latin-1, without the line end. */
  readonly text: string;
  /** True where the line was longer than what is kept of one. */
  readonly isCut: boolean;
  readonly offset: number;
  /** With the line end. */
  readonly length: number;
  /** Packet in which the line became complete. */
  readonly frame: number;
}

/** The longest line that is kept whole; the rest of a longer one is passed over. */
const MAX_LINE_BYTES = 8192;
const LF = 0x0a;

export class TextLines {
  #text = "";
  #start = 0;
  #length = 0;

  /** The next line that ends in `event` at or behind `from`; undefined when none does, and the rest is kept. */
  next(event: BytesEvent, from: number): TextLine | undefined {
    const begin = from - event.offset;
    if (this.#length === 0) this.#start = from;
    const end = event.bytes.indexOf(LF, begin);
    this.#keep(event.bytes, begin, end < 0 ? event.bytes.length : end + 1);
    return end < 0 ? undefined : this.#take(event.frame);
  }

  clear(): void {
    this.#text = "";
    this.#length = 0;
  }

  #keep(bytes: Uint8Array, begin: number, end: number): void {
    this.#length += end - begin;
    const room = Math.max(0, MAX_LINE_BYTES - this.#text.length);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + begin, Math.min(end - begin, room));
    this.#text += text.toString("latin1");
  }

  #take(frame: number): TextLine {
    const text = this.#text.replace(/\r?\n$/, "");
    const isCut = this.#length > MAX_LINE_BYTES;
    const line = { text, isCut, offset: this.#start, length: this.#length, frame };
    this.clear();
    return line;
  }
}
