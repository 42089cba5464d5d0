// Looks into the database itself, past the servers: which accounts are there, and how many connections it has.

import mysql from "mysql2/promise";
import type { Registered } from "./patient-calls.js";

const SHOWN = 3;

export class StoredAccounts {
  readonly #connection: mysql.Connection;

  /** `url` names one host. */
  static async open(url: string): Promise<StoredAccounts> {
    return new StoredAccounts(await mysql.createConnection(url));
  }

  private constructor(connection: mysql.Connection) {
    this.#connection = connection;
    connection.on("error", () => undefined);
  }

  close(): void {
    this.#connection.destroy();
  }

  /** Hexadecimal ids by names. */
  async all(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#rows(
      "SELECT CONVERT(username USING utf8mb4) AS name, HEX(account_id) AS id FROM accounts",
    );
    return new Map(rows.map(({ name, id }) => [String(name), String(id).toLowerCase()]));
  }

  /** The id; undefined when there is no such account. */
  async find(username: string): Promise<string | undefined> {
    const rows = await this.#rows("SELECT HEX(account_id) AS id FROM accounts WHERE username = ?", [username]);
    return rows[0] === undefined ? undefined : String(rows[0]["id"]).toLowerCase();
  }

  /** How many connections of servers the database has, this one not counted. */
  async connections(): Promise<number> {
    const rows = await this.#rows(
      "SELECT COUNT(*) AS count FROM information_schema.processlist WHERE id <> CONNECTION_ID()",
    );
    return Number(rows[0]?.["count"]);
  }

  async #rows(sql: string, values: readonly string[] = []): Promise<Record<string, unknown>[]> {
    const [rows] = await this.#connection.query<mysql.RowDataPacket[]>(
      sql,
      values.map((value) => Buffer.from(value)),
    );
    return rows;
  }
}

/** Sentences about those that are not there, or are there as others. */
export function lostOf(acknowledged: readonly Registered[], stored: ReadonlyMap<string, string>): string[] {
  const lost = acknowledged.filter(({ username, accountId }) => stored.get(username) !== accountId);
  const names = lost
    .slice(0, SHOWN)
    .map(({ username }) => `${username} (${stored.has(username) ? "another id" : "gone"})`);
  return lost.length === 0 ? [] : [`${lost.length} acknowledged registrations are lost: ${names.join(", ")}`];
}
