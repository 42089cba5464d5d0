// Gathers the frames of one tick into as few chunks as possible, so that they leave in one write.

import type { Frame } from "./frame.js";
import { type FrameOptions, planFrame, writeHead } from "./frame-encoder.js";

/** A larger payload goes out as a chunk of its own: copying it would cost more than one chunk more. */
const MAX_COPIED_PAYLOAD_BYTES = 0x1000;
/** A larger payload goes out in pieces: a write says only when all of it has left, and a slow line must show progress. */
const MAX_CHUNK_BYTES = 0x40000;
const FIRST_SLAB_BYTES = 0x400;
const MAX_SLAB_BYTES = 0x10000;
const NO_OPTIONS: FrameOptions = {};

/**
 * Small frames are written one behind the other into one slab; the payload of a large one follows as it is, so it must not
 * change until it is written. `take` hands the slab over: it is never written to again, whatever the socket still
 * holds of it. Nothing is allocated while there is nothing to send, since most connections are idle.
 */
export class FrameSlab {
  #chunks: Uint8Array[] = [];
  #slab: Buffer | undefined;
  #used = 0;
  #length = 0;
  /** What the last tick needed: the next will need about as much. */
  #expectedBytes = FIRST_SLAB_BYTES;

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends a frame and returns its length with prefix, in bytes.
   * @throws WireError `not_encodable`, blame us; nothing is appended then.
   */
  append(frame: Frame, options: FrameOptions = NO_OPTIONS): number {
    const plan = planFrame(frame, options);
    const { payload, headBytes } = plan;
    const copied = payload.length <= MAX_COPIED_PAYLOAD_BYTES;
    const slab = this.#room(copied ? headBytes + payload.length : headBytes);
    writeHead(plan, slab, this.#used);
    this.#used += headBytes;
    if (copied) {
      slab.set(payload, this.#used);
      this.#used += payload.length;
    } else {
      this.#closeSlab();
      this.#addPieces(payload);
    }
    this.#length += headBytes + payload.length;
    return headBytes + payload.length;
  }

  /** All that was appended since the last take, in order. Mostly it is one chunk. */
  take(): Uint8Array[] {
    this.#expectedBytes = Math.min(Math.max(this.#used, FIRST_SLAB_BYTES), MAX_SLAB_BYTES);
    this.#closeSlab();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#length = 0;
    return chunks;
  }

  #addPieces(payload: Uint8Array): void {
    for (let start = 0; start < payload.length; start += MAX_CHUNK_BYTES) {
      this.#chunks.push(payload.subarray(start, start + MAX_CHUNK_BYTES));
    }
  }

  #room(bytes: number): Buffer {
    const slab = this.#slab;
    if (slab !== undefined && slab.length - this.#used >= bytes) {
      return slab;
    }
    const doubled = slab === undefined ? this.#expectedBytes : Math.min(slab.length * 2, MAX_SLAB_BYTES);
    this.#closeSlab();
    this.#slab = Buffer.allocUnsafe(Math.max(doubled, bytes));
    return this.#slab;
  }

  #closeSlab(): void {
    if (this.#slab !== undefined && this.#used > 0) {
      this.#chunks.push(this.#slab.subarray(0, this.#used));
    }
    this.#slab = undefined;
    this.#used = 0;
  }
}
