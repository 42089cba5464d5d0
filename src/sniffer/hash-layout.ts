// The memory that the hashing thread and its owner share: who writes what where.
//
//     owner  --jobs-->  | stream, slot, offset, length | ...      length -1: give the hash and forget the stream
//     thread --hashes-->| 32 bytes | ...                          in the order of those jobs

/** Indexes into `control`. */
export const JOBS_WRITTEN = 0;
export const JOBS_DONE = 1;
export const HASHES_WRITTEN = 2;

export const JOB_NUMBERS = 4;
export const MAX_JOBS = 0x10000;
export const MAX_HASHES = 0x400;
export const HASH_BYTES = 32;
/** A job's length that asks for the hash. */
export const FINISH = -1;
/** A job's stream that ends the thread. */
export const STOP = -1;

export interface HashLayout {
  readonly control: Int32Array;
  readonly jobs: Int32Array;
  readonly hashes: Uint8Array;
  /** What jobs point into: the slots of a PacketMemory, then the loose memory for bytes that lie nowhere else. */
  readonly memories: readonly Uint8Array[];
}
