// Unpacks gzip piece by piece, so that what came out before damage is not lost with it.
import { createGunzip } from "node:zlib";

/** zlib keeps what it made of a piece to itself when the piece is damaged: pieces are small, in and out. */
export const GZIP_PIECE_BYTES = 0x4000;
const OUTPUT_BYTES = 0x10000;

export class GzipUnpacker {
  readonly #gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  readonly #ended: Promise<void>;
  #ready: Uint8Array[] = [];
  #failure: Error | undefined;

  constructor() {
    // Always flowing: what waits inside a stream is lost when it breaks. The caller's awaiting holds the input back.
    this.#gunzip.on("data", (bytes: Uint8Array) => this.#ready.push(bytes));
    this.#gunzip.on("error", (error) => {
      this.#failure = error;
    });
    this.#ended = new Promise((resolve) => {
      for (const event of ["end", "close", "error"]) this.#gunzip.once(event, resolve);
    });
  }

  /** Set once the input turned out to be damaged; nothing comes out any more then. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves to what came out. At most GZIP_PIECE_BYTES at a time, which may become a thousand times as much. */
  async write(piece: Uint8Array): Promise<Uint8Array> {
    const written = new Promise<void>((resolve) => this.#gunzip.write(piece, () => resolve()));
    await Promise.race([written, this.#ended]);
    return this.#take();
  }

  async end(): Promise<Uint8Array> {
    this.#gunzip.end();
    await this.#ended;
    return this.#take();
  }

  close(): void {
    this.#gunzip.destroy();
  }

  #take(): Uint8Array {
    const [first, second] = this.#ready;
    const bytes = first !== undefined && second === undefined ? first : Buffer.concat(this.#ready);
    this.#ready = [];
    return bytes;
  }
}
