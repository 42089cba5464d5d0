// Brings a MySQL schema up to date, one server at a time: a lease in a row, since GET_LOCK reaches one node of a cluster only.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { MysqlTarget } from "./database-url.js";
import {
  checksumOf,
  INSERT_MIGRATION,
  type Migration,
  missingMigrations,
  refuseOlder,
  type SchemaOptions,
  SELECT_MIGRATIONS,
} from "./migration.js";
import { MysqlDatabase } from "./mysql-database.js";
import { MYSQL_MIGRATION_TABLES, MYSQL_MIGRATIONS } from "./mysql-migrations.js";
import { StoreError } from "./store-error.js";

/** So long the others wait for a server that dies while it migrates. One that lives renews its lease all the time. */
const LEASE_S = 15;
const RENEW_MS = 4_000;
/** For one statement: an index of a large table takes its time. */
const DEFINE_MS = 10 * 60_000;
const WAIT_MS = 60_000;
const POLL_MS = 50;
/** Times are those of the database and not of the servers. */
const TAKE_LEASE = `INSERT INTO schema_lease (lease_id, holder, expires_at_s) VALUES (1, ?, UNIX_TIMESTAMP() + ${LEASE_S})`;
const TAKE_OVER_LEASE =
  `UPDATE schema_lease SET holder = ?, expires_at_s = UNIX_TIMESTAMP() + ${LEASE_S} ` +
  "WHERE lease_id = 1 AND (holder = ? OR expires_at_s < UNIX_TIMESTAMP())";
const GIVE_BACK_LEASE = "DELETE FROM schema_lease WHERE holder = ?";

/** On connections of its own, for statements here take longer than those of users may. @throws StoreError */
export async function migrateMysql(
  database: MysqlDatabase,
  target: MysqlTarget,
  options: SchemaOptions = {},
): Promise<void> {
  const behind = await missing(database);
  if (behind.length === 0) {
    return;
  }
  if (options.migrate === false) {
    refuseOlder(behind, database.label);
  }
  const definer = await MysqlDatabase.open(target, { operationTimeoutMs: DEFINE_MS, maxConnections: 1 });
  try {
    for (const sql of MYSQL_MIGRATION_TABLES) {
      await definer.define(sql);
    }
    await withLease(database, (holder) => migrateMissing(database, definer, holder, options));
  } finally {
    await definer.close();
  }
}

async function migrateMissing(
  database: MysqlDatabase,
  definer: MysqlDatabase,
  holder: Buffer,
  options: SchemaOptions,
): Promise<void> {
  for (const migration of await missing(database)) {
    // Whoever lost it waits here: the one that took it over does the same work.
    await takeLease(database, holder);
    await define(definer, migration.sql);
    await note(database, migration);
    options.onMigrated?.(migration);
  }
}

/** A lease that cannot be renewed, or given back, ends by itself: no reason to fail. */
async function withLease(database: MysqlDatabase, work: (holder: Buffer) => Promise<void>): Promise<void> {
  const holder = randomBytes(16);
  await takeLease(database, holder);
  const renew = (): void => void renewed(database, holder).catch(() => undefined);
  const timer = setInterval(renew, RENEW_MS);
  try {
    await work(holder);
  } finally {
    clearInterval(timer);
    await database.write([{ sql: GIVE_BACK_LEASE, values: [holder] }]).catch(() => undefined);
  }
}

async function missing(database: MysqlDatabase): Promise<Migration[]> {
  try {
    return missingMigrations(MYSQL_MIGRATIONS, await database.query({ sql: SELECT_MIGRATIONS, values: [] }));
  } catch (error) {
    if (error instanceof StoreError && error.code === "no_table") {
      return [...MYSQL_MIGRATIONS];
    }
    throw error;
  }
}

/** MySQL 8 knows no ADD COLUMN IF NOT EXISTS: a column that is there already was added before its server died. */
async function define(database: MysqlDatabase, sql: string): Promise<void> {
  try {
    await database.define(sql);
  } catch (error) {
    if (!(error instanceof StoreError && error.code === "duplicate")) {
      throw error;
    }
  }
}

async function takeLease(database: MysqlDatabase, holder: Buffer): Promise<void> {
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += POLL_MS) {
    if ((await renewed(database, holder)) || (await inserted(database, TAKE_LEASE, [holder]))) {
      return;
    }
    await sleep(POLL_MS);
  }
  throw new StoreError(
    "conflict",
    `${database.label}: another server migrates the tables and does not end; look at that one`,
  );
}

async function renewed(database: MysqlDatabase, holder: Buffer): Promise<boolean> {
  const [changed] = await database.write([{ sql: TAKE_OVER_LEASE, values: [holder, holder] }]);
  return changed === 1;
}

async function note(database: MysqlDatabase, migration: Migration): Promise<void> {
  await inserted(database, INSERT_MIGRATION, [String(migration.version), checksumOf(migration), String(Date.now())]);
}

async function inserted(database: MysqlDatabase, sql: string, values: (string | Buffer)[]): Promise<boolean> {
  try {
    await database.write([{ sql, values }]);
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "duplicate") {
      return false;
    }
    throw error;
  }
}
