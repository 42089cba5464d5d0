// The ways in which every incremental stage is fed: whole, byte by byte, in random chunks.
import type { Stage } from "../../src/bytes/stage.js";
import type { RandomSource } from "./random-source.js";

export type Chunking = (bytes: Uint8Array) => Uint8Array[];

export const whole: Chunking = (bytes) => [bytes];

export const byteByByte: Chunking = (bytes) => Array.from(bytes, (byte) => Uint8Array.of(byte));

/** Chunks of 0 to `maxBytes` bytes. */
export function randomChunks(random: RandomSource, maxBytes: number): Chunking {
  return (bytes) => {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + random.below(maxBytes + 1));
      chunks.push(bytes.slice(at, end));
      at = end;
    }
    return chunks;
  };
}

/** All that came out of a stage, and the error that ended it, if one did. */
export interface Outcome<Out> {
  readonly results: Out[];
  readonly error: unknown;
}

/**
 * Feeds a stage, taking all results after each chunk. Each chunk is overwritten once the stage has returned undefined,
 * as a source that reuses its memory would: `keep` must copy what it wants of a result.
 */
export function feed<Out, Kept>(
  stage: Stage<Uint8Array, Out>,
  chunks: readonly Uint8Array[],
  keep: (result: Out) => Kept,
): Outcome<Kept> {
  const results: Kept[] = [];
  const drain = () => {
    for (let result = stage.next(); result !== undefined; result = stage.next()) {
      results.push(keep(result));
    }
  };
  try {
    for (const chunk of chunks) {
      // Not slice(): on a Buffer that is a view.
      const lent = Uint8Array.from(chunk);
      stage.push(lent);
      drain();
      lent.fill(0xff);
    }
    stage.finish();
    drain();
  } catch (error) {
    return { results, error };
  }
  return { results, error: undefined };
}
