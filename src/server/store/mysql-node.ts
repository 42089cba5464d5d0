// One host of the database: whether it is up, and how it is found to be up again.

import { type Deadline, deadlineIn, monotonicMs } from "./deadline.js";
import type { MysqlConnection } from "./mysql-connection.js";
import { MysqlPool } from "./mysql-pool.js";
import type { StoreError } from "./store-error.js";

/** Short enough that a node which thaws or restarts is used again well within a second. */
const FIRST_PAUSE_MS = 25;
const MAX_PAUSE_MS = 400;
const PROBE_MS = 1_000;
/** One of several nodes that fails again sooner than this after it was up is probed later and later, for the others can do the work. */
const STEADY_MS = 1_000;

export interface NodeOutage {
  readonly sinceMs: number;
  readonly error: StoreError;
}

export interface MysqlNodeOptions {
  /** `HOST:PORT`. */
  readonly name: string;
  /** Connects and sets the session up. */
  readonly open: (deadline: Deadline) => Promise<MysqlConnection>;
  readonly translate: (cause: unknown) => StoreError;
  readonly maxConnections: number;
  /** Whether it is the only one. */
  readonly isAlone: boolean;
  readonly onChange: (node: MysqlNode) => void;
}

export class MysqlNode {
  readonly name: string;
  readonly #options: MysqlNodeOptions;
  readonly #pool: MysqlPool;
  #outage: NodeOutage | undefined;
  #upSinceMs = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: MysqlNodeOptions) {
    this.name = options.name;
    this.#options = options;
    this.#pool = new MysqlPool((deadline) => this.#open(deadline), options.maxConnections);
  }

  /** Undefined while it is up. */
  get outage(): NodeOutage | undefined {
    return this.#outage;
  }

  /** A node that cannot be connected to is marked down; one whose connections are all in use is not. */
  take(deadline: Deadline): Promise<MysqlConnection> {
    return this.#pool.take(deadline);
  }

  give(connection: MysqlConnection): void {
    this.#pool.give(connection);
  }

  drop(connection: MysqlConnection): void {
    this.#pool.drop(connection);
  }

  /** Marks it down, unless the connection that failed is older than the last proof that it is up. */
  fail(error: StoreError, openedAtMs: number): void {
    if (this.#outage !== undefined || this.#isClosed || openedAtMs < this.#upSinceMs) {
      return;
    }
    const nowMs = monotonicMs();
    this.#outage = { sinceMs: nowMs, error };
    this.#pool.dropIdle();
    this.#options.onChange(this);
    if (this.#options.isAlone || nowMs - this.#upSinceMs > STEADY_MS) {
      this.#pauseMs = 0;
    }
    this.#probeLater();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#pool.close();
  }

  /** Jitter keeps many servers from probing in step. */
  #probeLater(): void {
    const pauseMs = this.#pauseMs * (0.5 + Math.random() / 2);
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, FIRST_PAUSE_MS), MAX_PAUSE_MS);
    this.#timer = setTimeout(() => void this.#probe(), pauseMs);
  }

  async #open(deadline: Deadline): Promise<MysqlConnection> {
    try {
      return await this.#options.open(deadline);
    } catch (cause) {
      this.fail(this.#options.translate(cause), Number.POSITIVE_INFINITY);
      throw cause;
    }
  }

  /** A connection of its own, whoever holds the others, and a statement that a node without its cluster refuses. */
  async #probe(): Promise<void> {
    const deadline = deadlineIn(PROBE_MS);
    let connection: MysqlConnection | undefined;
    try {
      connection = await this.#options.open(deadline);
      await connection.command("SELECT 1", deadline);
    } catch (cause) {
      connection?.destroy();
      this.#stayDown(this.#options.translate(cause));
      return;
    }
    await connection.end(deadline);
    if (!this.#isClosed) {
      this.#outage = undefined;
      this.#upSinceMs = monotonicMs();
      this.#options.onChange(this);
    }
  }

  #stayDown(error: StoreError): void {
    if (!this.#isClosed && this.#outage !== undefined) {
      this.#outage = { sinceMs: this.#outage.sinceMs, error };
      this.#probeLater();
    }
  }
}
