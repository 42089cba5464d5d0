// The account store over SQL that SQLite, MySQL 8, MariaDB, Vitess and TiDB share: constant text, single rows, UNIQUE keys.

import { type AuditEvent, firstId } from "../audit-event.js";
import type {
  AccountRecord,
  AccountStore,
  NewAccount,
  NewSession,
  RegisterOutcome,
  SessionRecord,
} from "./account-store.js";
import type { SqlDatabase, SqlRow, SqlStatement } from "./sql-database.js";
import { accountOf, integer } from "./sql-row.js";
import { StoreError } from "./store-error.js";

const INSERT_ACCOUNT =
  "INSERT INTO accounts (account_id, username, password_hash, password_version, request_id, created_at_ms) " +
  "VALUES (?, ?, ?, 1, ?, ?)";
const ACCOUNT_COLUMNS = "a.account_id, a.username, a.password_hash, a.password_version, a.created_at_ms";
const SELECT_BY_REQUEST = `SELECT ${ACCOUNT_COLUMNS} FROM accounts a WHERE a.request_id = ?`;
const SELECT_BY_NAME = `SELECT ${ACCOUNT_COLUMNS} FROM accounts a WHERE a.username = ?`;
const UPDATE_HASH =
  "UPDATE accounts SET password_hash = ?, password_version = password_version + 1 " +
  "WHERE account_id = ? AND password_version = ?";
const INSERT_SESSION =
  "INSERT INTO sessions (token_hash, account_id, created_at_ms, last_used_at_ms, expires_at_ms) VALUES (?, ?, ?, ?, ?)";
const SELECT_SESSION =
  `SELECT ${ACCOUNT_COLUMNS}, s.created_at_ms AS session_created_at_ms, s.last_used_at_ms, s.expires_at_ms ` +
  "FROM sessions s JOIN accounts a ON a.account_id = s.account_id WHERE s.token_hash = ?";
const TOUCH_SESSION = "UPDATE sessions SET last_used_at_ms = ? WHERE token_hash = ? AND last_used_at_ms < ?";
const DELETE_SESSION = "DELETE FROM sessions WHERE token_hash = ?";
const PURGE_EXPIRED = "DELETE FROM sessions WHERE expires_at_ms < ?";
const PURGE_UNUSED = "DELETE FROM sessions WHERE last_used_at_ms < ?";
const INSERT_AUDIT =
  "INSERT INTO audit_events (event_id, kind, at_ms, account_id, username, address) VALUES (?, ?, ?, ?, ?, ?)";
/** Ids are ordered by time, so this reads only the old rows, by the primary key. */
const PURGE_FAILED_LOGINS = "DELETE FROM audit_events WHERE event_id < ? AND kind = 'login_failed'";
const MAX_ADDRESS_CHARACTERS = 64;

export class SqlAccountStore implements AccountStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  get label(): string {
    return this.#database.label;
  }

  async register(account: NewAccount, event: AuditEvent): Promise<RegisterOutcome> {
    const { accountId, username, passwordHash, requestId, createdAtMs } = account;
    const values = [Buffer.from(accountId), name(username), passwordHash, Buffer.from(requestId), String(createdAtMs)];
    const written = await this.#writeOnce([{ sql: INSERT_ACCOUNT, values }, audit(event)]);
    if (written) {
      return { kind: "registered" };
    }
    // A row stands in the way: of the same request, be it ours before its answer was lost, or of another with the name.
    const [row] = await this.#database.query({ sql: SELECT_BY_REQUEST, values: [Buffer.from(requestId)] });
    if (row === undefined) {
      return { kind: "username_taken" };
    }
    const found = accountOf(row);
    const isOurs = Buffer.compare(found.accountId, accountId) === 0;
    return isOurs ? { kind: "registered" } : { kind: "repeated", account: found };
  }

  async findAccount(username: string): Promise<AccountRecord | undefined> {
    const [row] = await this.#database.query({ sql: SELECT_BY_NAME, values: [name(username)] });
    return row === undefined ? undefined : accountOf(row);
  }

  /** A token's hash is as unique as the token: one that is there already was written by an attempt of this very call. */
  async openSession(session: NewSession, event: AuditEvent): Promise<void> {
    const { tokenHash, accountId, createdAtMs, expiresAtMs } = session;
    const times = [String(createdAtMs), String(createdAtMs), String(expiresAtMs)];
    const values = [Buffer.from(tokenHash), Buffer.from(accountId), ...times];
    await this.#writeOnce([{ sql: INSERT_SESSION, values }, audit(event)]);
  }

  async findSession(tokenHash: Uint8Array): Promise<SessionRecord | undefined> {
    const [row] = await this.#database.query({ sql: SELECT_SESSION, values: [Buffer.from(tokenHash)] });
    return row === undefined ? undefined : sessionOf(row);
  }

  async touchSession(tokenHash: Uint8Array, usedAtMs: number): Promise<void> {
    const values = [String(usedAtMs), Buffer.from(tokenHash), String(usedAtMs)];
    await this.#database.write([{ sql: TOUCH_SESSION, values }]);
  }

  async endSession(tokenHash: Uint8Array, event: AuditEvent): Promise<void> {
    await this.#writeOnce([{ sql: DELETE_SESSION, values: [Buffer.from(tokenHash)] }, audit(event)]);
  }

  async purgeSessions(expiredBeforeMs: number, unusedSinceMs: number): Promise<void> {
    await this.#database.write([{ sql: PURGE_EXPIRED, values: [String(expiredBeforeMs)] }]);
    await this.#database.write([{ sql: PURGE_UNUSED, values: [String(unusedSinceMs)] }]);
  }

  async replacePasswordHash(account: AccountRecord, passwordHash: string): Promise<boolean> {
    const values = [passwordHash, Buffer.from(account.accountId), String(account.passwordVersion)];
    const [changed] = await this.#database.write([{ sql: UPDATE_HASH, values }]);
    if (changed === 1) {
      return true;
    }
    // Either someone else was first, or an attempt of ours whose answer was lost: its salt makes our hash unmistakable.
    return (await this.findAccount(account.username))?.passwordHash === passwordHash;
  }

  async recordAudit(event: AuditEvent): Promise<void> {
    await this.#writeOnce([audit(event)]);
  }

  async purgeFailedLogins(beforeMs: number): Promise<void> {
    await this.#database.write([{ sql: PURGE_FAILED_LOGINS, values: [firstId(beforeMs)] }]);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** False when a key refused a row. For rows with keys that only this call knows, that means: written already. */
  async #writeOnce(statements: readonly SqlStatement[]): Promise<boolean> {
    try {
      await this.#database.write(statements);
      return true;
    } catch (error) {
      if (error instanceof StoreError && error.code === "duplicate") {
        return false;
      }
      throw error;
    }
  }
}

/** Names are stored and compared as bytes: a collation would hold jose and josé for one. */
function name(username: string): Buffer {
  return Buffer.from(username);
}

function audit(event: AuditEvent): SqlStatement {
  const { eventId, kind, atMs, accountId, username, address } = event;
  return {
    sql: INSERT_AUDIT,
    values: [
      Buffer.from(eventId),
      kind,
      String(atMs),
      accountId === undefined ? null : Buffer.from(accountId),
      username === undefined ? null : name(username),
      address.slice(0, MAX_ADDRESS_CHARACTERS),
    ],
  };
}

function sessionOf(row: SqlRow): SessionRecord {
  return {
    account: accountOf(row),
    createdAtMs: integer(row, "session_created_at_ms"),
    lastUsedAtMs: integer(row, "last_used_at_ms"),
    expiresAtMs: integer(row, "expires_at_ms"),
  };
}
