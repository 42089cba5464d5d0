// Reads a file that a person named and that is small by its purpose: pipes and devices have no size to ask for before.
import { closeSync, openSync, readSync } from "node:fs";

const CHUNK_BYTES = 0x10000;

/** Undefined when there is more than `maxBytes`. Throws what opening and reading throw. */
export function readSmallFile(path: string, maxBytes: number): Uint8Array | undefined {
  const fd = openSync(path, "r");
  try {
    const chunks: Uint8Array[] = [];
    for (let total = 0; total <= maxBytes; ) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const length = readSync(fd, chunk, 0, CHUNK_BYTES, null);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      total += length;
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
}
