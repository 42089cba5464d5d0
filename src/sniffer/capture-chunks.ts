// The bytes of a capture file, piece by piece: from a file, a pipe, and through gzip where they are packed.
import { createReadStream, type Stats, statSync } from "node:fs";
import { GZIP_PIECE_BYTES, GzipUnpacker } from "./gzip-unpacker.js";
import { fileError, RunError } from "./run-error.js";

/** Large pieces make few turns of the loop; one that is too large costs more in the garbage collector than it saves. */
const CHUNK_BYTES = 0x40000;
/** Memory for good bytes in a damaged piece: behind so many, up to 64 KiB of them are given up. */
const MAX_PAST_BYTES = 0x2000000;
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** What unpacking says of its input: the bytes before it are good. */
export class UnpackError extends Error {
  override readonly name = "UnpackError";
}

export interface CaptureChunks {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Of the file as it lies; undefined for pipes. */
  readonly totalBytes: number | undefined;
  /** Of the file as it lies, read so far. */
  readonly readBytes: () => number;
  /** Calls back once there is something open to stop: a named pipe opens when somebody writes to it. */
  readonly whenOpen: (then: () => void) => void;
  /** Ends the chunks where they are, as if the input ended there. */
  readonly stop: () => void;
}

/** "-" is standard input. Throws RunError when there is nothing to read. */
export function openCaptureChunks(path: string): CaptureChunks {
  const stats = path === "-" ? undefined : statOf(path);
  let read = 0;
  let stopped = false;
  const source = path === "-" ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES });
  async function* counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        read += chunk.length;
        yield chunk;
      }
    } catch (error) {
      // Destroying the stream is the only way out of a read that waits; it is no failure then.
      if (!stopped) throw fileError("read", path, error);
    }
  }
  const stop = (): void => {
    stopped = true;
    source.destroy();
  };
  const whenOpen = (then: () => void): void => {
    if (path === "-") then();
    else source.once("open", then);
  };
  const totalBytes = stats?.isFile() === true ? stats.size : undefined;
  return { chunks: unpacked(counted()), totalBytes, readBytes: () => read, whenOpen, stop };
}

export function isGzip(head: Uint8Array): boolean {
  return head[0] === GZIP_MAGIC[0] && head[1] === GZIP_MAGIC[1];
}

function statOf(path: string): Stats {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw new RunError(`cannot read ${path}: it is a folder`);
    return stats;
  } catch (error) {
    throw error instanceof RunError ? error : fileError("read", path, error);
  }
}

/** Passes bytes on as they are unless they begin as gzip does. */
async function* unpacked(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (head.length >= 2) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length < 2) continue;
    if (isGzip(head)) {
      yield* gunzipped(head, chunks);
      return;
    }
    yield head;
  }
  if (head.length === 1) yield head;
}

async function* gunzipped(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacker = new GzipUnpacker();
  const past = new PastPieces();
  try {
    for await (const piece of pieces(head, rest)) {
      const bytes = await unpacker.write(piece);
      if (bytes.length > 0) yield bytes;
      past.push(piece, bytes.length);
      if (unpacker.failure !== undefined) {
        yield* past.regained();
        throwUnlessBehind(unpacker.failure);
        return;
      }
    }
    const bytes = await unpacker.end();
    if (bytes.length > 0) yield bytes;
    if (unpacker.failure !== undefined) throwUnlessBehind(unpacker.failure);
  } finally {
    unpacker.close();
  }
}

/** The first header is known to be one, so a wrong one stands behind all that is packed: gzip(1) ignores that too. */
function throwUnlessBehind(failure: Error): void {
  if (failure.message === "incorrect header check") return;
  throw new UnpackError(`gzip: ${failure.message}`, { cause: failure });
}

async function* pieces(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* piecesOf(head);
  for await (const chunk of rest) yield* piecesOf(chunk);
}

function* piecesOf(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += GZIP_PIECE_BYTES) yield chunk.subarray(at, at + GZIP_PIECE_BYTES);
}

/** What was unpacked so far, kept packed: what a damaged piece holds of good bytes only comes out byte by byte. */
class PastPieces {
  #pieces: Uint8Array[] = [];
  #packedBytes = 0;
  #givenBytes = 0;

  push(piece: Uint8Array, givenBytes: number): void {
    this.#packedBytes += piece.length;
    this.#givenBytes += givenBytes;
    if (this.#packedBytes > MAX_PAST_BYTES) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  /** The good bytes of the last piece that were not given yet; none where too much came before it. */
  async *regained(): AsyncGenerator<Uint8Array> {
    const last = this.#pieces.pop();
    if (last === undefined) return;
    const unpacker = new GzipUnpacker();
    let skip = this.#givenBytes;
    const single = Array.from(last, (_, at) => last.subarray(at, at + 1));
    for (const piece of [...this.#pieces, ...single]) {
      const bytes = await unpacker.write(piece);
      if (bytes.length > skip) yield bytes.subarray(skip);
      skip = Math.max(0, skip - bytes.length);
      if (unpacker.failure !== undefined) break;
    }
    unpacker.close();
  }
}
