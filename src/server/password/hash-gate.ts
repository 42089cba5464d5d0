// Lets only so many hashes run at once, in fair turns, and says when to come back instead of keeping a long queue.

import { type Caller, FairQueue } from "./fair-queue.js";

export interface HashGateOptions {
  readonly permits: number;
  /** Who would wait longer than this is turned away. */
  readonly maxWaitMs: number;
  /** Turned away above this many, however short their wait. */
  readonly maxQueued: number;
  /** So that one connection that asks for much is turned away alone. */
  readonly maxQueuedPerConnection: number;
  /** And one address. */
  readonly maxQueuedPerAddress: number;
  /** What one hash takes, until the gate has measured it. */
  readonly expectedMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** The queue is full, for this caller at least. */
export class GateFull extends Error {
  override readonly name = "GateFull";
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("too many passwords are being hashed");
    this.retryAfterMs = retryAfterMs;
  }
}

interface Waiting {
  readonly caller: Caller;
  readonly start: () => void;
}

/** Weight of the newest measurement in the mean. */
const NEWEST = 0.2;
const MIN_RETRY_MS = 100;

export class HashGate {
  readonly #options: HashGateOptions;
  readonly #waiting = new FairQueue<Waiting>();
  /** How many of each address run; none is there with 0. */
  readonly #runningOf = new Map<string, number>();
  #running = 0;
  #meanMs: number;

  constructor(options: HashGateOptions) {
    this.#options = options;
    this.#meanMs = options.expectedMs;
  }

  /** Runs the task at its caller's turn. @throws GateFull at once; the signal's reason when it aborts in the queue. */
  async run<T>(task: () => Promise<T>, caller: Caller, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#running >= this.#options.permits) {
      await this.#wait(caller, signal);
    } else {
      this.#running += 1;
      this.#count(caller, 1);
    }
    const startedMs = this.#options.now();
    try {
      return await task();
    } finally {
      this.#meanMs += NEWEST * (this.#options.now() - startedMs - this.#meanMs);
      this.#pass(caller);
    }
  }

  /** The permit of who leaves goes on without being free in between; who leaves counts, so others go before its next. */
  #pass(leaving: Caller): void {
    const next = this.#waiting.take((address) => this.#runningOf.get(address) ?? 0);
    this.#count(leaving, -1);
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#count(next.caller, 1);
    next.start();
  }

  #count({ address }: Caller, change: number): void {
    const running = (this.#runningOf.get(address) ?? 0) + change;
    if (running === 0) {
      this.#runningOf.delete(address);
    } else {
      this.#runningOf.set(address, running);
    }
  }

  #wait(caller: Caller, signal: AbortSignal | undefined): Promise<void> {
    this.#checkRoom(caller);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.remove(caller, waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        caller,
        start: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      this.#waiting.add(caller, waiting);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  #checkRoom(caller: Caller): void {
    const { permits, maxWaitMs, maxQueued, maxQueuedPerConnection, maxQueuedPerAddress } = this.#options;
    const ahead = this.#waiting.aheadOf(caller);
    const waitMs = (ahead / permits + 1) * this.#meanMs;
    const isFull =
      this.#waiting.size >= maxQueued ||
      this.#waiting.sizeOfConnection(caller) >= maxQueuedPerConnection ||
      this.#waiting.sizeOfAddress(caller.address) >= maxQueuedPerAddress ||
      (waitMs > maxWaitMs && ahead >= permits);
    if (isFull) {
      throw new GateFull(Math.max(MIN_RETRY_MS, Math.ceil(waitMs)));
    }
  }
}
