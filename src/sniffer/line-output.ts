// Writes to standard output as tcpdump does: in large pieces, and waiting when the reader is slow, so that nothing
// piles up here. A reader that went away (| head) ends the run quietly.
import { writeSync } from "node:fs";
import { fileError } from "./run-error.js";

const FLUSH_BYTES = 0x10000;
const STDOUT = 1;
/** How long to wait for a pipe that somebody made non-blocking. */
const RETRY_MS = 2;

export class LineOutput {
  #text = "";
  /** Made when lines first come as bytes; what is in it comes before the text. */
  #lines: Uint8Array | undefined;
  /** Where the next line as bytes begins in what `room` gave: whoever wrote one moves it behind that. */
  lineEnd = 0;
  #closed = false;
  readonly #fd: number;
  /** Called before anything is written, where something else stands on the same terminal. */
  beforeWrite: (() => void) | undefined;

  constructor(fd: number = STDOUT) {
    this.#fd = fd;
  }

  /** True once nobody reads any more. */
  get closed(): boolean {
    return this.#closed;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= FLUSH_BYTES) this.flush();
  }

  /** Where a line as bytes may be written, of at most `maxBytes` from `lineEnd` on. No function is made for each line. */
  room(maxBytes: number): Uint8Array {
    this.#lines ??= new Uint8Array(FLUSH_BYTES);
    if (this.#text !== "") this.#takeText(this.#lines);
    if (this.lineEnd + maxBytes > this.#lines.length) this.#flushLines();
    return this.#lines;
  }

  flush(): void {
    this.#flushLines();
    if (this.#text === "") return;
    const bytes = Buffer.from(this.#text);
    this.#text = "";
    this.writeBytes(bytes);
  }

  /** Throws RunError where it cannot be written; nothing is written any more then. */
  writeBytes(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#closed) at += this.#writeSome(bytes, at);
  }

  /** Among lines as bytes, a text becomes one of them where it fits: a write for each would cost more than all else. */
  #takeText(lines: Uint8Array): void {
    const bytes = Buffer.from(this.#text);
    this.#text = "";
    if (this.lineEnd + bytes.length > lines.length) this.#flushLines();
    if (bytes.length > lines.length) {
      this.writeBytes(bytes);
      return;
    }
    lines.set(bytes, this.lineEnd);
    this.lineEnd += bytes.length;
  }

  #flushLines(): void {
    if (this.lineEnd === 0 || this.#lines === undefined) return;
    const length = this.lineEnd;
    this.lineEnd = 0;
    this.writeBytes(this.#lines.subarray(0, length));
  }

  #writeSome(bytes: Uint8Array, at: number): number {
    this.beforeWrite?.();
    try {
      return writeSync(this.#fd, bytes, at);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EAGAIN") {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
        return 0;
      }
      this.#closed = true;
      if (code === "EPIPE") return 0;
      throw fileError("write to", this.#fd === STDOUT ? "standard output" : "standard error", error);
    }
  }
}
