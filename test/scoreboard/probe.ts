// One call again and again at a steady pace, whether the one before has been answered or not, and how long each took.

const EVERY_MS = 10;

export class Probe {
  /** What calls failed with. Must stay empty. */
  readonly failures: string[] = [];
  readonly #call: () => Promise<unknown>;

  constructor(call: () => Promise<unknown>) {
    this.#call = call;
  }

  /** Calls until it settles; resolves with the milliseconds that each call took. */
  async during(work: Promise<unknown>): Promise<number[]> {
    const calls: Promise<number>[] = [];
    const startedMs = performance.now();
    const timer = setInterval(() => {
      // A timer that is late makes up for the calls it missed: else the worst times would count for less.
      while (calls.length * EVERY_MS < performance.now() - startedMs) {
        calls.push(this.#time());
      }
    }, EVERY_MS);
    await work;
    clearInterval(timer);
    return await Promise.all(calls);
  }

  async #time(): Promise<number> {
    const startedMs = performance.now();
    await this.#call().catch((error: unknown) => this.failures.push(String(error)));
    return performance.now() - startedMs;
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
