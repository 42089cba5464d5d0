// The bytes of a capture file, piece by piece: from a file, a pipe, and through gzip where they are packed.
import { createReadStream, type Stats, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { fileError, RunError } from "./run-error.js";

/** Large pieces make few turns of the loop; one that is too large costs more in the garbage collector than it saves. */
const CHUNK_BYTES = 0x40000;
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
  const totalBytes = stats?.isFile() === true ? stats.size : undefined;
  return { chunks: unpacked(counted()), totalBytes, readBytes: () => read, stop };
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
    if (head[0] === GZIP_MAGIC[0] && head[1] === GZIP_MAGIC[1]) {
      yield* gunzipped(head, chunks);
      return;
    }
    yield head;
  }
  if (head.length === 1) yield head;
}

async function* gunzipped(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  let readFailure: unknown;
  const feed = async (): Promise<void> => {
    try {
      if (!gunzip.write(head)) await drained(gunzip);
      for await (const chunk of rest) {
        if (gunzip.destroyed) return;
        if (!gunzip.write(chunk)) await drained(gunzip);
      }
      gunzip.end();
    } catch (error) {
      readFailure = error;
      gunzip.destroy();
    }
  };
  const fed = feed();
  try {
    for await (const chunk of gunzip) yield chunk;
  } catch (error) {
    if (readFailure !== undefined) throw readFailure;
    throw new UnpackError(`gzip: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  await fed;
}

function drained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of DRAIN_EVENTS) stream.off(event, done);
      resolve();
    };
    for (const event of DRAIN_EVENTS) stream.on(event, done);
  });
}

const DRAIN_EVENTS = ["drain", "close", "error"] as const;
