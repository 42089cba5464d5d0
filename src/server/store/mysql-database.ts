// A MySQL-compatible database of one or several nodes: deadlines, retries and atomic batches in one place.

import { setTimeout as sleep } from "node:timers/promises";
import { type MysqlHost, type MysqlTarget, mysqlHostLabel, mysqlLabel } from "./database-url.js";
import { type Deadline, deadlineIn, monotonicMs } from "./deadline.js";
import { MysqlConnection } from "./mysql-connection.js";
import { connectionOptions } from "./mysql-connection-options.js";
import { fromMysqlError, type MysqlFailure, outageOf } from "./mysql-error.js";
import { MysqlFailover } from "./mysql-failover.js";
import { MysqlNode } from "./mysql-node.js";
import { setUp } from "./mysql-session-set-up.js";
import type { SqlDatabase, SqlRow, SqlStatement } from "./sql-database.js";
import type { StoreNode } from "./store-condition.js";
import { StoreError } from "./store-error.js";

/** A node of the database that went away or came back. */
export interface DatabaseNodeChange {
  /** `HOST:PORT`. */
  readonly node: string;
  /** Why it is down; undefined when it is up again. */
  readonly outage: StoreError | undefined;
}

export interface MysqlOptions {
  /** How long an operation may take in all, with its waiting and its retries. Default 5,000. */
  readonly operationTimeoutMs?: number | undefined;
  /** To each node. Default 8. */
  readonly maxConnections?: number | undefined;
  readonly onNodeChange?: ((change: DatabaseNodeChange) => void) | undefined;
}

/** Work on one connection, each step of which ends by the deadline. It may be done again on another one. */
type Work<T> = (connection: MysqlConnection, deadline: Deadline) => Promise<T>;

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_CONNECTIONS = 8;
/** Of the time of an operation, what one node of several may take before another is asked. */
const ATTEMPT_SHARE = 0.4;
const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 200;

export class MysqlDatabase implements SqlDatabase {
  readonly label: string;
  readonly #failover: MysqlFailover;
  readonly #operationTimeoutMs: number;
  #isClosed = false;

  /** Connects once, to learn whether it can. @throws StoreError */
  static async open(target: MysqlTarget, options: MysqlOptions = {}): Promise<MysqlDatabase> {
    const database = new MysqlDatabase(target, options);
    try {
      await database.query({ sql: "SELECT 1", values: [] });
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  private constructor(target: MysqlTarget, options: MysqlOptions) {
    this.label = mysqlLabel(target);
    this.#operationTimeoutMs = options.operationTimeoutMs ?? DEFAULT_TIMEOUT_MS;
    const [first, ...others] = target.hosts;
    const node = (host: MysqlHost): MysqlNode => this.#node(target, host, options);
    this.#failover = new MysqlFailover([node(first), ...others.map(node)]);
  }

  query(statement: SqlStatement): Promise<SqlRow[]> {
    return this.#patiently((connection, deadline) => connection.select(statement, deadline));
  }

  write(statements: readonly SqlStatement[]): Promise<number[]> {
    return this.#patiently((connection, deadline) => runBatch(connection, statements, deadline));
  }

  /** Statements that change the schema: each commits by itself, and must be harmless to repeat. */
  async define(sql: string): Promise<void> {
    await this.#patiently((connection, deadline) => connection.command(sql, deadline));
  }

  nodes(): readonly StoreNode[] {
    return this.#failover.nodes;
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      await this.#failover.close();
    }
  }

  #node(target: MysqlTarget, host: MysqlHost, options: MysqlOptions): MysqlNode {
    const settings = connectionOptions(target, host);
    const { onNodeChange } = options;
    return new MysqlNode({
      name: mysqlHostLabel(host),
      isAlone: target.hosts.length === 1,
      maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      translate: (cause) => outageOf(cause, this.label),
      open: async (deadline) => {
        const connection = await MysqlConnection.open(settings, deadline);
        try {
          await setUp(connection, this.#operationTimeoutMs, deadline);
          return connection;
        } catch (error) {
          connection.destroy();
          throw error;
        }
      },
      onChange: ({ name, outage }) => {
        this.#failover.wake();
        onNodeChange?.({ node: name, outage: outage?.error });
      },
    });
  }

  /** Does the work again while it fails for a passing reason. All work here may be done twice; see {@link SqlDatabase}. */
  async #patiently<T>(work: Work<T>): Promise<T> {
    const deadline = deadlineIn(this.#operationTimeoutMs);
    let maybeDone = false;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      const outcome = await this.#attempt(work, deadline);
      if (!("error" in outcome)) {
        return outcome.value;
      }
      const { error, isPassing } = outcome;
      maybeDone ||= error.maybeDone;
      if (!isPassing || monotonicMs() + pauseMs >= deadline) {
        throw new StoreError(error.code, error.message, { maybeDone, cause: error.cause });
      }
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }

  async #attempt<T>(work: Work<T>, deadline: Deadline): Promise<{ value: T } | MysqlFailure> {
    let node: MysqlNode;
    let connection: MysqlConnection | undefined;
    try {
      node = await this.#choose(deadline);
    } catch (cause) {
      return { ...fromMysqlError(cause, this.label, false), isPassing: false };
    }
    const limit = this.#failover.isCluster ? this.#attemptDeadline(deadline) : deadline;
    try {
      connection = await node.take(limit);
      const value = await work(connection, limit);
      node.give(connection);
      return { value };
    } catch (cause) {
      const failure = fromMysqlError(cause, this.label, connection !== undefined);
      if (connection === undefined) {
        // Another node may take what this one refuses; when none is up, choosing one says why.
        return { ...failure, isPassing: failure.isPassing || this.#failover.isCluster };
      }
      await this.#settle(node, connection, failure, limit);
      return failure;
    }
  }

  #choose(deadline: Deadline): Promise<MysqlNode> {
    if (this.#isClosed) {
      throw new StoreError("closed", "the store is closed");
    }
    return this.#failover.choose(deadline);
  }

  #attemptDeadline(deadline: Deadline): Deadline {
    return Math.min(deadline, deadlineIn(this.#operationTimeoutMs * ATTEMPT_SHARE));
  }

  /** A row that was refused leaves the connection whole. Else nobody shall have it: failures are rare, and connections cheap. */
  async #settle(node: MysqlNode, connection: MysqlConnection, failure: MysqlFailure, limit: Deadline): Promise<void> {
    if (failure.isNodeDown) {
      node.fail(outageOf(failure.error, this.label), connection.openedAtMs);
    }
    if (failure.error.code !== "duplicate" && failure.error.code !== "conflict") {
      node.drop(connection);
      return;
    }
    if (connection.isInTransaction) {
      await connection.rollBack(limit).catch(() => connection.destroy());
    }
    node.give(connection);
  }
}

/** One statement commits by itself; several stand or fall together. */
async function runBatch(
  connection: MysqlConnection,
  statements: readonly SqlStatement[],
  deadline: Deadline,
): Promise<number[]> {
  const [first] = statements;
  if (first !== undefined && statements.length === 1) {
    return [await connection.change(first, deadline)];
  }
  await connection.begin(deadline);
  const changed: number[] = [];
  for (const statement of statements) {
    const matched = await connection.change(statement, deadline);
    changed.push(matched);
    if (matched === 0 && statement.mustMatch === true) {
      await connection.rollBack(deadline);
      return changed;
    }
  }
  await connection.commit(deadline);
  return changed;
}
