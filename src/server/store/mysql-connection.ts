// One connection to one database node: every step has a deadline, and one that passes takes the socket with it.

import { once } from "node:events";
import { Duplex } from "node:stream";
import { type Connection, type ConnectionOptions, createConnection, type ResultSetHeader } from "mysql2";
import { before, type Deadline, monotonicMs } from "./deadline.js";
import type { SqlRow, SqlStatement } from "./sql-database.js";
import { StoreError } from "./store-error.js";

/** What is bound: see {@link SqlStatement}. */
type Values = SqlStatement["values"];

export class MysqlConnection {
  readonly #connection: Connection;
  readonly openedAtMs = monotonicMs();
  #isBroken = false;
  #isInTransaction = false;

  /** @throws whatever mysql2 says, or StoreError `timeout`. */
  static async open(options: ConnectionOptions, deadline: Deadline): Promise<MysqlConnection> {
    const connection = new MysqlConnection(createConnection(options));
    try {
      await before(deadline, once(connection.#connection, "connect"));
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  private constructor(connection: Connection) {
    this.#connection = connection;
    const onBroken = (): void => {
      this.#isBroken = true;
    };
    connection.on("error", onBroken);
    connection.on("end", onBroken);
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whether it was begun and not ended: such a connection is for nobody else. */
  get isInTransaction(): boolean {
    return this.#isInTransaction;
  }

  /** Runs a constant statement as a prepared one: its values never become part of its text. */
  async select({ sql, values }: SqlStatement, deadline: Deadline): Promise<SqlRow[]> {
    const rows = await this.#step(deadline, this.#execute(sql, values));
    const all: unknown[] = Array.isArray(rows) ? rows : [];
    return all.filter(isRow);
  }

  /** Resolves with the rows that matched. */
  async change({ sql, values }: SqlStatement, deadline: Deadline): Promise<number> {
    const result = await this.#step(deadline, this.#execute(sql, values));
    return isHeader(result) ? result.affectedRows : 0;
  }

  /** A constant text that cannot be prepared everywhere, such as SET, SHOW and CREATE TABLE. */
  async command(sql: string, deadline: Deadline): Promise<SqlRow[]> {
    const [rows] = await this.#step(deadline, this.#connection.promise().query(sql));
    const all: unknown[] = Array.isArray(rows) ? rows : [];
    return all.filter(isRow);
  }

  async begin(deadline: Deadline): Promise<void> {
    this.#isInTransaction = true;
    await this.command("START TRANSACTION", deadline);
  }

  async commit(deadline: Deadline): Promise<void> {
    await this.command("COMMIT", deadline);
    this.#isInTransaction = false;
  }

  async rollBack(deadline: Deadline): Promise<void> {
    await this.command("ROLLBACK", deadline);
    this.#isInTransaction = false;
  }

  /** Takes leave of the server, which would note an aborted connection in its log otherwise. */
  async end(deadline: Deadline): Promise<void> {
    await before(deadline, this.#connection.promise().end()).catch(() => undefined);
    this.destroy();
  }

  /** mysql2's own `destroy` only says goodbye, and a frozen server never answers that: the socket must go. */
  destroy(): void {
    this.#isBroken = true;
    const stream: unknown = Reflect.get(this.#connection, "stream");
    this.#connection.destroy();
    if (stream instanceof Duplex) {
      stream.destroy();
    }
  }

  /** The types say what may be bound; this holds them to it, since a 0 or an object would match too much in MySQL. */
  async #execute(sql: string, values: Values): Promise<unknown> {
    if (!values.every((value) => value === null || typeof value === "string" || Buffer.isBuffer(value))) {
      throw new StoreError("internal", "only text and bytes are bound to statements");
    }
    const [result] = await this.#connection.promise().execute(sql, [...values]);
    return result;
  }

  #step<T>(deadline: Deadline, work: Promise<T>): Promise<T> {
    return before(deadline, work, () => this.destroy());
  }
}

function isRow(value: unknown): value is SqlRow {
  return typeof value === "object" && value !== null;
}

function isHeader(value: unknown): value is ResultSetHeader {
  return typeof value === "object" && value !== null && "affectedRows" in value;
}
