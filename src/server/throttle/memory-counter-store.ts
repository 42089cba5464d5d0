// Counts in the memory of this process: for a database that only one server uses, and for when the shared one is away.

import { randomBytes } from "node:crypto";
import { BoundedMemoryLimiter } from "./bounded-memory-limiter.js";
import type { Counter, CounterStore } from "./counter-store.js";
import { limiterCounter } from "./limiter-counter.js";
import type { ThrottleLimit } from "./throttle-limits.js";

/** Of each counter; some 300 bytes each. */
const MAX_KEYS = 20_000;

export class MemoryCounterStore implements CounterStore {
  readonly secret = randomBytes(32);
  readonly #maxKeys: number;

  constructor(maxKeys = MAX_KEYS) {
    this.#maxKeys = maxKeys;
  }

  counter(name: string, limit: ThrottleLimit): Counter {
    return limiterCounter(this.limiter(name, limit), limit.withinS);
  }

  limiter(name: string, { attempts, withinS }: ThrottleLimit): BoundedMemoryLimiter {
    return new BoundedMemoryLimiter({ keyPrefix: name, points: attempts, duration: withinS, maxKeys: this.#maxKeys });
  }

  async close(): Promise<void> {}
}
