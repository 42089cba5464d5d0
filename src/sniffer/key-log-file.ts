// Reads a key log as it grows: browsers and servers add a few lines for each connection.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { fileError } from "./run-error.js";

const CHUNK_BYTES = 0x10000;
/** Far more than a day of connections; a file given by mistake should not fill the memory. */
const MAX_BYTES = 0x10000000;

export class KeyLogFile {
  readonly #path: string;
  readonly #mayCome: boolean;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  #offset = 0;
  /** A pipe gives what it has once: opening it again would wait for whoever writes next. */
  #isOver = false;

  /** `mayCome`: who writes it may begin later than we do. */
  constructor(path: string, mayCome = false) {
    this.#path = path;
    this.#mayCome = mayCome;
  }

  /** What was added since the last call; at first, all of it. Throws RunError. */
  read(): string {
    let text = "";
    if (this.#isOver) return text;
    try {
      const fd = openSync(this.#path, "r");
      try {
        this.#isOver = !fstatSync(fd).isFile();
        for (let length = this.#readChunk(fd); length > 0; length = this.#readChunk(fd)) {
          text += this.#chunk.toString("latin1", 0, length);
        }
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      if (this.#mayCome && error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw fileError("read", this.#path, error);
    }
    return text;
  }

  #readChunk(fd: number): number {
    if (this.#offset >= MAX_BYTES) return 0;
    const length = readSync(fd, this.#chunk, 0, CHUNK_BYTES, this.#isOver ? null : this.#offset);
    this.#offset += length;
    return length;
  }
}
