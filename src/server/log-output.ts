// Where log lines go: a stream that nobody may be reading, so that lines are dropped and counted rather than kept.

import type { Writable } from "node:stream";
import { type LogLines, textLines } from "./log-lines.js";

/** What may wait for a reader. */
const MAX_WAITING_BYTES = 64 * 1024;

export class LogOutput {
  readonly #stream: Writable;
  readonly #lines: LogLines;
  #dropped = 0;

  /** The stream's errors are for its owner to listen to. `lines` is the form in which it tells what was dropped. */
  constructor(stream: Writable, lines: LogLines = textLines) {
    this.#stream = stream;
    this.#lines = lines;
  }

  /** Drops the line when too much waits; how many were dropped is written once there is room. */
  write(line: string): void {
    if (this.#stream.writableLength + Buffer.byteLength(line) <= MAX_WAITING_BYTES) {
      this.#tellDropped();
      this.#stream.write(line);
      return;
    }
    if (this.#dropped === 0) {
      this.#stream.once("drain", () => this.#tellDropped());
    }
    this.#dropped += 1;
  }

  #tellDropped(): void {
    if (this.#dropped > 0) {
      this.#stream.write(this.#lines("warning", "log_lines_dropped", { count: this.#dropped }));
      this.#dropped = 0;
    }
  }
}
