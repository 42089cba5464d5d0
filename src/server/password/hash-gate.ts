// Lets only so many hashes run at once, in fair turns, and says when to come back instead of keeping a long queue.

import { type Caller, FairQueue } from "./fair-queue.js";
import { RetryPlan } from "./retry-plan.js";

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
  /** Told of each that ran: what it waited for its turn, and what it took. */
  readonly onRun?: ((waitMs: number, tookMs: number) => void) | undefined;
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

/**
 * Who waits is prepared meanwhile, so that no permit waits for a database; but only so many, for of a crowd most are turned away
 * in the end, and their look-ups would hold up everyone else's.
 */
const MAX_PREPARED_AHEAD = 8;
/** Weight of the newest measurement in the mean. */
const NEWEST = 0.2;

export class HashGate {
  readonly #options: HashGateOptions;
  readonly #waiting = new FairQueue<Waiting>();
  readonly #retries: RetryPlan;
  /** How many of each address run; none is there with 0. */
  readonly #runningOf = new Map<string, number>();
  /** How many wait that have been prepared. */
  #ahead = 0;
  #running = 0;
  #meanMs: number;

  constructor(options: HashGateOptions) {
    this.#options = options;
    this.#meanMs = options.expectedMs;
    this.#retries = new RetryPlan(options.now);
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs the task at its caller's turn. What it needs is prepared meanwhile, unless many wait: then at the turn; and not at
   * all for who is turned away at once. Who cannot be prepared leaves the queue.
   * @throws GateFull at once, or when `maxWaitMs` have passed; the signal's reason when it aborts in the queue; what
   * `prepare` throws.
   */
  async run<P, T>(
    prepare: () => Promise<P>,
    task: (prepared: P) => Promise<T>,
    caller: Caller,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted();
    const leave = new AbortController();
    const turn = this.#turn(caller, signal === undefined ? leave.signal : AbortSignal.any([signal, leave.signal]));
    const preparing = this.#ahead < MAX_PREPARED_AHEAD ? prepare() : undefined;
    preparing?.catch((error: unknown) => leave.abort(error));
    const arrivedMs = this.#options.now();
    await this.#whileAhead(preparing !== undefined, turn);
    const waitMs = this.#options.now() - arrivedMs;
    try {
      const prepared = await (preparing ?? prepare());
      const startedMs = this.#options.now();
      const result = await task(prepared);
      const tookMs = this.#options.now() - startedMs;
      this.#meanMs += NEWEST * (tookMs - this.#meanMs);
      this.#options.onRun?.(waitMs, tookMs);
      return result;
    } finally {
      this.#pass(caller);
    }
  }

  /** Counts who has been prepared and waits. */
  async #whileAhead(isAhead: boolean, turn: Promise<void>): Promise<void> {
    const count = isAhead ? 1 : 0;
    this.#ahead += count;
    try {
      await turn;
    } finally {
      this.#ahead -= count;
    }
  }

  /** Takes a permit or a place in the queue at once. @throws GateFull */
  #turn(caller: Caller, signal: AbortSignal): Promise<void> {
    if (this.#running >= this.#options.permits) {
      return this.#wait(caller, signal);
    }
    this.#running += 1;
    this.#count(caller, 1);
    return Promise.resolve();
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

  #wait(caller: Caller, signal: AbortSignal): Promise<void> {
    this.#checkRoom(caller);
    return new Promise((resolve, reject) => {
      const giveUp = (reason: unknown): void => {
        settle();
        this.#waiting.remove(caller, waiting);
        reject(reason);
      };
      const onAbort = (): void => giveUp(signal.reason);
      // Hashes may take longer than was measured before, and others may go first.
      const timer = setTimeout(() => giveUp(this.#full(caller)), this.#options.maxWaitMs);
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      };
      const waiting: Waiting = {
        caller,
        start: () => {
          settle();
          resolve();
        },
      };
      this.#waiting.add(caller, waiting);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #checkRoom(caller: Caller): void {
    const { maxWaitMs, maxQueued, maxQueuedPerConnection, maxQueuedPerAddress } = this.#options;
    const isFull =
      this.#waiting.size >= maxQueued ||
      this.#waiting.sizeOfConnection(caller) >= maxQueuedPerConnection ||
      this.#waiting.sizeOfAddress(caller.address) >= maxQueuedPerAddress ||
      this.#waitMs(caller) > maxWaitMs;
    if (isFull) {
      throw this.#full(caller);
    }
  }

  /** After which a new one of the caller would run, if nobody else came. */
  #waitMs(caller: Caller): number {
    return (this.#waiting.aheadOf(caller) / this.#options.permits + 1) * this.#meanMs;
  }

  #full(caller: Caller): GateFull {
    const turnMs = this.#meanMs / this.#options.permits;
    return new GateFull(this.#retries.next(caller.address, this.#waitMs(caller), turnMs));
  }
}
