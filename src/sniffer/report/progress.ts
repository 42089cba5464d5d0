// A bar on standard error while a long file is read, when somebody is there to see it.
import { writeSync } from "node:fs";
import { isatty } from "node:tty";

const STDERR = 2;
/** Below this the file is read before a bar could be looked at. */
const MIN_BYTES = 0x4000000;
const BAR_CELLS = 30;

export class Progress {
  #totalBytes = 0;
  #shown = -1;

  begin(totalBytes: number | undefined): void {
    const wanted = totalBytes !== undefined && totalBytes >= MIN_BYTES && isatty(STDERR);
    this.#totalBytes = wanted ? totalBytes : 0;
  }

  show(readBytes: number): void {
    if (this.#totalBytes === 0) return;
    const percent = Math.floor((readBytes / this.#totalBytes) * 100);
    if (percent === this.#shown) return;
    this.#shown = percent;
    writeSync(STDERR, `\r${encodeBar(percent)}`);
  }

  end(): void {
    if (this.#shown >= 0) writeSync(STDERR, "\r\x1b[K");
    this.#shown = -1;
  }
}

/** "[##########....................]  33%" */
export function encodeBar(percent: number): string {
  const cells = Math.min(BAR_CELLS, Math.floor((percent * BAR_CELLS) / 100));
  return `[${"#".repeat(cells)}${".".repeat(BAR_CELLS - cells)}] ${String(percent).padStart(3)}%`;
}
