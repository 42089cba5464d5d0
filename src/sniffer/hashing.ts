// Where a run hashes what conversations say: nowhere, if its report shows no hash; in a thread beside it, if the capture
// is so large that this pays; otherwise as it goes.
import { availableParallelism } from "node:os";
import type { CliOptions } from "./cli-arguments.js";
import { statsOf } from "./file-stats.js";
import type { HashThread } from "./hash-thread.js";
import { PacketMemory } from "./packet/packet-memory.js";
import { NO_HASHES, type StreamHashes } from "./stream/stream-hash.js";

/** A slot is one read of a file: larger ones fall out of the processor's cache before they are decoded. */
const SLOT_BYTES = 0x80000;
const SLOTS = 8;
/** Starting a thread takes as long as hashing so much. */
const MIN_THREAD_BYTES = 0x2000000;

export interface Hashing {
  /** What the capture is read into. */
  readonly memory: PacketMemory;
  /** Undefined where the pipeline hashes by itself. */
  readonly hashes: StreamHashes | undefined;
  readonly thread: HashThread | undefined;
}

export async function chooseHashing(options: Pick<CliOptions, "count" | "json" | "source">): Promise<Hashing> {
  const sizes = { slots: SLOTS, slotBytes: SLOT_BYTES };
  if (options.json && !options.count && isLarge(options) && availableParallelism() > 1) {
    const { HashThread, sharedMemory } = await import("./hash-thread.js");
    const memory = new PacketMemory({ ...sizes, allocate: sharedMemory });
    const thread = new HashThread(memory);
    return { memory, hashes: thread, thread };
  }
  return { memory: new PacketMemory(sizes), hashes: options.json ? undefined : NO_HASHES, thread: undefined };
}

function isLarge({ source }: Pick<CliOptions, "source">): boolean {
  if (source.kind !== "file" || source.path === "-") return false;
  const size = statsOf(source.path)?.size ?? 0;
  return size >= MIN_THREAD_BYTES;
}
