// One line at the foot of a terminal that says how it goes, redrawn in place. What is printed meanwhile comes above it:
// whoever writes to the same terminal hides it first.
import { writeSync } from "node:fs";
import { isatty } from "node:tty";

const STDERR = 2;
const DEFAULT_CELLS = 80;
const ERASE = "\r\x1b[K";

export class StatusLine {
  readonly #write: (text: string) => void;
  readonly #columns: () => number | undefined;
  #isShown = false;
  #text = "";

  constructor(write: (text: string) => void, columns: () => number | undefined) {
    this.#write = write;
    this.#columns = columns;
  }

  /** Cells that the text may take: one is left free, as some terminals turn over in their last. */
  get cells(): number {
    return (this.#columns() || DEFAULT_CELLS) - 1;
  }

  /** `text` fits into `cells`. */
  show(text: string): void {
    this.#write(`${ERASE}${text}`);
    this.#isShown = true;
    this.#text = text;
  }

  /** Shows again what stood there before it was hidden. */
  restore(): void {
    if (!this.#isShown && this.#text !== "") this.show(this.#text);
  }

  hide(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#write(ERASE);
  }
}

/** On standard error; undefined where nobody is there to see it, or the terminal cannot redraw a line. */
export function openStatusLine(env: NodeJS.ProcessEnv = process.env): StatusLine | undefined {
  if (!isatty(STDERR) || env["TERM"] === "dumb" || env["CI"]) return undefined;
  return new StatusLine(
    (text) => {
      try {
        writeSync(STDERR, text);
      } catch {
        // How it goes is no reason to stop going.
      }
    },
    () => process.stderr.columns,
  );
}
