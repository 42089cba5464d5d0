// Reads a capture file to its end, or to its damage, into a run.
import { setImmediate as turn } from "node:timers/promises";
import { CaptureError } from "./capture/capture-error.js";
import { CaptureFeed } from "./capture/capture-feed.js";
import { CaptureReader } from "./capture/capture-reader.js";
import { openCaptureChunks, UnpackError } from "./capture-chunks.js";
import type { Hashing } from "./hashing.js";
import { PacketCursor } from "./packet/packet-cursor.js";
import type { PacketMemory } from "./packet/packet-memory.js";
import { PlainFile } from "./plain-file.js";
import type { Progress } from "./report/progress.js";
import type { SnifferRun } from "./sniffer-run.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** Pieces of a plain file between two turns of the event loop, in which signals are heard. */
const PIECES_PER_TURN = 16;

/** Little, so that the first lines appear before the code is warm. */
const FIRST_READ_BYTES = 0x4000;

/** Where the bytes come from, with what a person can be told of it. */
interface Input {
  readonly totalBytes: number | undefined;
  readonly readBytes: () => number;
  readonly whenOpen: (then: () => void) => void;
  /** Ends the input where it is. */
  readonly stop: () => void;
  /** Brings it to the reader; yields whenever the reader has something to read. */
  readonly pieces: (feed: CaptureFeed) => AsyncGenerator<void>;
}

/**
 * Gives the signal that ended it early. Throws RunError when the file cannot be read; damage is told to the pipeline,
 * with all that came before it.
 */
export async function readCapture(
  path: string,
  run: SnifferRun,
  hashing: Hashing,
  progress: Progress,
): Promise<NodeJS.Signals | undefined> {
  const file = PlainFile.open(path);
  const input = file === undefined ? streamInput(path) : fileInput(file);
  const reader = new CaptureReader();
  const packets = new PacketDrain(reader);
  const feed = new CaptureFeed(reader, hashing.memory, (turn) => hashing.thread?.turnsOver(turn));
  progress.begin(input.totalBytes);
  // A pipe may have no end: being told to stop is one. A second signal ends the process at once, as ever.
  let endedBy: NodeJS.Signals | undefined;
  const stopHere = (signal: NodeJS.Signals): void => {
    endedBy = signal;
    input.stop();
  };
  // Until it is open there is nothing to sum up, and opening cannot be called off: a signal ends the process then.
  input.whenOpen(() => {
    for (const signal of SIGNALS) process.once(signal, stopHere);
  });
  try {
    for await (const _ of input.pieces(feed)) {
      packets.into(run, hashing.memory);
      run.flush();
      progress.show(input.readBytes());
      if (run.over) return endedBy;
    }
    // Where a person stopped it, half a packet is no damage.
    if (endedBy === undefined) reader.finish();
    packets.into(run, hashing.memory);
  } catch (error) {
    if (error instanceof CaptureError) run.pipeline.damage(error.message, error.offset);
    else if (error instanceof UnpackError) run.pipeline.damage(error.message, input.readBytes());
    else throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, stopHere);
    progress.end();
    file?.close();
  }
  return endedBy;
}

function fileInput(file: PlainFile): Input {
  let isStopped = false;
  async function* pieces(feed: CaptureFeed): AsyncGenerator<void> {
    for (let count = 1; !isStopped; count++) {
      const room = feed.room();
      const length = file.read(count === 1 ? room.subarray(0, FIRST_READ_BYTES) : room);
      if (length === 0) return;
      feed.filled(length);
      yield;
      if (count % PIECES_PER_TURN === 0) await turn();
    }
  }
  const stop = (): void => {
    isStopped = true;
  };
  return { totalBytes: file.totalBytes, readBytes: () => file.readBytes, whenOpen: (then) => then(), stop, pieces };
}

function streamInput(path: string): Input {
  const { chunks, totalBytes, readBytes, whenOpen, stop } = openCaptureChunks(path);
  async function* pieces(feed: CaptureFeed): AsyncGenerator<void> {
    for await (const chunk of chunks) yield* feed.push(chunk);
  }
  return { totalBytes, readBytes, whenOpen, stop, pieces };
}

/** Takes all whole packets out of the reader, time and again; the keys that a capture brings come before them. */
class PacketDrain {
  readonly #reader: CaptureReader;
  readonly #cursor = new PacketCursor();
  /** Key logs that were passed on: they may stand at the end of one piece, and their packets in the next. */
  #givenSecrets = 0;

  constructor(reader: CaptureReader) {
    this.#reader = reader;
  }

  into(run: SnifferRun, memory: PacketMemory): void {
    const reader = this.#reader;
    while (reader.advance(this.#cursor)) {
      for (; this.#givenSecrets < reader.secrets.length; this.#givenSecrets += 1) {
        run.addKeys(textOf(reader.secrets[this.#givenSecrets]));
      }
      memory.inputOffset = reader.readBytes;
      run.pushAt(this.#cursor);
      if (run.over) return;
    }
  }
}

function textOf(keyLog: Uint8Array | undefined): string {
  return `${Buffer.from(keyLog ?? []).toString("latin1")}\n`;
}
