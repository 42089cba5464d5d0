// Asks a person: on the controlling terminal, as ssh does, whatever standard input and output are connected to.
import { openSync, writeSync } from "node:fs";
import { isatty, ReadStream } from "node:tty";
import { ClientError } from "./client-error.js";
import { LineEditor, type LineOutcome } from "./line-editor.js";

const STDIN = 0;
const STDERR = 2;
const BRACKETED_PASTE_OFF = "\x1b[?2004l";

export class Terminal {
  readonly #input: ReadStream;
  readonly #outputFd: number;
  readonly #editor: LineEditor;
  readonly #signal: AbortSignal;

  /** Undefined when nobody can be asked: no controlling terminal, and standard input is none either. */
  static open(maxBytes: number, signal: AbortSignal): Terminal | undefined {
    try {
      const fd = openSync("/dev/tty", "r+");
      return new Terminal(new ReadStream(fd), fd, maxBytes, signal);
    } catch {
      // Windows has no /dev/tty, and a process may have lost its own.
      return isatty(STDIN) ? new Terminal(new ReadStream(STDIN), STDERR, maxBytes, signal) : undefined;
    }
  }

  private constructor(input: ReadStream, outputFd: number, maxBytes: number, signal: AbortSignal) {
    this.#input = input;
    this.#outputFd = outputFd;
    this.#editor = new LineEditor({ maxBytes });
    this.#signal = signal;
    input.pause();
  }

  /** A line typed with echo. Throws ClientError "interrupted" on Ctrl-C, Ctrl-D and when `signal` is aborted. */
  async ask(question: string): Promise<string> {
    this.write(question);
    return this.#nextLine();
  }

  /** A line typed without echo. */
  async askHidden(question: string): Promise<string> {
    this.#input.setRawMode(true);
    try {
      this.write(BRACKETED_PASTE_OFF + question);
      return await this.#nextLine();
    } finally {
      this.#input.setRawMode(false);
      this.write("\n");
    }
  }

  write(text: string): void {
    writeSync(this.#outputFd, text);
  }

  /** Gives the terminal back. Standard input is released too, or it would keep the process alive. */
  close(): void {
    this.#input.destroy();
  }

  async #nextLine(): Promise<string> {
    // Lines that were pasted together wait in the editor: the answer to a second question may be here already.
    let outcome = this.#editor.next();
    while (outcome === undefined) {
      const chunk = await this.#read();
      if (chunk === undefined) this.#editor.finish();
      else this.#editor.push(chunk);
      outcome = this.#editor.next();
    }
    return lineOf(outcome);
  }

  #read(): Promise<Uint8Array | undefined> {
    const input = this.#input;
    return new Promise((resolve, reject) => {
      const settle = (result: () => void) => {
        input.pause();
        input.off("data", onData).off("end", onEnd).off("error", onEnd);
        this.#signal.removeEventListener("abort", onAbort);
        result();
      };
      const onData = (chunk: Uint8Array) => settle(() => resolve(chunk));
      const onEnd = () => settle(() => resolve(undefined));
      const onAbort = () => settle(() => reject(interrupted()));
      if (this.#signal.aborted) return reject(interrupted());
      input.on("data", onData).on("end", onEnd).on("error", onEnd);
      this.#signal.addEventListener("abort", onAbort);
      input.resume();
    });
  }
}

function lineOf(outcome: LineOutcome): string {
  switch (outcome.kind) {
    case "line":
      return outcome.text;
    case "too_long":
      throw new ClientError("usage", "That line is too long.");
    case "not_utf8":
      throw new ClientError("usage", "What was typed is not UTF-8; set the terminal to UTF-8.");
    case "interrupted":
    case "end":
      throw interrupted();
  }
}

function interrupted(): ClientError {
  return new ClientError("interrupted", "Interrupted; nothing more was done.");
}
