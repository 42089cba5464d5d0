// Lets only so many hashes run at once, keeps a short queue, and says when to come back instead of a long one.

export interface HashGateOptions {
  readonly permits: number;
  /** Who would wait longer than this is turned away. */
  readonly maxWaitMs: number;
  /** Turned away above this many, however short their wait. */
  readonly maxQueued: number;
  /** What one hash takes, until the gate has measured it. */
  readonly expectedMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** The queue is full. */
export class GateFull extends Error {
  override readonly name = "GateFull";
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("too many passwords are being hashed");
    this.retryAfterMs = retryAfterMs;
  }
}

interface Waiting {
  readonly start: () => void;
}

/** Weight of the newest measurement in the mean. */
const NEWEST = 0.2;
const MIN_RETRY_MS = 100;

export class HashGate {
  readonly #options: HashGateOptions;
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  #meanMs: number;

  constructor(options: HashGateOptions) {
    this.#options = options;
    this.#meanMs = options.expectedMs;
  }

  /** Runs the task once a permit is free. @throws GateFull at once; the signal's reason when it aborts in the queue. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#running >= this.#options.permits) {
      await this.#wait(signal);
    } else {
      this.#running += 1;
    }
    const startedMs = this.#options.now();
    try {
      return await task();
    } finally {
      this.#meanMs += NEWEST * (this.#options.now() - startedMs - this.#meanMs);
      this.#pass();
    }
  }

  /** The permit of who leaves goes to who waited longest, without being free in between. */
  #pass(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(next);
    next.start();
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    const { permits, maxWaitMs, maxQueued } = this.#options;
    const waitMs = (this.#waiting.size / permits + 1) * this.#meanMs;
    if (this.#waiting.size >= maxQueued || (waitMs > maxWaitMs && this.#waiting.size >= permits)) {
      throw new GateFull(Math.max(MIN_RETRY_MS, Math.ceil(waitMs)));
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        start: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      this.#waiting.add(waiting);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
}
