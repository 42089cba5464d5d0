// One connection taken from the pool for one piece of work, with an absolute deadline on every step.

import { Duplex } from "node:stream";
import type { Pool, PoolConnection, ResultSetHeader } from "mysql2/promise";
import type { SqlRow, SqlStatement } from "./sql-database.js";
import { StoreError } from "./store-error.js";

/** Milliseconds since 1970 by which the work must be done. */
export type Deadline = number;

export class MysqlSession {
  readonly #connection: PoolConnection;
  readonly #deadline: Deadline;

  /** Waits for a free connection until the deadline. mysql2 itself would wait for ever. */
  static async take(pool: Pool, deadline: Deadline): Promise<MysqlSession> {
    const taking = pool.getConnection();
    const connection = await before(deadline, taking, () => {
      // It may still come, with nobody there to use it.
      taking.then(
        (late) => late.release(),
        () => undefined,
      );
    });
    return new MysqlSession(connection, deadline);
  }

  private constructor(connection: PoolConnection, deadline: Deadline) {
    this.#connection = connection;
    this.#deadline = deadline;
  }

  /** Runs a constant statement as a prepared one: its values never become part of its text. */
  async select({ sql, values }: SqlStatement): Promise<SqlRow[]> {
    const [rows] = await this.#step(this.#connection.execute(sql, [...values]));
    const all: unknown[] = Array.isArray(rows) ? rows : [];
    return all.filter(isRow);
  }

  /** Resolves with the rows that matched. */
  async change({ sql, values }: SqlStatement): Promise<number> {
    const [result] = await this.#step(this.#connection.execute<ResultSetHeader>(sql, [...values]));
    return result.affectedRows;
  }

  /** A constant text that cannot be prepared everywhere, such as START TRANSACTION, SET and CREATE TABLE. */
  async command(sql: string): Promise<void> {
    await this.#step(this.#connection.query(sql));
  }

  /** Gives the connection back. The pool resets it, so that nothing of this work reaches the next. */
  release(): void {
    this.#connection.release();
  }

  destroy(): void {
    destroyConnection(this.#connection);
  }

  #step<T>(work: Promise<T>): Promise<T> {
    return before(this.#deadline, work, () => this.destroy());
  }
}

/** mysql2's own `destroy` only says goodbye, and a frozen server never answers that: the socket must go. */
export function destroyConnection(connection: { destroy(): void }): void {
  const core: unknown = Reflect.get(connection, "connection") ?? connection;
  const stream: unknown = typeof core === "object" && core !== null ? Reflect.get(core, "stream") : undefined;
  connection.destroy();
  if (stream instanceof Duplex) {
    stream.destroy();
  }
}

/** Rejects with StoreError `timeout` when the deadline passes first. */
async function before<T>(deadline: Deadline, work: Promise<T>, onLate: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const onTimeout = (): void => {
      onLate();
      reject(new StoreError("timeout", "the database did not answer in time"));
    };
    timer = setTimeout(onTimeout, Math.max(0, deadline - Date.now()));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isRow(value: unknown): value is SqlRow {
  return typeof value === "object" && value !== null;
}
