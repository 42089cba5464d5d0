// Hashes streams in a thread of its own, beside decoding: half of the time that a large capture takes would go into it.
import { Worker } from "node:worker_threads";
import {
  FINISH,
  HASH_BYTES,
  HASHES_WRITTEN,
  type HashLayout,
  JOB_NUMBERS,
  JOBS_DONE,
  JOBS_WRITTEN,
  MAX_HASHES,
  MAX_JOBS,
  STOP,
} from "./hash-layout.js";
import type { PacketMemory } from "./packet/packet-memory.js";
import { RunError } from "./run-error.js";
import { SHA256_OF_NOTHING, type StreamHash, type StreamHashes } from "./stream/stream-hash.js";

const LOOSE_BYTES = 0x200000;
/** Jobs are told of so many at a time: waking the thread for each would cost more than the job. */
const JOBS_PER_NOTICE = 4096;
/** A thread that does nothing for so long has died; a machine under load may well pause it for seconds. */
const PATIENCE_MS = 60_000;

/** Memory that a thread may see. */
export function sharedMemory(bytes: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(bytes));
}

interface Wish {
  readonly done: (hex: string) => void;
  /** Known without the thread. */
  readonly hex: string | undefined;
}

/** The slots of `memory` must be made with `sharedMemory`. */
export class HashThread implements StreamHashes {
  readonly #memory: PacketMemory;
  readonly #layout: HashLayout;
  readonly #loose: Uint8Array;
  readonly #looseMemory: number;
  readonly #wishes: Wish[] = [];
  /** Jobs written when each slot of the memory was last left. */
  readonly #leftAt: Int32Array;
  #written = 0;
  #told = 0;
  #given = 0;
  #asked = 0;
  #looseAt = 0;
  #nextStream = 0;
  /** Why the thread ended, or never began: too little memory, or no thread to be had. */
  #failure: Error | undefined;

  constructor(memory: PacketMemory) {
    this.#memory = memory;
    this.#loose = sharedMemory(LOOSE_BYTES);
    this.#looseMemory = memory.slots.length;
    this.#leftAt = new Int32Array(memory.slots.length);
    this.#layout = {
      control: new Int32Array(new SharedArrayBuffer(16)),
      jobs: new Int32Array(new SharedArrayBuffer(MAX_JOBS * JOB_NUMBERS * 4)),
      hashes: sharedMemory(MAX_HASHES * HASH_BYTES),
      memories: [...memory.slots, this.#loose],
    };
    const worker = new Worker(new URL("./hash-worker.js", import.meta.url), { workerData: this.#layout });
    worker.on("error", (error) => {
      this.#failure = error;
    });
    worker.unref();
  }

  newHash(): StreamHash {
    return new ThreadHash(this, this.#nextStream++);
  }

  update(stream: number, bytes: Uint8Array, position: number): void {
    if (position >= 0) {
      this.pass(stream, bytes.length, position);
      return;
    }
    for (let at = 0; at < bytes.length; at += LOOSE_BYTES)
      this.#updateLoose(stream, bytes.subarray(at, at + LOOSE_BYTES));
  }

  /** Of bytes that stand in the memory, their place is enough. */
  pass(stream: number, length: number, position: number): void {
    const { slotBytes, slots } = this.#memory;
    const turn = Math.floor(position / slotBytes);
    this.#write(stream, turn % slots.length, position - turn * slotBytes, length);
  }

  /** `stream` undefined: of no bytes. */
  sha256(stream: number | undefined, done: (hex: string) => void): void {
    if (stream === undefined) {
      this.#wishes.push({ done, hex: SHA256_OF_NOTHING });
      return;
    }
    // Room for the hash: those that are written already must be taken first.
    if (((this.#asked - this.#given) | 0) >= MAX_HASHES) this.settle();
    this.#asked = (this.#asked + 1) | 0;
    this.#wishes.push({ done, hex: undefined });
    this.#write(stream, 0, 0, FINISH);
  }

  /** Gives the hashes that are there. */
  give(): void {
    this.#tell();
    const ready = Atomics.load(this.#layout.control, HASHES_WRITTEN);
    let count = 0;
    for (; count < this.#wishes.length; count++) {
      const wish = this.#wishes[count];
      if (wish === undefined || (wish.hex === undefined && this.#given === ready)) break;
      wish.done(wish.hex ?? this.#take());
    }
    this.#wishes.splice(0, count);
  }

  settle(): void {
    this.#tell();
    this.#waitFor(this.#written);
    this.give();
  }

  /** To be called before a slot of the memory is used again: the thread must be done with it. */
  turnsOver(turn: number): void {
    const slots = this.#memory.slots.length;
    this.#leftAt[(turn + slots - 1) % slots] = this.#written;
    const wanted = this.#leftAt[turn % slots] ?? 0;
    // Waking the thread is dear, so it is told of several slots at once: half of them, for it to work on meanwhile.
    if (turn % (slots / 2) === 0 || ((wanted - this.#told) | 0) > 0) this.#tell();
    this.#waitFor(wanted);
  }

  stop(): void {
    this.#write(STOP, 0, 0, 0);
    this.#tell();
  }

  #updateLoose(stream: number, bytes: Uint8Array): void {
    if (this.#looseAt + bytes.length > LOOSE_BYTES) {
      this.#tell();
      this.#waitFor(this.#written);
      this.#looseAt = 0;
    }
    this.#loose.set(bytes, this.#looseAt);
    this.#write(stream, this.#looseMemory, this.#looseAt, bytes.length);
    this.#looseAt += bytes.length;
  }

  #write(stream: number, memory: number, offset: number, length: number): void {
    const { jobs } = this.#layout;
    if (((this.#written - this.#told) | 0) >= JOBS_PER_NOTICE) {
      this.#tell();
      this.#waitFor((this.#written - MAX_JOBS + JOBS_PER_NOTICE + 1) | 0);
    }
    const at = (this.#written & (MAX_JOBS - 1)) * JOB_NUMBERS;
    jobs[at] = stream;
    jobs[at + 1] = memory;
    jobs[at + 2] = offset;
    jobs[at + 3] = length;
    this.#written = (this.#written + 1) | 0;
  }

  #tell(): void {
    if (this.#failure !== undefined)
      throw new RunError(`the thread that hashes streams ended: ${this.#failure.message}`, { cause: this.#failure });
    if (this.#told === this.#written) return;
    this.#told = this.#written;
    Atomics.store(this.#layout.control, JOBS_WRITTEN, this.#written);
    Atomics.notify(this.#layout.control, JOBS_WRITTEN);
  }

  /** Until this many jobs are done. Counts wrap, so they are compared by their distance. */
  #waitFor(jobs: number): void {
    const { control } = this.#layout;
    for (
      let done = Atomics.load(control, JOBS_DONE);
      ((jobs - done) | 0) > 0;
      done = Atomics.load(control, JOBS_DONE)
    ) {
      if (Atomics.wait(control, JOBS_DONE, done, PATIENCE_MS) === "timed-out") {
        throw new RunError("the thread that hashes streams does not answer: is the machine out of memory?");
      }
    }
  }

  #take(): string {
    const at = (this.#given & (MAX_HASHES - 1)) * HASH_BYTES;
    this.#given = (this.#given + 1) | 0;
    return Buffer.from(this.#layout.hashes.subarray(at, at + HASH_BYTES)).toString("hex");
  }
}

class ThreadHash implements StreamHash {
  readonly #thread: HashThread;
  readonly #stream: number;
  #isEmpty = true;

  constructor(thread: HashThread, stream: number) {
    this.#thread = thread;
    this.#stream = stream;
  }

  pass(length: number, position: number): boolean {
    this.#isEmpty = false;
    this.#thread.pass(this.#stream, length, position);
    return true;
  }

  update(bytes: Uint8Array, position: number): void {
    this.#isEmpty = false;
    this.#thread.update(this.#stream, bytes, position);
  }

  /** The end of the stream: the thread forgets it. */
  sha256(done: (hex: string) => void): void {
    this.#thread.sha256(this.#isEmpty ? undefined : this.#stream, done);
  }
}
