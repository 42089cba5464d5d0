// Gathers the frames of one tick into as few chunks as possible, so that they leave in one write.

import type { Frame } from "./frame.js";
import { type FramePlan, NO_OPTIONS, planFrame, writeHead } from "./frame-encoder.js";
import type { FramePadder } from "./padding.js";

/** A larger payload goes out as a chunk of its own: copying it would cost more than one chunk more. */
const MAX_COPIED_PAYLOAD_BYTES = 0x1000;
/** A larger payload goes out in pieces: a write says only when all of it has left, and a slow line must show progress. */
const MAX_CHUNK_BYTES = 0x40000;
const FIRST_SLAB_BYTES = 0x400;
const MAX_SLAB_BYTES = 0x10000;
const COVER: Frame = { kind: "unknown", streamId: 0, bodyField: 0 };

/**
 * Small frames are written one behind the other into one slab; the payload of a large one follows as it is, so it must not
 * change until it is written. `take` hands the slab over: it is never written to again, whatever the socket still
 * holds of it. Nothing is allocated while there is nothing to send, since most connections are idle.
 *
 * With a padder what is in a chunk never shows: its length is rounded up, and a long frame is cut at round numbers of bytes,
 * wherever its payload begins, since each chunk may become TLS records of its own.
 */
export class FrameSlab {
  #chunks: Uint8Array[] = [];
  #slab: Buffer | undefined;
  #used = 0;
  #length = 0;
  /** What the last tick needed: the next will need about as much. */
  #expectedBytes = FIRST_SLAB_BYTES;
  readonly #padder: FramePadder | undefined;
  /** Of the slab's bytes, those that a frame at its end must round up, where there is a padder. */
  #unpadded = 0;

  constructor(padder?: FramePadder) {
    this.#padder = padder;
  }

  /** Bytes that wait to be taken. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends a frame and returns its length with prefix, in bytes.
   * @throws WireError `not_encodable`, blame us; nothing is appended then.
   */
  append(frame: Frame): number {
    const plan = planFrame(frame, NO_OPTIONS);
    const padder = this.#padder;
    const bytes = plan.headBytes + plan.payload.length;
    if (padder?.padsAlone(bytes) === true) {
      return this.#addPadded(planFrame(frame, { padder }));
    }
    if (padder !== undefined || plan.payload.length <= MAX_COPIED_PAYLOAD_BYTES) {
      this.#copy(plan, bytes);
      this.#unpadded += bytes; // A short frame is padded with those it leaves with: what shows is how long they are in all.
    } else {
      this.#leave(plan, plan.headBytes);
    }
    this.#length += bytes;
    return bytes;
  }

  #addPadded(plan: FramePlan): number {
    const bytes = plan.headBytes + plan.payload.length;
    if (bytes <= MAX_SLAB_BYTES) {
      this.#copy(plan, bytes);
    } else {
      this.#closeSlab();
      this.#leave(plan, roundUp(plan.headBytes, MAX_CHUNK_BYTES));
    }
    this.#length += bytes;
    return bytes;
  }

  /** All that was appended since the last take, in order. Mostly it is one chunk. */
  take(): Uint8Array[] {
    if (this.#padder !== undefined) {
      this.#cover(this.#padder);
    }
    this.#expectedBytes = Math.min(Math.max(this.#used, FIRST_SLAB_BYTES), MAX_SLAB_BYTES);
    this.#closeSlab();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#length = 0;
    return chunks;
  }

  #copy(plan: FramePlan, bytes: number): void {
    const slab = this.#room(bytes);
    writeHead(plan, slab, this.#used);
    slab.set(plan.payload, this.#used + plan.headBytes);
    this.#used += bytes;
  }

  /** The first `chunkBytes` of the frame go into a chunk, its head at least; the rest of its payload stays where it is. */
  #leave(plan: FramePlan, chunkBytes: number): void {
    const { headBytes, payload } = plan;
    const copiedBytes = Math.min(chunkBytes - headBytes, payload.length);
    const slab = this.#room(headBytes + copiedBytes);
    writeHead(plan, slab, this.#used);
    slab.set(payload.subarray(0, copiedBytes), this.#used + headBytes);
    this.#used += headBytes + copiedBytes;
    this.#closeSlab();
    this.#addPieces(payload, copiedBytes);
  }

  #addPieces(payload: Uint8Array, from: number): void {
    for (let start = from; start < payload.length; start += MAX_CHUNK_BYTES) {
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

  /** Rounds up what the slab holds, with a frame that every peer skips. */
  #cover(padder: FramePadder): void {
    const unpadded = this.#unpadded;
    if (unpadded === 0 || this.#slab === undefined) {
      return;
    }
    this.#unpadded = 0;
    const coverBytes = padder.coverFrameBytes(unpadded);
    if (coverBytes === 0) {
      return;
    }
    const plan = planFrame(COVER, { padder: { fieldBytes: (frameBytes) => coverBytes - frameBytes } });
    const slab = withRoom(this.#slab, this.#used, plan.headBytes);
    this.#slab = slab;
    writeHead(plan, slab, this.#used);
    this.#used += plan.headBytes;
    this.#length += plan.headBytes;
  }

  #closeSlab(): void {
    if (this.#padder !== undefined) {
      this.#cover(this.#padder);
    }
    if (this.#slab !== undefined && this.#used > 0) {
      this.#chunks.push(this.#slab.subarray(0, this.#used));
    }
    this.#slab = undefined;
    this.#used = 0;
  }
}

function withRoom(slab: Buffer, used: number, bytes: number): Buffer {
  if (slab.length - used >= bytes) {
    return slab;
  }
  const larger = Buffer.allocUnsafe(used + bytes);
  slab.copy(larger, 0, 0, used);
  return larger;
}

function roundUp(bytes: number, step: number): number {
  return Math.ceil(bytes / step) * step;
}
