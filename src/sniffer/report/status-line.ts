// One line at the foot of a terminal that says how it goes, redrawn in place. What is printed meanwhile comes above it:
// whoever writes to the same terminal hides it first.
import { writeSync } from "node:fs";
import { isatty } from "node:tty";

const STDERR = 2;
const DEFAULT_CELLS = 80;
/** To the end of the screen: where the terminal became narrower, what stood here may take several lines by now. */
const ERASE = "\r\x1b[J";
/** No text turns over into the next line, whatever the width is by now (DECAWM). */
const [WRAP_OFF, WRAP_ON] = ["\x1b[?7l", "\x1b[?7h"];

export class StatusLine {
  readonly #write: (text: string) => void;
  readonly #columns: () => number | undefined;
  #isShown = false;
  #text = "";
  #textCells = 0;

  constructor(write: (text: string) => void, columns: () => number | undefined) {
    this.#write = write;
    this.#columns = columns;
  }

  /** Cells that the text may take: one is left free, as some terminals turn over in their last. */
  get cells(): number {
    return (this.#columns() || DEFAULT_CELLS) - 1;
  }

  /** `text` fits into `cells`. The cursor goes back to its beginning, from where all of it can be erased. */
  show(text: string): void {
    this.#write(`${ERASE}${WRAP_OFF}${text}${WRAP_ON}\r`);
    this.#isShown = true;
    this.#text = text;
    this.#textCells = this.cells;
  }

  /** Shows again what stood there before it was hidden, unless it was made for another width. */
  restore(): void {
    if (!this.#isShown && this.#text !== "" && this.#textCells === this.cells) this.show(this.#text);
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
