// The way out of the cap child: what its reader has no time for waits here instead of in the kernel's ring, which on lo
// holds a few hundredths of a second.
import { writeSync } from "node:fs";
import { Socket } from "node:net";

const WAIT_MS = 1;

export interface WaitingPipeLimits {
  /** Bytes that wait, at most: then push() waits. */
  readonly bytes: number;
  /** They wait in chunks of so many bytes, each filled before the next is begun: many small pushes cost no more room. */
  readonly chunkBytes: number;
}

/** For a file descriptor whose other end may be slow. Bytes go out in the order in which they were pushed. */
export class WaitingPipe {
  readonly #fd: number;
  readonly #limits: WaitingPipeLimits;
  readonly #chunks: Buffer[] = [];
  #spare: Buffer | undefined;
  /** Held: with it, the descriptor would be closed. Its making is what stops writes from blocking. */
  readonly #socket: Socket;
  #waitingBytes = 0;
  /** Of the first chunk, what is written. */
  #written = 0;
  /** Of the last chunk, what is filled. */
  #filled = 0;

  constructor(fd: number, limits: WaitingPipeLimits) {
    this.#fd = fd;
    this.#limits = limits;
    this.#socket = new Socket({ fd, readable: false, writable: true });
    this.#socket.unref();
  }

  get isEmpty(): boolean {
    return this.#waitingBytes === 0;
  }

  /** Of these bytes nothing is kept: what must wait is copied. Throws what writing throws, such as EPIPE. */
  push(bytes: Buffer): void {
    this.write();
    let at = this.isEmpty ? this.#writeSome(bytes, 0, bytes.length) : 0;
    while (at < bytes.length) at += this.#keep(bytes, at);
    while (this.#waitingBytes > this.#limits.bytes) this.#wait();
  }

  /** Writes what the pipe takes now. */
  write(): void {
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      const end = this.#chunks.length === 1 ? this.#filled : first.length;
      const count = this.#writeSome(first, this.#written, end);
      if (count === 0) return;
      this.#written += count;
      this.#waitingBytes -= count;
      if (this.#written === end) this.#release(first);
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

  /** Copies what fits into the last chunk; gives how much. */
  #keep(bytes: Buffer, from: number): number {
    let last = this.#chunks.at(-1);
    if (last === undefined || this.#filled === last.length) {
      last = this.#spare ?? Buffer.allocUnsafeSlow(this.#limits.chunkBytes);
      this.#spare = undefined;
      this.#chunks.push(last);
      this.#filled = 0;
    }
    const count = bytes.copy(last, this.#filled, from);
    this.#filled += count;
    this.#waitingBytes += count;
    return count;
  }

  #release(first: Buffer): void {
    this.#chunks.shift();
    this.#written = 0;
    this.#spare = first;
  }

  #writeSome(bytes: Buffer, from: number, to: number): number {
    try {
      return writeSync(this.#fd, bytes, from, to - from);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return 0;
      throw error;
    }
  }
}
