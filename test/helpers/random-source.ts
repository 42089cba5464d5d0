// Random numbers that can be had again: a test prints its seed, and EARSHOT_SEED repeats the run.

/** A seed for this run: the one given in EARSHOT_SEED, else a fresh one. */
export function chooseSeed(): number {
  const given = process.env["EARSHOT_SEED"];
  return given === undefined ? Math.floor(Math.random() * 0x100000000) : Number(given) >>> 0;
}

/** mulberry32: 32 bits of state, good enough to choose test inputs. */
export class RandomSource {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor((this.uint32() / 0x100000000) * count);
  }

  chance(probability: number): boolean {
    return this.uint32() < probability * 0x100000000;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
