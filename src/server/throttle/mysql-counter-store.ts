// Counts in the MySQL database that several servers share; in memory while it is away. Never in the way of a login for long.

import { createHash } from "node:crypto";
import { RateLimiterMySQL } from "rate-limiter-flexible";
import type { MysqlTarget } from "../store/database-url.js";
import { CounterConnections } from "./counter-connections.js";
import type { Counter, CounterStore } from "./counter-store.js";
import { limiterCounter } from "./limiter-counter.js";
import { MemoryCounterStore } from "./memory-counter-store.js";
import type { ThrottleLimit } from "./throttle-limits.js";

const TABLE = "throttle_counts";
const SWEEP_INTERVAL_MS = 10 * 60 * 1000;

export class MysqlCounterStore implements CounterStore {
  /** Of the database's password, which the servers share and a thief of its tables does not have. */
  readonly secret: Buffer;
  readonly #connections: CounterConnections;
  readonly #database: string;
  readonly #memory = new MemoryCounterStore();
  readonly #sweeping: NodeJS.Timeout;

  /** Connects when it is first used. @throws StoreError `bad_url` when the file of the authorities cannot be read */
  constructor(target: MysqlTarget) {
    this.secret = createHash("sha256").update(`earshot throttle ${target.password}`).digest();
    this.#database = target.database;
    this.#connections = new CounterConnections(target);
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS);
    this.#sweeping.unref();
  }

  counter(name: string, limit: ThrottleLimit): Counter {
    const limiter = new RateLimiterMySQL({
      storeClient: this.#connections,
      storeType: "pool",
      dbName: this.#database,
      tableName: TABLE,
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: name,
      points: limit.attempts,
      duration: limit.withinS,
      insuranceLimiter: this.#memory.limiter(name, limit),
    });
    return limiterCounter(limiter, limit.withinS);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    await this.#connections.close();
  }

  /** Failing is no harm: what has expired counts no more, and another server sweeps too. */
  #sweep(): void {
    this.#connections.run("DELETE FROM throttle_counts WHERE expire < ?", [Date.now()]).catch(() => undefined);
  }
}
