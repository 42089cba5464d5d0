// The way out of the cap child: what its reader has no time for waits here instead of in the kernel's ring, which on lo
// holds a few hundredths of a second.
import { writeSync } from "node:fs";
import { Socket } from "node:net";

const WAIT_MS = 1;

export interface WaitingPipeLimits {
  /** Bytes that wait, at most: then push() waits. */
  readonly bytes: number;
  /** Bytes of a batch, at most. */
  readonly batchBytes: number;
}

/** For a file descriptor whose other end may be slow. Batches go out in the order in which they were pushed. */
export class WaitingPipe {
  readonly #fd: number;
  readonly #limits: WaitingPipeLimits;
  readonly #waiting: Buffer[] = [];
  readonly #spare: Buffer[] = [];
  /** Held: with it, the descriptor would be closed. Its making is what stops writes from blocking. */
  readonly #socket: Socket;
  #waitingBytes = 0;
  /** Of the first batch, what is written. */
  #written = 0;

  constructor(fd: number, limits: WaitingPipeLimits) {
    this.#fd = fd;
    this.#limits = limits;
    this.#socket = new Socket({ fd, readable: false, writable: true });
    this.#socket.unref();
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** A batch to be filled. */
  batch(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#limits.batchBytes);
  }

  /** Takes over a batch of which `length` bytes are filled. Throws what writing throws, such as EPIPE. */
  push(batch: Buffer, length: number): void {
    this.#waiting.push(batch.subarray(0, length));
    this.#waitingBytes += length;
    this.write();
    while (this.#waitingBytes > this.#limits.bytes) this.#wait();
  }

  /** Writes what the pipe takes now. */
  write(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const count = this.#writeSome(first);
      if (count === 0) return;
      this.#written += count;
      if (this.#written === first.length) this.#next(first);
    }
  }

  /** Writes all of it, however long that takes. */
  finish(): void {
    for (this.write(); !this.isEmpty; ) this.#wait();
  }

  #wait(): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    this.write();
  }

  #next(first: Buffer): void {
    this.#waiting.shift();
    this.#waitingBytes -= first.length;
    this.#written = 0;
    if (this.#spare.length === 0) this.#spare.push(Buffer.from(first.buffer));
  }

  #writeSome(batch: Buffer): number {
    try {
      return writeSync(this.#fd, batch, this.#written, batch.length - this.#written);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return 0;
      throw error;
    }
  }
}
