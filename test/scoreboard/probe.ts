// One call again and again at a steady pace, whether the one before has been answered or not, and how long each took.

const EVERY_MS = 10;

export class Probe {
  /** What calls failed with. Must stay empty. */
  readonly failures: string[] = [];
  readonly #call: () => Promise<unknown>;

  constructor(call: () => Promise<unknown>) {
    this.#call = call;
  }

  /** Calls until it settles. Milliseconds, from the time when each call was due. */
  async during(work: Promise<unknown>): Promise<number[]> {
    const calls: Promise<number>[] = [];
    let dueMs = performance.now();
    const timer = setInterval(() => {
      // A timer that is late makes up for the calls it missed: else the worst times would not be counted.
      for (const nowMs = performance.now(); dueMs <= nowMs; dueMs += EVERY_MS) {
        calls.push(this.#time(dueMs));
      }
    }, EVERY_MS);
    await work;
    clearInterval(timer);
    return await Promise.all(calls);
  }

  async #time(dueMs: number): Promise<number> {
    await this.#call().catch((error: unknown) => this.failures.push(String(error)));
    return performance.now() - dueMs;
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
