// Bytes that computations share: who finds too few left waits, in the order of coming.

interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
}

export class MemoryBudget {
  readonly #bytes: number;
  readonly #waiting: Waiting[] = [];
  #used = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** What is larger than the whole budget runs alone. */
  async run<T>(bytes: number, task: () => Promise<T>): Promise<T> {
    const share = Math.min(bytes, this.#bytes);
    if (this.#waiting.length > 0 || this.#used + share > this.#bytes) {
      await new Promise<void>((start) => this.#waiting.push({ bytes: share, start }));
    } else {
      this.#used += share;
    }
    try {
      return await task();
    } finally {
      this.#used -= share;
      this.#startNext();
    }
  }

  #startNext(): void {
    for (
      let [next] = this.#waiting;
      next !== undefined && this.#used + next.bytes <= this.#bytes;
      [next] = this.#waiting
    ) {
      this.#waiting.shift();
      this.#used += next.bytes;
      next.start();
    }
  }
}
