// Connections for counting alone, apart from those of the store: few, with a short deadline, and left alone after a failure.

import { format } from "mysql2";
import type { MysqlHost, MysqlTarget } from "../store/database-url.js";
import { type Deadline, deadlineIn, monotonicMs } from "../store/deadline.js";
import { MysqlConnection } from "../store/mysql-connection.js";
import { connectionOptions } from "../store/mysql-connection-options.js";
import { MysqlPool } from "../store/mysql-pool.js";
import type { SqlRow } from "../store/sql-database.js";

const MAX_CONNECTIONS = 4;
/** For all steps of one count, the connecting included. A login waits for it, three times at the most before a pause begins. */
const DEADLINE_MS = 500;
/** So long nobody waits for a database that has just failed: counts go to memory at once. */
const PAUSE_MS = 3_000;

type Value = string | number | null;
type Callback<T> = (error: unknown, result?: T) => void;

/** As much of a pool of mysql2 as RateLimiterMySQL uses. */
export class CounterConnections {
  readonly #pools: readonly MysqlPool[];
  #current = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(target: MysqlTarget) {
    this.#pools = target.hosts.map((host) => pool(target, host));
  }

  getConnection(callback: Callback<LentConnection>): void {
    this.#lend().then(
      (connection) => callback(null, connection),
      (error: unknown) => callback(error),
    );
  }

  /** One statement by itself. */
  async run(sql: string, values: readonly Value[]): Promise<void> {
    const connection = await this.#lend();
    try {
      await connection.run(sql, values);
    } finally {
      connection.release();
    }
  }

  async close(): Promise<void> {
    this.#pausedUntilMs = Number.POSITIVE_INFINITY;
    await Promise.all(this.#pools.map((each) => each.close()));
  }

  async #lend(): Promise<LentConnection> {
    const index = this.#current;
    const chosen = this.#pools[index];
    if (chosen === undefined || monotonicMs() < this.#pausedUntilMs) {
      throw new Error("counting in the database pauses");
    }
    const deadline = deadlineIn(DEADLINE_MS);
    try {
      const connection = await chosen.take(deadline);
      return new LentConnection(chosen, connection, deadline, () => this.#failed(index));
    } catch (error) {
      this.#failed(index);
      throw error;
    }
  }

  /** The next one is asked another node. Those who failed together count once. */
  #failed(index: number): void {
    if (index !== this.#current || monotonicMs() < this.#pausedUntilMs) {
      return;
    }
    this.#pools[index]?.dropIdle();
    this.#current = (index + 1) % this.#pools.length;
    this.#pausedUntilMs = monotonicMs() + PAUSE_MS;
  }
}

class LentConnection {
  readonly #pool: MysqlPool;
  readonly #connection: MysqlConnection;
  readonly #deadline: Deadline;
  readonly #onFailure: () => void;
  #isSpoilt = false;

  constructor(from: MysqlPool, connection: MysqlConnection, deadline: Deadline, onFailure: () => void) {
    this.#pool = from;
    this.#connection = connection;
    this.#deadline = deadline;
    this.#onFailure = onFailure;
  }

  /** With values or without, as mysql2 has it. */
  query(sql: string, ...rest: [Callback<SqlRow[]>] | [readonly Value[], Callback<SqlRow[]>]): void {
    const [values, callback] = rest.length === 1 ? [[], rest[0]] : rest;
    this.run(sql, values).then(
      (rows) => callback(null, rows),
      (error: unknown) => callback(error),
    );
  }

  /** The values are keys of letters and digits, and numbers. */
  async run(sql: string, values: readonly Value[]): Promise<SqlRow[]> {
    try {
      return await this.#connection.command(format(sql, [...values]), this.#deadline);
    } catch (error) {
      this.#isSpoilt = true;
      this.#onFailure();
      throw error;
    }
  }

  /** Is asked for only after a failure, and then the connection goes, and the transaction with it. */
  rollback(): void {
    this.#isSpoilt = true;
  }

  release(): void {
    this.#isSpoilt ? this.#pool.drop(this.#connection) : this.#pool.give(this.#connection);
  }
}

function pool(target: MysqlTarget, host: MysqlHost): MysqlPool {
  const options = connectionOptions(target, host);
  return new MysqlPool((deadline) => MysqlConnection.open(options, deadline), MAX_CONNECTIONS);
}
