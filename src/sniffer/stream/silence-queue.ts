// Who has been silent for how long, by the packets' own time: whoever speaks goes to the back.

export class SilenceQueue<Flow> {
  readonly #afterSeconds: number;
  /** With the second in which each was last heard of, the one silent for longest first. */
  readonly #flows = new Map<Flow, number>();
  /** Nobody is due before this second: asking is then all that a packet costs. */
  #dueAt = Number.POSITIVE_INFINITY;

  /** Infinite: nobody is ever due. */
  constructor(afterSeconds: number) {
    this.#afterSeconds = afterSeconds;
  }

  get oldest(): Flow | undefined {
    return this.#flows.keys().next().value;
  }

  heard(flow: Flow, nowSeconds: number): void {
    this.#flows.delete(flow);
    if (this.#flows.size === 0) this.#dueAt = nowSeconds + this.#afterSeconds;
    this.#flows.set(flow, nowSeconds);
  }

  delete(flow: Flow): void {
    this.#flows.delete(flow);
  }

  /** One that has been silent for long enough. A clock that was set back makes them wait for longer. */
  nextDue(nowSeconds: number): Flow | undefined {
    if (nowSeconds < this.#dueAt) return undefined;
    for (const [flow, lastSeconds] of this.#flows) {
      this.#dueAt = lastSeconds + this.#afterSeconds;
      return nowSeconds < this.#dueAt ? undefined : flow;
    }
    this.#dueAt = Number.POSITIVE_INFINITY;
    return undefined;
  }
}
