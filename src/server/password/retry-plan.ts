// When those who were turned away shall come again: one after the other, so that each finds room.

const MIN_MS = 100;
/** More than that nobody waits for; then they come at once. */
const MAX_MS = 60_000;
const MAX_ADDRESSES = 1_000;

export class RetryPlan {
  readonly #now: () => number;
  /** Until when the turns of each address are given away. A flood from one makes nobody else wait. */
  readonly #untilMs = new Map<string, number>();

  /** The clock never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** In how many milliseconds to come again: when the queue is through, and all have had their turns who were told before. */
  next(address: string, queueMs: number, turnMs: number): number {
    const nowMs = this.#now();
    const atMs = Math.max(nowMs + queueMs, this.#untilMs.get(address) ?? 0);
    this.#untilMs.delete(address);
    this.#untilMs.set(address, Math.min(atMs + turnMs, nowMs + MAX_MS));
    this.#forget(nowMs);
    return Math.ceil(Math.min(Math.max(atMs - nowMs, MIN_MS), MAX_MS));
  }

  #forget(nowMs: number): void {
    for (const [address, untilMs] of this.#untilMs) {
      if (untilMs > nowMs && this.#untilMs.size <= MAX_ADDRESSES) {
        return;
      }
      this.#untilMs.delete(address);
    }
  }
}
