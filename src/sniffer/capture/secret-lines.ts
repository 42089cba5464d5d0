// The lines of key logs that go into a capture file: whole ones, once each, and only what looks like a secret, since
// a file given by mistake should not be copied into a capture.

/** As many as a reader takes (maxSecretsBytes of the capture limits): the newest stay. */
const MAX_BYTES = 0x1000000;
const LINE =
  /^(?:[A-Z0-9_]{3,64} [0-9a-fA-F]{16,64} [0-9a-fA-F]{32,2048}|RSA Session-ID:[0-9a-fA-F]{2,64} Master-Key:[0-9a-fA-F]{96})$/;
const MAX_LINE_CHARACTERS = 4096;

export class SecretLines {
  readonly #maxBytes: number;
  readonly #lines = new Set<string>();
  #bytes = 0;
  #rest = "";

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Those lines of a growing key log that are whole now and were not there before; empty when there are none. */
  push(text: string): Uint8Array {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = (lines.pop() ?? "").slice(0, MAX_LINE_CHARACTERS);
    const fresh = lines.filter((line) => LINE.test(line) && this.#add(line));
    return encode(fresh);
  }

  /** All that there are, for the next file of a ring. */
  all(): Uint8Array {
    return encode(this.#lines);
  }

  #add(line: string): boolean {
    if (this.#lines.has(line)) return false;
    this.#lines.add(line);
    this.#bytes += line.length + 1;
    for (const oldest of this.#lines) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#lines.delete(oldest);
      this.#bytes -= oldest.length + 1;
    }
    return true;
  }
}

function encode(lines: Iterable<string>): Uint8Array {
  let text = "";
  for (const line of lines) text += `${line}\n`;
  return Buffer.from(text, "latin1");
}
