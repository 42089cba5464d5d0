// One SQLite file through libsql, which is synchronous: short statements, and waiting for locks outside of it.

import { closeSync, existsSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "libsql";
import { FileIdentity } from "./file-identity.js";
import {
  checksumOf,
  INSERT_MIGRATION,
  type Migration,
  missingMigrations,
  refuseOlder,
  type SchemaOptions,
  SELECT_MIGRATIONS,
} from "./migration.js";
import type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from "./sql-database.js";
import { fromSqliteError } from "./sqlite-error.js";
import { SQLITE_MIGRATION_TABLE, SQLITE_MIGRATIONS } from "./sqlite-migrations.js";
import { StoreError } from "./store-error.js";

export interface SqliteOptions extends SchemaOptions {
  /** How long an operation may wait for another process's lock. Default 5,000. */
  readonly operationTimeoutMs?: number | undefined;
}

const SELECT_MIGRATION_TABLE = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'";
type Prepared = Database.Statement<unknown[]>;

/** SQLite blocks the whole process while it waits for a lock, so it waits briefly and we wait the rest. */
const BUSY_TIMEOUT_MS = 20;
const RETRY_PAUSE_MS = 15;
const DEFAULT_TIMEOUT_MS = 5_000;
/** All statements are constants, so there are few. */
const MAX_PREPARED = 50;

export class SqliteDatabase implements SqlDatabase {
  readonly label: string;
  readonly #database: Database.Database;
  readonly #operationTimeoutMs: number;
  readonly #prepared = new Map<string, Prepared>();
  /** The file and its journal, once they are in use. */
  #files: readonly FileIdentity[] = [];

  /** Opens or creates the file (mode 0600) and brings its schema up to date. @throws StoreError */
  static async open(file: string, options: SqliteOptions = {}): Promise<SqliteDatabase> {
    const database = new SqliteDatabase(file, options);
    try {
      await database.#patiently(() => database.#prepareFile());
      await database.#migrate(options);
      database.#files = identitiesOf(file);
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  private constructor(file: string, options: SqliteOptions) {
    this.label = file;
    this.#operationTimeoutMs = options.operationTimeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (options.migrate === false && !existsSync(file)) {
      throw new StoreError("cannot_open", `${file}: there is no such database; to make it, run: server migrate`);
    }
    this.#database = openFile(file);
  }

  query({ sql, values }: SqlStatement): Promise<SqlRow[]> {
    return this.#patiently(() =>
      this.#statement(sql)
        .all([...values])
        .filter(isRow),
    );
  }

  write(statements: readonly SqlStatement[]): Promise<number[]> {
    return this.#patiently(() => {
      this.#checkFiles();
      return this.#batch(statements);
    });
  }

  nodes(): readonly [] {
    return [];
  }

  async close(): Promise<void> {
    if (!this.#database.open) {
      return;
    }
    this.#prepared.clear();
    // libsql lets go of the file only when its statements are collected, so the journal is emptied here.
    this.#emptyJournal();
    this.#database.close();
  }

  /** Failing is no harm: the next start reads the journal. */
  #emptyJournal(): void {
    try {
      this.#database.pragma("wal_checkpoint(TRUNCATE)");
    } catch {
      return;
    }
  }

  #prepareFile(): void {
    // Readers and one writer side by side; and what was acknowledged survives a power cut, not only a crash.
    this.#database.pragma("journal_mode = WAL");
    this.#database.pragma("synchronous = FULL");
    this.#database.pragma("foreign_keys = ON");
  }

  /** IMMEDIATE takes the write lock first, so of several servers that start at once one migrates and the others find it done. */
  async #migrate({ migrate = true, onMigrated }: SchemaOptions): Promise<void> {
    const done = await this.#patiently(() => {
      if (!migrate) {
        refuseOlder(this.#missing(), this.label);
        return [];
      }
      return this.#transaction(() => this.#applyMissing());
    });
    for (const migration of done) {
      onMigrated?.(migration);
    }
  }

  #applyMissing(): Migration[] {
    this.#database.exec(SQLITE_MIGRATION_TABLE);
    const missing = this.#missing();
    for (const migration of missing) {
      this.#database.exec(migration.sql);
      this.#run(INSERT_MIGRATION, [String(migration.version), checksumOf(migration), String(Date.now())]);
    }
    return missing;
  }

  #missing(): Migration[] {
    const isNew = this.#database.prepare(SELECT_MIGRATION_TABLE).all([]).length === 0;
    const rows = isNew ? [] : this.#database.prepare(SELECT_MIGRATIONS).all([]).filter(isRow);
    return missingMigrations(SQLITE_MIGRATIONS, rows);
  }

  #batch(statements: readonly SqlStatement[]): number[] {
    const changed: number[] = [];
    const isWhole = (): boolean =>
      statements.every(({ sql, values, mustMatch }) => {
        const count = this.#run(sql, values);
        changed.push(count);
        return count > 0 || mustMatch !== true;
      });
    this.#transaction(isWhole, (whole) => whole);
    return changed;
  }

  #transaction<T>(work: () => T, isToStand: (result: T) => boolean = () => true): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec(isToStand(result) ? "COMMIT" : "ROLLBACK");
      return result;
    } catch (error) {
      if (this.#database.inTransaction) {
        this.#database.exec("ROLLBACK");
      }
      throw error;
    }
  }

  /** What went into a file that was deleted would be acknowledged and lost. */
  #checkFiles(): void {
    for (const { loss } of this.#files) {
      if (loss !== undefined) {
        const advice = "nothing is stored until it is back or the server is started again";
        throw new StoreError("unavailable", `${this.label}: the database was ${loss} while in use; ${advice}`);
      }
    }
  }

  #run(sql: string, values: readonly SqlValue[]): number {
    return this.#statement(sql).run([...values]).changes;
  }

  /** Parameters go as one array, always: libsql aborts the process on a bare Buffer. */
  #statement(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) {
      return known;
    }
    if (this.#prepared.size >= MAX_PREPARED) {
      this.#prepared.clear();
    }
    const statement = this.#database.prepare(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }

  /** Tries again while another process holds the lock, with the event loop free in between. */
  async #patiently<T>(work: () => T): Promise<T> {
    const deadline = Date.now() + this.#operationTimeoutMs;
    for (;;) {
      if (!this.#database.open) {
        throw new StoreError("closed", `${this.label}: the store is closed`);
      }
      try {
        return work();
      } catch (cause) {
        const error = fromSqliteError(cause, this.label);
        if (error.code !== "conflict") {
          throw error;
        }
        if (Date.now() + RETRY_PAUSE_MS >= deadline) {
          throw new StoreError("timeout", error.message, { cause });
        }
      }
      await sleep(RETRY_PAUSE_MS * (0.5 + Math.random()));
    }
  }
}

function identitiesOf(file: string): FileIdentity[] {
  return [file, `${file}-wal`].map((name) => new FileIdentity(resolve(name)));
}

function openFile(file: string): Database.Database {
  try {
    // Made here first, for SQLite would make it readable by everyone; its -wal and -shm files take the same mode.
    closeSync(openSync(file, "a", 0o600));
    return new Database(resolve(file), { timeout: BUSY_TIMEOUT_MS });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    const message = `${file}: the database file cannot be opened${code}; check that its folder exists and is writable`;
    throw new StoreError("cannot_open", message, { cause });
  }
}

function isRow(value: unknown): value is SqlRow {
  return typeof value === "object" && value !== null;
}
