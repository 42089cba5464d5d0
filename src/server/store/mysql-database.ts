// A MySQL-compatible database through a pool of mysql2: deadlines, retries and atomic batches in one place.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createPool, type Pool, type PoolOptions } from "mysql2/promise";
import { type MysqlTarget, mysqlLabel } from "./database-url.js";
import { fromMysqlError, type MysqlFailure } from "./mysql-error.js";
import { type Deadline, destroyConnection, MysqlSession } from "./mysql-session.js";
import type { SqlDatabase, SqlRow, SqlStatement } from "./sql-database.js";
import { StoreError } from "./store-error.js";

export interface MysqlOptions {
  /** How long an operation may take in all, with its waiting and its retries. Default 5,000. */
  readonly operationTimeoutMs?: number | undefined;
  /** Default 8. */
  readonly maxConnections?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_CONNECTIONS = 8;
const MAX_QUEUED = 1_000;
/** Connections that are refused or break are tried again for this long: the time of a restart. */
const RECONNECT_MS = 2_500;
const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 200;
const CLOSE_MS = 1_000;
const SELECT_VERSION: SqlStatement = { sql: "SELECT VERSION() AS version", values: [] };

export class MysqlDatabase implements SqlDatabase {
  readonly label: string;
  readonly #pool: Pool;
  readonly #operationTimeoutMs: number;
  readonly #connections = new Set<{ destroy(): void }>();
  /** What each session is told first; depends on whose database it is. */
  #setUp: string | undefined;
  #isClosed = false;

  /** Connects once, to learn whether it can. @throws StoreError */
  static async open(target: MysqlTarget, options: MysqlOptions = {}): Promise<MysqlDatabase> {
    const database = new MysqlDatabase(target, options);
    try {
      const [row] = await database.query(SELECT_VERSION);
      database.#setUp = sessionSetUp(String(row?.["version"]), database.#operationTimeoutMs);
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  private constructor(target: MysqlTarget, options: MysqlOptions) {
    this.label = mysqlLabel(target);
    this.#operationTimeoutMs = options.operationTimeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#pool = createPool(
      poolOptions(target, options.maxConnections ?? DEFAULT_MAX_CONNECTIONS, this.#operationTimeoutMs),
    );
    this.#pool.on("connection", (connection) => {
      this.#connections.add(connection);
      Reflect.apply(connection.once, connection, ["end", () => this.#connections.delete(connection)]);
    });
  }

  query(statement: SqlStatement): Promise<SqlRow[]> {
    return this.#patiently((session) => session.select(statement));
  }

  write(statements: readonly SqlStatement[]): Promise<number[]> {
    return this.#patiently((session) => runBatch(session, statements));
  }

  /** Statements that change the schema: each commits by itself, and must be harmless to repeat. */
  async define(sql: string): Promise<void> {
    await this.#patiently((session) => session.command(sql));
  }

  async close(): Promise<void> {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    const ended = this.#pool.end().catch(() => undefined);
    await Promise.race([ended, sleep(CLOSE_MS, undefined, { ref: false })]);
    for (const connection of this.#connections) {
      destroyConnection(connection);
    }
  }

  /** Does the work again while it fails for a passing reason. All work here may be done twice; see {@link SqlDatabase}. */
  async #patiently<T>(work: (session: MysqlSession) => Promise<T>): Promise<T> {
    const startedMs = Date.now();
    const deadline = startedMs + this.#operationTimeoutMs;
    let maybeDone = false;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      const outcome = await this.#attempt(work, deadline);
      if (!("error" in outcome)) {
        return outcome.value;
      }
      const { error, isPassing, isConnectionLost } = outcome;
      maybeDone ||= error.maybeDone;
      const giveUpMs = isConnectionLost ? Math.min(deadline, startedMs + RECONNECT_MS) : deadline;
      if (!isPassing || Date.now() + pauseMs >= giveUpMs) {
        throw new StoreError(error.code, error.message, { maybeDone, cause: error.cause });
      }
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }

  async #attempt<T>(
    work: (session: MysqlSession) => Promise<T>,
    deadline: Deadline,
  ): Promise<{ value: T } | MysqlFailure> {
    if (this.#isClosed) {
      return fromMysqlError(new StoreError("closed", "the store is closed"), this.label, false);
    }
    let session: MysqlSession | undefined;
    try {
      session = await MysqlSession.take(this.#pool, deadline);
      if (this.#setUp !== undefined) {
        await session.command(this.#setUp);
      }
      const value = await work(session);
      session.release();
      return { value };
    } catch (cause) {
      // Whatever state the connection is in, nobody else shall have it. Failures are rare, and connections cheap.
      const isRefusedRow = fromMysqlError(cause, this.label, true).error.code === "duplicate";
      isRefusedRow ? session?.release() : session?.destroy();
      return fromMysqlError(cause, this.label, session !== undefined);
    }
  }
}

/** One statement commits by itself; several stand or fall together. The reset of the connection rolls back what failed. */
async function runBatch(session: MysqlSession, statements: readonly SqlStatement[]): Promise<number[]> {
  const [first] = statements;
  if (first !== undefined && statements.length === 1) {
    return [await session.change(first)];
  }
  await session.command("START TRANSACTION");
  const changed: number[] = [];
  for (const statement of statements) {
    changed.push(await session.change(statement));
  }
  await session.command("COMMIT");
  return changed;
}

function poolOptions(target: MysqlTarget, maxConnections: number, operationTimeoutMs: number): PoolOptions {
  const { host, port, user, password, database, tls } = target;
  return {
    host,
    port,
    user,
    password,
    database,
    charset: "utf8mb4_bin",
    connectionLimit: maxConnections,
    queueLimit: MAX_QUEUED,
    waitForConnections: true,
    connectTimeout: Math.min(3_000, operationTimeoutMs),
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    maxPreparedStatements: 50,
    resetOnRelease: true,
    multipleStatements: false,
    supportBigNumbers: true,
    namedPlaceholders: false,
    // A server may ask for any file of ours otherwise.
    flags: ["-LOCAL_FILES"],
    ...(tls === "off"
      ? {}
      : { ssl: { verifyIdentity: true, rejectUnauthorized: true, minVersion: "TLSv1.2", ...caOf(tls) } }),
  };
}

function caOf(tls: "system" | { readonly caFile: string }): { ca?: string } {
  if (tls === "system") {
    return {};
  }
  try {
    return { ca: readFileSync(tls.caFile, "utf8") };
  } catch (cause) {
    throw new StoreError("bad_url", `--database: the file that tls= names cannot be read: ${tls.caFile}`, { cause });
  }
}

/**
 * The server's own limits end what we have given up. A lock is waited for less long than that, so that it is retried.
 * `wsrep_sync_wait` makes a node of Galera answer with what another one has acknowledged.
 */
function sessionSetUp(version: string, operationTimeoutMs: number): string {
  const lockSeconds = Math.max(1, Math.floor(operationTimeoutMs / 2_000));
  const limit = /mariadb/i.test(version)
    ? `max_statement_time = ${operationTimeoutMs / 1000}, wsrep_sync_wait = 1`
    : `max_execution_time = ${Math.ceil(operationTimeoutMs)}`;
  return `SET SESSION sql_mode = 'STRICT_ALL_TABLES', innodb_lock_wait_timeout = ${lockSeconds}, ${limit}`;
}
