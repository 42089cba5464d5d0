// The hashing thread: SHA-256 of each stream, over the bytes where they lie.
import { createHash, type Hash } from "node:crypto";
import { workerData } from "node:worker_threads";
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

/** Jobs done between two reports: the owner waits for memory to become free. */
const JOBS_PER_REPORT = 256;

const { control, jobs, hashes, memories }: HashLayout = workerData;
const streams = new Map<number, Hash>();
let done = 0;
let given = 0;
let isStopped = false;

while (!isStopped) {
  Atomics.wait(control, JOBS_WRITTEN, done);
  const written = Atomics.load(control, JOBS_WRITTEN);
  while (done !== written && !isStopped) work(Math.min((written - done) | 0, JOBS_PER_REPORT));
}

/** Short, so that the compiler sees it run often: as one long loop it was compiled and thrown away hundreds of times. */
function work(count: number): void {
  for (let left = count; left > 0 && !isStopped; left--) {
    const at = (done & (MAX_JOBS - 1)) * JOB_NUMBERS;
    job(jobs[at] ?? 0, jobs[at + 1] ?? 0, jobs[at + 2] ?? 0, jobs[at + 3] ?? 0);
    done = (done + 1) | 0;
  }
  Atomics.store(control, JOBS_DONE, done);
  Atomics.notify(control, JOBS_DONE);
}

function job(stream: number, memory: number, offset: number, length: number): void {
  if (stream === STOP) isStopped = true;
  else if (length === FINISH) finish(stream);
  else update(stream, memory, offset, length);
}

function update(stream: number, memory: number, offset: number, length: number): void {
  let hash = streams.get(stream);
  if (hash === undefined) {
    hash = createHash("sha256");
    streams.set(stream, hash);
  }
  const bytes = memories[memory];
  if (bytes !== undefined) hash.update(bytes.subarray(offset, offset + length));
}

function finish(stream: number): void {
  const hash = streams.get(stream) ?? createHash("sha256");
  streams.delete(stream);
  hashes.set(hash.digest(), (given & (MAX_HASHES - 1)) * HASH_BYTES);
  given = (given + 1) | 0;
  Atomics.store(control, HASHES_WRITTEN, given);
}
