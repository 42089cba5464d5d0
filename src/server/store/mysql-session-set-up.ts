// What every new connection is told first, as far as the server at its other end knows the words.

import type { Deadline } from "./deadline.js";
import type { MysqlConnection } from "./mysql-connection.js";
import type { SqlRow } from "./sql-database.js";
import { StoreError } from "./store-error.js";

/** Asked and not guessed from a version, for MySQL, MariaDB, Galera, Percona, TiDB and Vitess differ in them freely. */
const SHOW_VARIABLES =
  "SHOW VARIABLES WHERE Variable_name IN " +
  "('read_only', 'innodb_lock_wait_timeout', 'max_statement_time', 'max_execution_time', 'wsrep_sync_wait')";
/** Reads, and updates and deletes, wait for what other nodes have acknowledged. Inserts clash with that by their keys. */
const SYNC_READS_AND_CHANGES = 3;

/** @throws StoreError `unavailable` for a node that takes no writes, as a replica does */
export async function setUp(
  connection: MysqlConnection,
  operationTimeoutMs: number,
  deadline: Deadline,
): Promise<void> {
  const variables = byName(await connection.command(SHOW_VARIABLES, deadline));
  if (isOn(variables.get("read_only"))) {
    throw new StoreError("unavailable", "the database node is read-only, as a replica is");
  }
  const settings = ["sql_mode = 'STRICT_ALL_TABLES'"];
  for (const [name, value] of wishes(operationTimeoutMs)) {
    if (variables.has(name)) {
      settings.push(`${name} = ${value}`);
    }
  }
  await connection.command(`SET SESSION ${settings.join(", ")}`, deadline);
}

/** The server's own limits end what we have given up. A lock is waited for less long than that, so that it is retried. */
function wishes(operationTimeoutMs: number): readonly (readonly [string, number])[] {
  return [
    ["innodb_lock_wait_timeout", Math.max(1, Math.floor(operationTimeoutMs / 2_000))],
    ["max_statement_time", operationTimeoutMs / 1_000],
    ["max_execution_time", Math.ceil(operationTimeoutMs)],
    ["wsrep_sync_wait", SYNC_READS_AND_CHANGES],
  ];
}

function byName(rows: readonly SqlRow[]): Map<string, string> {
  return new Map(rows.map((row) => [String(row["Variable_name"]).toLowerCase(), String(row["Value"])]));
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== "OFF" && value !== "0";
}
