// What a line typed at a terminal in raw mode means: keys in, one outcome per line out. Pure, so that tests can type.
import type { Stage } from "../bytes/stage.js";

export type LineOutcome =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "too_long" }
  | { readonly kind: "not_utf8" }
  | { readonly kind: "interrupted" }
  | { readonly kind: "end" };

export class LineEditor implements Stage<Uint8Array, LineOutcome> {
  readonly #maxBytes: number;
  readonly #line: number[] = [];
  readonly #outcomes: LineOutcome[] = [];
  #overflowed = false;
  /** Inside an escape sequence (arrow keys, bracketed paste marks), whose bytes are no part of the text. */
  #escape: "none" | "begun" | "control" | "single" = "none";
  #afterCarriageReturn = false;

  /** Lines above `maxBytes` of UTF-8 are refused whole, never cut. */
  constructor({ maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  push(input: Uint8Array): void {
    for (const byte of input) this.#key(byte);
  }

  next(): LineOutcome | undefined {
    return this.#outcomes.shift();
  }

  /** The terminal is gone: what was typed without Enter is the last line. */
  finish(): void {
    if (this.#line.length > 0 || this.#overflowed) this.#enter();
    this.#outcomes.push({ kind: "end" });
  }

  #key(byte: number): void {
    const followsReturn = this.#afterCarriageReturn;
    this.#afterCarriageReturn = byte === KEY.carriageReturn;
    if (byte === KEY.lineFeed && followsReturn) return;
    if (byte < 0x20 || byte === KEY.delete) {
      this.#escape = "none";
      this.#controlKey(byte);
    } else if (!this.#isEscaped(byte)) {
      this.#append(byte);
    }
  }

  #controlKey(byte: number): void {
    switch (byte) {
      case KEY.carriageReturn:
      case KEY.lineFeed:
        this.#enter();
        break;
      case KEY.interrupt:
      case KEY.quit:
        this.#stop({ kind: "interrupted" });
        break;
      case KEY.endOfFile:
        if (this.#line.length === 0) this.#stop({ kind: "end" });
        break;
      case KEY.backspace:
      case KEY.delete:
        this.#eraseCharacter();
        break;
      case KEY.killLine:
        this.#clear();
        break;
      case KEY.escape:
        this.#escape = "begun";
        break;
      case KEY.tab:
        this.#append(byte);
        break;
    }
  }

  /** ECMA-48: ESC [ parameters final, ESC O key, or ESC and one character. */
  #isEscaped(byte: number): boolean {
    const state = this.#escape;
    if (state === "none") return false;
    if (byte >= 0x80) {
      this.#escape = "none";
      return false;
    }
    if (state === "begun" && (byte === 0x5b || byte === 0x4f)) this.#escape = byte === 0x5b ? "control" : "single";
    else if (state !== "control" || byte >= 0x40) this.#escape = "none";
    return true;
  }

  #append(byte: number): void {
    if (this.#line.length < this.#maxBytes) this.#line.push(byte);
    else this.#overflowed = true;
  }

  /** One code point back: over the continuation bytes (10xxxxxx) to the byte that leads them. */
  #eraseCharacter(): void {
    let last = this.#line.pop();
    while (last !== undefined && (last & 0xc0) === 0x80) last = this.#line.pop();
  }

  #enter(): void {
    const outcome = this.#overflowed ? ({ kind: "too_long" } as const) : decodeLine(Uint8Array.from(this.#line));
    this.#stop(outcome);
  }

  #stop(outcome: LineOutcome): void {
    this.#clear();
    this.#outcomes.push(outcome);
  }

  #clear(): void {
    this.#line.fill(0);
    this.#line.length = 0;
    this.#overflowed = false;
  }
}

const KEY = {
  interrupt: 0x03,
  endOfFile: 0x04,
  backspace: 0x08,
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  killLine: 0x15,
  escape: 0x1b,
  quit: 0x1c,
  delete: 0x7f,
} as const;

function decodeLine(bytes: Uint8Array): LineOutcome {
  try {
    return { kind: "line", text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { kind: "not_utf8" };
  }
}
