// The time of day in nanoseconds that never runs backwards, for packets that nobody else stamped.

export interface Instant {
  /** Since 1970. */
  readonly seconds: number;
  readonly nanoseconds: number;
}

export class WallClock {
  /** Whole milliseconds apart from the rest: a double cannot hold nanoseconds since 1970. */
  readonly #originMs = Math.floor(performance.timeOrigin);
  readonly #restMs = performance.timeOrigin - this.#originMs;

  now(): Instant {
    const sinceMs = performance.now() + this.#restMs;
    const wholeMs = Math.floor(sinceMs);
    const ms = this.#originMs + wholeMs;
    return {
      seconds: Math.floor(ms / 1000),
      nanoseconds: (ms % 1000) * 1_000_000 + Math.floor((sinceMs - wholeMs) * 1_000_000),
    };
  }
}
