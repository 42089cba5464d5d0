// Sessions over the shared SQL.

import { MAX_SESSIONS_PER_ACCOUNT, type NewSession, type SessionStore, type SessionTimes } from "./session-store.js";
import { cutAddress, writeTold } from "./sql-audit.js";
import type { SqlDatabase, SqlRow, SqlStatement } from "./sql-database.js";
import { ACCOUNT_COLUMNS, accountOf, bytes, integer, text } from "./sql-row.js";

/**
 * Counts, so that the row changes: a cluster then sees that this and a change of the password, a disabling or a deletion on
 * another node cannot both stand, and no session outlives what should have ended it.
 */
const COUNT_LOGIN =
  "UPDATE accounts SET login_count = login_count + 1, last_login_at_ms = ? " +
  "WHERE account_id = ? AND password_version = ? AND disabled_at_ms IS NULL";
const INSERT =
  "INSERT INTO sessions (token_hash, session_id, account_id, created_at_ms, last_used_at_ms, expires_at_ms, address) " +
  "VALUES (?, ?, ?, ?, ?, ?, ?)";
/** Rows of the version before have no id and no address. */
const SESSION_ID = "COALESCE(s.session_id, SUBSTR(s.token_hash, 1, 16))";
const COLUMNS =
  `${SESSION_ID} AS session_id, s.created_at_ms AS session_created_at_ms, s.last_used_at_ms, s.expires_at_ms, ` +
  "COALESCE(s.address, '') AS session_address";
const SELECT =
  `SELECT ${ACCOUNT_COLUMNS}, ${COLUMNS} ` +
  "FROM sessions s JOIN accounts a ON a.account_id = s.account_id WHERE s.token_hash = ?";
/** More than there should be, and yet not without end. */
const LIST_LIMIT = 2 * MAX_SESSIONS_PER_ACCOUNT;
const NEWEST_FIRST = `ORDER BY s.created_at_ms DESC, s.token_hash DESC LIMIT ${LIST_LIMIT}`;
const SELECT_ALL = `SELECT ${COLUMNS} FROM sessions s WHERE s.account_id = ? ${NEWEST_FIRST}`;
const SELECT_HASHES = `SELECT s.token_hash FROM sessions s WHERE s.account_id = ? ${NEWEST_FIRST}`;
const TOUCH = "UPDATE sessions SET last_used_at_ms = ? WHERE token_hash = ? AND last_used_at_ms < ?";
const DELETE = "DELETE FROM sessions WHERE token_hash = ?";
const DELETE_BY_ID =
  "DELETE FROM sessions WHERE account_id = ? AND COALESCE(session_id, SUBSTR(token_hash, 1, 16)) = ?";
const DELETE_OTHERS = "DELETE FROM sessions WHERE account_id = ? AND token_hash <> ?";
const DELETE_ALL = "DELETE FROM sessions WHERE account_id = ?";
const PURGE_EXPIRED = "DELETE FROM sessions WHERE expires_at_ms < ?";
const PURGE_UNUSED = "DELETE FROM sessions WHERE last_used_at_ms < ?";

export function sqlSessions(database: SqlDatabase): SessionStore {
  return {
    async openSession(session, event) {
      const surplus = await surplusOf(database, session.accountId);
      return writeTold(database, [...opening(session), ...surplus], event);
    },
    async findSession(tokenHash) {
      const [row] = await database.query({ sql: SELECT, values: [Buffer.from(tokenHash)] });
      return row === undefined ? undefined : { ...timesOf(row), account: accountOf(row) };
    },
    async listSessions(accountId) {
      return (await database.query({ sql: SELECT_ALL, values: [Buffer.from(accountId)] })).map(timesOf);
    },
    async touchSession(tokenHash, usedAtMs) {
      const values = [String(usedAtMs), Buffer.from(tokenHash), String(usedAtMs)];
      await database.write([{ sql: TOUCH, values }]);
    },
    endSession(tokenHash, event) {
      return writeTold(database, [{ sql: DELETE, values: [Buffer.from(tokenHash)], mustMatch: true }], event);
    },
    revokeSession(accountId, sessionId, event) {
      const values = [Buffer.from(accountId), Buffer.from(sessionId)];
      return writeTold(database, [{ sql: DELETE_BY_ID, values, mustMatch: true }], event);
    },
    async endSessions(accountId, event, keptTokenHash) {
      const id = Buffer.from(accountId);
      const statement =
        keptTokenHash === undefined
          ? { sql: DELETE_ALL, values: [id] }
          : { sql: DELETE_OTHERS, values: [id, Buffer.from(keptTokenHash)] };
      await writeTold(database, [statement], event);
    },
    async purgeSessions(expiredBeforeMs, unusedSinceMs) {
      await database.write([{ sql: PURGE_EXPIRED, values: [String(expiredBeforeMs)] }]);
      await database.write([{ sql: PURGE_UNUSED, values: [String(unusedSinceMs)] }]);
    },
  };
}

function opening(session: NewSession): SqlStatement[] {
  const { tokenHash, sessionId, accountId, passwordVersion, address, createdAtMs, expiresAtMs } = session;
  const id = Buffer.from(accountId);
  const times = [String(createdAtMs), String(createdAtMs), String(expiresAtMs)];
  return [
    { sql: COUNT_LOGIN, values: [String(createdAtMs), id, String(passwordVersion)], mustMatch: true },
    { sql: INSERT, values: [Buffer.from(tokenHash), Buffer.from(sessionId), id, ...times, cutAddress(address)] },
  ];
}

/** What must go for one more to come. Reading first is no harm: a row that is gone by then is deleted all the same. */
async function surplusOf(database: SqlDatabase, accountId: Uint8Array): Promise<SqlStatement[]> {
  const rows = await database.query({ sql: SELECT_HASHES, values: [Buffer.from(accountId)] });
  return rows.slice(MAX_SESSIONS_PER_ACCOUNT - 1).map((row) => ({ sql: DELETE, values: [bytes(row, "token_hash")] }));
}

function timesOf(row: SqlRow): SessionTimes {
  return {
    sessionId: bytes(row, "session_id"),
    createdAtMs: integer(row, "session_created_at_ms"),
    lastUsedAtMs: integer(row, "last_used_at_ms"),
    expiresAtMs: integer(row, "expires_at_ms"),
    address: text(row, "session_address"),
  };
}
