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
  #closed = false;
  readonly #fd: number;

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

  flush(): void {
    const bytes = Buffer.from(this.#text);
    this.#text = "";
    this.writeBytes(bytes);
  }

  /** Throws RunError where it cannot be written; nothing is written any more then. */
  writeBytes(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#closed) at += this.#writeSome(bytes, at);
  }

  #writeSome(bytes: Uint8Array, at: number): number {
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
