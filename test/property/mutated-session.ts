// Sessions of one side with faults in them: lawful frames, damaged, dropped, doubled or swapped.

import type { Frame } from "../../src/wire/frame.js";
import { encodeFrame } from "../../src/wire/frame-encoder.js";
import type { RandomSource } from "../helpers/random-source.js";
import { prefixOf, withoutPrefix } from "./decoder-agreement.js";
import { randomFrame, spoiled } from "./random-frame.js";

/** What goes to the other side next. */
export interface SessionFrame {
  /** With the prefix. */
  readonly bytes: Uint8Array;
  readonly mutated: boolean;
}

/** One side that begins well. Ask it for frames one after another; each may be mutated. */
export abstract class MutatedSession {
  protected readonly random: RandomSource;
  readonly #mutationChance: number;
  /** Frames that were held back to come later than they should. */
  #heldBack: Uint8Array[] = [];
  #last: Uint8Array = new Uint8Array(0);

  constructor(random: RandomSource, mutationChance: number) {
    this.random = random;
    this.#mutationChance = mutationChance;
  }

  /** What a side that keeps to the rules could send now. */
  protected abstract lawfulFrame(): Frame;
  /** Of a stream that may be open. */
  protected abstract anyId(): number;

  next(): SessionFrame {
    const lawful = encoded(this.lawfulFrame());
    const bytes = this.random.chance(this.#mutationChance) ? this.#mutated(lawful) : lawful;
    this.#last = lawful;
    return { bytes, mutated: bytes !== lawful };
  }

  #mutated(bytes: Uint8Array): Uint8Array {
    switch (this.random.below(10)) {
      case 0: // Dropped: what follows misses it.
        return this.#heldBack.pop() ?? encoded(this.lawfulFrame());
      case 1: // Doubled.
        return Buffer.concat([bytes, bytes]);
      case 2: // Swapped with the next.
        return Buffer.concat([encoded(this.lawfulFrame()), bytes]);
      case 3: // Comes later.
        this.#heldBack.push(bytes);
        return encoded(this.lawfulFrame());
      case 4: // The one before once more.
        return this.#last.length === 0 ? Buffer.concat([bytes, bytes]) : Buffer.concat([bytes, this.#last]);
      case 5: // Any frame at all, of a stream that may be open.
        return encoded({ ...randomFrame(this.random), streamId: this.anyId() });
      case 6: // Damage that may reach the prefix.
        return flipped(this.random, bytes);
      default: // Damage within, and a prefix that fits it.
        return this.#spoiled(bytes);
    }
  }

  #spoiled(bytes: Uint8Array): Uint8Array {
    const inner = spoiled(this.random, withoutPrefix(bytes), withoutPrefix(this.#last));
    return Buffer.concat([prefixOf(inner.length), inner]);
  }
}

function encoded(frame: Frame): Uint8Array {
  const { head, payload } = encodeFrame(frame);
  return Buffer.concat([head, payload]);
}

function flipped(random: RandomSource, bytes: Uint8Array): Uint8Array {
  const result = Uint8Array.from(bytes);
  const at = random.below(Math.min(result.length, 40));
  result[at] = (result[at] ?? 0) ^ (1 << random.below(8));
  return result;
}
