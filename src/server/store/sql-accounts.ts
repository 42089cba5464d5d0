// The table of accounts over the shared SQL: constant text, single rows, UNIQUE keys, no read-then-write.

import type { AccountTable } from "./account-store.js";
import { ACCOUNTS_PER_PAGE, MAX_PREFIXES } from "./account-store.js";
import { writeTold } from "./sql-audit.js";
import type { SqlDatabase, SqlStatement } from "./sql-database.js";
import { ACCOUNT_COLUMNS, accountOf, integer, text } from "./sql-row.js";

const INSERT =
  "INSERT INTO accounts (account_id, username, password_hash, password_version, request_id, created_at_ms) " +
  "VALUES (?, ?, ?, 1, ?, ?)";
const SELECT_BY_REQUEST = `SELECT ${ACCOUNT_COLUMNS} FROM accounts a WHERE a.request_id = ?`;
/**
 * There is always a row, with a decoy's values where there is no account: a name that nobody has is as much work, to the
 * database and to its driver, as one that somebody has.
 */
const SELECT_BY_NAME =
  "SELECT COALESCE(a.account_id, d.id) AS account_id, COALESCE(a.username, d.id) AS username, " +
  "COALESCE(a.password_hash, d.hash) AS password_hash, COALESCE(a.password_version, 1) AS password_version, " +
  "COALESCE(a.request_id, d.id) AS request_id, COALESCE(a.created_at_ms, 1700000000000) AS created_at_ms, " +
  "a.disabled_at_ms AS disabled_at_ms, COALESCE(a.login_count, 0) AS login_count, " +
  "a.last_login_at_ms AS last_login_at_ms, a.account_id IS NULL AS is_decoy " +
  `FROM (SELECT x'${"6465636f79000000".repeat(2)}' AS id, '$scrypt$ln=15,r=8,p=3$${"A".repeat(22)}$${"A".repeat(43)}' AS hash) d ` +
  "LEFT JOIN accounts a ON a.username = ?";
const SELECT_HASH_UNLIKE = `SELECT a.password_hash FROM accounts a WHERE ${Array(MAX_PREFIXES).fill("a.password_hash NOT LIKE ?").join(" AND ")} LIMIT 1`;
const SELECT_HASH_LIKE =
  "SELECT a.password_hash FROM accounts a WHERE a.password_hash LIKE ? AND a.password_hash NOT LIKE ? LIMIT 1";
const SELECT_PAGE = `SELECT ${ACCOUNT_COLUMNS} FROM accounts a WHERE a.username > ? ORDER BY a.username LIMIT ${ACCOUNTS_PER_PAGE}`;
const REPLACE_HASH = "UPDATE accounts SET password_hash = ? WHERE account_id = ? AND password_version = ?";
const CHANGE_PASSWORD =
  "UPDATE accounts SET password_hash = ?, password_version = password_version + 1 " +
  "WHERE account_id = ? AND password_version = ? AND disabled_at_ms IS NULL";
/** Matches the row of a session that is still there; another server that ends it at the same time clashes with this. */
const HOLD_SESSION =
  "UPDATE sessions SET last_used_at_ms = last_used_at_ms + 1 WHERE token_hash = ? AND account_id = ?";
const DELETE_OTHER_SESSIONS = "DELETE FROM sessions WHERE account_id = ? AND token_hash <> ?";
const DISABLE = "UPDATE accounts SET disabled_at_ms = ? WHERE account_id = ? AND disabled_at_ms IS NULL";
const ENABLE = "UPDATE accounts SET disabled_at_ms = NULL WHERE account_id = ? AND disabled_at_ms IS NOT NULL";
const DELETE_SESSION = "DELETE FROM sessions WHERE token_hash = ? AND account_id = ?";
const DELETE_UNCHANGED = "DELETE FROM accounts WHERE account_id = ? AND password_version = ?";
const DELETE_ACCOUNT = "DELETE FROM accounts WHERE account_id = ?";
const DELETE_SESSIONS = "DELETE FROM sessions WHERE account_id = ?";
const DELETE_CODE = "DELETE FROM reset_codes WHERE account_id = ?";
const DELETE_EVENTS = "DELETE FROM audit_events WHERE account_id = ?";

export function sqlAccounts(database: SqlDatabase): AccountTable {
  return {
    async register({ accountId, username, passwordHash, requestId, createdAtMs }, event) {
      const request = Buffer.from(requestId);
      const values = [Buffer.from(accountId), name(username), passwordHash, request, String(createdAtMs)];
      if (await writeTold(database, [{ sql: INSERT, values }], event)) {
        return { kind: "registered" };
      }
      const [row] = await database.query({ sql: SELECT_BY_REQUEST, values: [request] });
      return row === undefined ? { kind: "username_taken" } : { kind: "repeated", account: accountOf(row) };
    },
    async findAccount(username) {
      const [row] = await database.query({ sql: SELECT_BY_NAME, values: [name(username)] });
      const account = row === undefined ? undefined : accountOf(row);
      return row === undefined || integer(row, "is_decoy") === 1 ? undefined : account;
    },
    async findHashUnlike(prefixes) {
      // The statement is constant: where there are fewer, the first one stands several times.
      const patterns = Array.from({ length: MAX_PREFIXES }, (_, index) => `${prefixes[index] ?? prefixes[0] ?? ""}%`);
      const [row] = await database.query({ sql: SELECT_HASH_UNLIKE, values: patterns });
      return row === undefined ? undefined : text(row, "password_hash");
    },
    async findHashLike(prefix, unlike) {
      const values = [`${prefix}%`, unlike === "" ? "" : `${unlike}%`];
      const [row] = await database.query({ sql: SELECT_HASH_LIKE, values });
      return row === undefined ? undefined : text(row, "password_hash");
    },
    async listAccounts(afterUsername) {
      return (await database.query({ sql: SELECT_PAGE, values: [name(afterUsername)] })).map(accountOf);
    },
    async replacePasswordHash({ accountId, passwordVersion }, passwordHash) {
      const values = [passwordHash, Buffer.from(accountId), String(passwordVersion)];
      const [matched] = await database.write([{ sql: REPLACE_HASH, values }]);
      return matched === 1;
    },
    changePassword({ account, passwordHash, keptTokenHash }, event) {
      const id = Buffer.from(account.accountId);
      const kept = Buffer.from(keptTokenHash);
      const statements: SqlStatement[] = [
        { sql: CHANGE_PASSWORD, values: [passwordHash, id, String(account.passwordVersion)], mustMatch: true },
        { sql: HOLD_SESSION, values: [kept, id], mustMatch: true },
        { sql: DELETE_OTHER_SESSIONS, values: [id, kept] },
        { sql: DELETE_CODE, values: [id] },
      ];
      return writeTold(database, statements, event);
    },
    disableAccount(accountId, atMs, event) {
      const id = Buffer.from(accountId);
      const disable: SqlStatement = { sql: DISABLE, values: [String(atMs), id], mustMatch: true };
      return writeTold(database, [disable, { sql: DELETE_SESSIONS, values: [id] }], event);
    },
    enableAccount(accountId, event) {
      return writeTold(database, [{ sql: ENABLE, values: [Buffer.from(accountId)], mustMatch: true }], event);
    },
    deleteAccount(accountId, event, proof) {
      const id = Buffer.from(accountId);
      const all = [DELETE_SESSIONS, DELETE_CODE, DELETE_EVENTS].map((sql) => ({ sql, values: [id] }));
      if (proof === undefined) {
        return writeTold(database, [{ sql: DELETE_ACCOUNT, values: [id], mustMatch: true }, ...all], event);
      }
      const { tokenHash, passwordVersion } = proof;
      const statements: SqlStatement[] = [
        { sql: DELETE_SESSION, values: [Buffer.from(tokenHash), id], mustMatch: true },
        { sql: DELETE_UNCHANGED, values: [id, String(passwordVersion)], mustMatch: true },
        ...all,
      ];
      return writeTold(database, statements, event);
    },
  };
}

/** Names are stored and compared as bytes: a collation would hold jose and josé for one. */
function name(username: string): Buffer {
  return Buffer.from(username);
}
