// Splits text into the JSON values in it, which stand one after the other with or without white space between them.
import { ClientError } from "../client-error.js";

export interface JsonText {
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

/** In UTF-16 units; a frame takes no more than 4 MiB of message anyway. */
const MAX_VALUE_LENGTH = 16 * 1024 * 1024;

export class JsonSplitter {
  readonly #values: JsonText[] = [];
  #unread = "";
  /** How far `#unread` has been looked at. */
  #position = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #line = 1;
  #beginsAtLine = 1;

  /** Throws ClientError "invalid_field" for a value that is too large. */
  push(text: string): void {
    this.#unread += text;
    while (this.#position < this.#unread.length) this.#look(this.#unread.charAt(this.#position));
    if (this.#unread.length > MAX_VALUE_LENGTH) {
      throw new ClientError("invalid_field", `The JSON that begins in line ${this.#beginsAtLine} is too large.`);
    }
  }

  /** The next whole value. Whether it is JSON at all is for the parser to say. */
  next(): JsonText | undefined {
    return this.#values.shift();
  }

  /** What stands at the end without being closed becomes a value too. */
  finish(): void {
    this.#cut();
  }

  #look(character: string): void {
    const isSpace = SPACE.test(character);
    if (this.#position === 0) {
      if (!isSpace) this.#beginsAtLine = this.#line;
      else this.#unread = this.#unread.slice(1);
    }
    if (character === "\n") this.#line += 1;
    if (this.#position === 0 && isSpace) return;
    this.#position += 1;
    if (this.#inString) this.#lookInString(character);
    else if (character === '"') this.#inString = true;
    else if (character === "{" || character === "[") this.#depth += 1;
    else if (character === "}" || character === "]") this.#depth -= 1;
    const ends = isSpace || character === '"' || character === "}" || character === "]";
    if (ends && this.#depth <= 0 && !this.#inString) this.#cut();
  }

  #lookInString(character: string): void {
    if (this.#escaped) this.#escaped = false;
    else if (character === "\\") this.#escaped = true;
    else if (character === '"') this.#inString = false;
  }

  #cut(): void {
    const text = this.#unread.slice(0, this.#position).trim();
    if (text !== "") this.#values.push({ text, line: this.#beginsAtLine });
    this.#unread = this.#unread.slice(this.#position);
    this.#position = 0;
    this.#depth = 0;
    this.#inString = false;
  }
}

const SPACE = /\s/;

/** The JSON values of a stream of UTF-8. Throws ClientError "invalid_field". */
export async function* jsonValues(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<JsonText> {
  const splitter = new JsonSplitter();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of chunks) {
      splitter.push(decoder.decode(chunk, { stream: true }));
      yield* drained(splitter);
    }
    splitter.push(decoder.decode());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ClientError("invalid_field", "Standard input is not UTF-8.", { cause: error });
  }
  splitter.finish();
  yield* drained(splitter);
}

function* drained(splitter: JsonSplitter): Generator<JsonText> {
  for (let value = splitter.next(); value !== undefined; value = splitter.next()) yield value;
}
