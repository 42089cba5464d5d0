// A bar on standard error while a long file is read, when somebody is there to see it: how much, how fast, how long still.
import type { StatusLine } from "./status-line.js";

/** Below this the file is read before a bar could be looked at. */
const MIN_BYTES = 0x4000000;
/** Unless it takes so long all the same: packed files hold many times their own bytes. */
const MIN_WAIT_SECONDS = 0.7;
const MAX_BAR_CELLS = 30;
const MIN_BAR_CELLS = 8;
/** "]  33%  1234 MB/s  12:34 left" and the bracket before it. */
const WORDS_CELLS = 32;
/** Before that, how long it takes is anybody's guess. */
const MIN_SECONDS = 0.5;
const MEGABYTE = 1e6;

export class Progress {
  readonly #status: StatusLine | undefined;
  #totalBytes = 0;
  #begunMs = 0;
  #shown = -1;
  readonly #now: () => number;

  /** Without a line to show it on, nothing is shown. */
  constructor(status?: StatusLine | undefined, now: () => number = () => performance.now()) {
    this.#status = status;
    this.#now = now;
  }

  begin(totalBytes: number | undefined): void {
    this.#totalBytes = totalBytes ?? 0;
    this.#begunMs = this.#now();
  }

  show(readBytes: number): void {
    if (this.#totalBytes === 0 || this.#status === undefined) return;
    const percent = Math.floor((readBytes / this.#totalBytes) * 100);
    if (percent === this.#shown) {
      // What was printed meanwhile hid it.
      this.#status.restore();
      return;
    }
    const seconds = (this.#now() - this.#begunMs) / 1000;
    if (this.#totalBytes < MIN_BYTES && seconds < MIN_WAIT_SECONDS) return;
    this.#shown = percent;
    this.#status.show(encodeProgress({ readBytes, totalBytes: this.#totalBytes, seconds }, this.#status.cells));
  }

  end(): void {
    this.#status?.hide();
    this.#shown = -1;
  }
}

export interface ProgressState {
  readonly readBytes: number;
  readonly totalBytes: number;
  readonly seconds: number;
}

/** "[##########....................]  33%  412 MB/s  0:02 left", in so many cells. */
export function encodeProgress({ readBytes, totalBytes, seconds }: ProgressState, cells: number): string {
  const share = Math.min(1, readBytes / Math.max(1, totalBytes));
  const bar = encodeBar(share, Math.max(MIN_BAR_CELLS, Math.min(MAX_BAR_CELLS, cells - WORDS_CELLS)));
  if (seconds < MIN_SECONDS || readBytes === 0) return bar;
  const speed = readBytes / seconds;
  const left = Math.ceil((totalBytes - readBytes) / speed);
  const rate = speed < 10 * MEGABYTE ? (speed / MEGABYTE).toFixed(1) : String(Math.round(speed / MEGABYTE));
  return `${bar}  ${rate} MB/s  ${clockText(left)} left`;
}

function encodeBar(share: number, cells: number): string {
  const filled = Math.floor(share * cells);
  return `[${"#".repeat(filled)}${".".repeat(cells - filled)}] ${String(Math.floor(share * 100)).padStart(3)}%`;
}

/** "0:02", "12:34", "1:02:03". */
export function clockText(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = `${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}
