// Bytes that wait between the chunk that brought them and the step that needs more of them.
import { BytesError } from "./bytes-error.js";

/** Smaller chunks are copied together: a Uint8Array object costs more than this many bytes, and one-byte chunks come. */
const MIN_KEPT_BYTES = 256;
const FIRST_SLAB_BYTES = 1024;
const MAX_SLAB_BYTES = 0x10000;

interface Slab {
  readonly bytes: Uint8Array;
  used: number;
}

/**
 * A queue of bytes. Chunks of 256 bytes and more are kept as they are, without a copy, so their memory must not be
 * reused by the caller until they are taken; a caller whose source reuses memory calls `own` before it returns.
 */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Index of the first chunk still held: shifting an array at every take would be quadratic. */
  #head = 0;
  #slab: Slab | undefined;
  #length = 0;

  /** Bytes waiting. */
  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) {
      return;
    }
    this.#length += chunk.length;
    if (chunk.length < MIN_KEPT_BYTES) {
      this.#append(chunk);
      return;
    }
    this.#slab = undefined;
    this.#chunks.push(chunk);
  }

  /** The byte `index` places from the front, or undefined beyond the end. */
  peek(index: number): number | undefined {
    let left = index;
    for (let at = this.#head; at < this.#chunks.length; at += 1) {
      const chunk = this.#chunks[at];
      if (chunk === undefined) {
        return undefined;
      }
      if (left < chunk.length) {
        return chunk[left];
      }
      left -= chunk.length;
    }
    return undefined;
  }

  /** The next `length` bytes: a view when they lie in one chunk, else a copy. Throws BytesError `short`. */
  take(length: number): Uint8Array {
    this.#require(length);
    const first = this.#chunks[this.#head];
    if (first !== undefined && length <= first.length) {
      const view = first.subarray(0, length);
      this.skip(length);
      return view;
    }
    const copy = new Uint8Array(length);
    this.#copyTo(copy);
    this.skip(length);
    return copy;
  }

  /** Throws BytesError `short` when fewer bytes wait. */
  skip(length: number): void {
    this.#require(length);
    this.#length -= length;
    let left = length;
    while (left > 0) {
      const chunk = this.#chunks[this.#head];
      if (chunk === undefined) {
        return;
      }
      if (left < chunk.length) {
        this.#chunks[this.#head] = chunk.subarray(left);
        return;
      }
      left -= chunk.length;
      this.#drop();
    }
  }

  /** Copies what waits into memory of the queue's own, so that neither a reused nor a large chunk is held by a rest. */
  own(): void {
    if (this.#length === 0 || (this.#slab !== undefined && this.#chunks.length - this.#head === 1)) {
      return;
    }
    const copy = new Uint8Array(this.#length);
    this.#copyTo(copy);
    this.#chunks = [copy];
    this.#head = 0;
    this.#slab = { bytes: copy, used: copy.length };
  }

  clear(): void {
    this.#chunks = [];
    this.#head = 0;
    this.#slab = undefined;
    this.#length = 0;
  }

  #append(chunk: Uint8Array): void {
    const last = this.#chunks.length - 1;
    const tail = last >= this.#head ? this.#chunks[last] : undefined;
    const slab = this.#slab;
    if (tail !== undefined && slab !== undefined && slab.bytes.length - slab.used >= chunk.length) {
      slab.bytes.set(chunk, slab.used);
      slab.used += chunk.length;
      this.#chunks[last] = slab.bytes.subarray(slab.used - tail.length - chunk.length, slab.used);
      return;
    }
    // Doubling keeps the count of chunks, and with it the cost of walking them, logarithmic up to the largest slab.
    const size = slab === undefined ? FIRST_SLAB_BYTES : Math.min(slab.bytes.length * 2, MAX_SLAB_BYTES);
    const bytes = new Uint8Array(Math.max(size, FIRST_SLAB_BYTES));
    bytes.set(chunk);
    this.#slab = { bytes, used: chunk.length };
    this.#chunks.push(bytes.subarray(0, chunk.length));
  }

  #drop(): void {
    this.#head += 1;
    if (this.#head === this.#chunks.length) {
      this.clear();
    } else if (this.#head >= 32 && this.#head * 2 >= this.#chunks.length) {
      // Half the array is behind us: moving the rest now costs one step per chunk dropped.
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
  }

  #copyTo(into: Uint8Array): void {
    let at = 0;
    for (let index = this.#head; at < into.length; index += 1) {
      const chunk = this.#chunks[index];
      if (chunk === undefined) {
        return;
      }
      const part = chunk.length <= into.length - at ? chunk : chunk.subarray(0, into.length - at);
      into.set(part, at);
      at += part.length;
    }
  }

  #require(length: number): void {
    if (!(length >= 0 && length <= this.#length)) {
      throw new BytesError("short", `${length} bytes wanted, ${this.#length} waiting`, 0);
    }
  }
}
