// Reset codes over the shared SQL.

import { MAX_RESET_TRIES, type ResetCodeStore } from "./reset-code-store.js";
import { writeTold } from "./sql-audit.js";
import type { SqlDatabase, SqlStatement } from "./sql-database.js";
import { bytes, integer } from "./sql-row.js";

/** Changes nothing, but matches the row, and keeps it from being deleted meanwhile. */
const HOLD_ACCOUNT = "UPDATE accounts SET login_count = login_count WHERE account_id = ?";
const DELETE_EARLIER = "DELETE FROM reset_codes WHERE account_id = ?";
const INSERT =
  "INSERT INTO reset_codes (account_id, reset_id, code_hash, created_at_ms, expires_at_ms, tries) VALUES (?, ?, ?, ?, ?, 0)";
const SELECT = "SELECT reset_id, code_hash, created_at_ms, expires_at_ms, tries FROM reset_codes WHERE account_id = ?";
const COUNT_TRY = `UPDATE reset_codes SET tries = tries + 1 WHERE account_id = ? AND reset_id = ? AND tries < ${MAX_RESET_TRIES}`;
const USE_UP = "DELETE FROM reset_codes WHERE account_id = ? AND reset_id = ?";
const CHANGE_PASSWORD =
  "UPDATE accounts SET password_hash = ?, password_version = password_version + 1 " +
  "WHERE account_id = ? AND password_version = ?";
const DELETE_SESSIONS = "DELETE FROM sessions WHERE account_id = ?";
const PURGE = "DELETE FROM reset_codes WHERE expires_at_ms < ?";

export function sqlResetCodes(database: SqlDatabase): ResetCodeStore {
  return {
    issueResetCode({ accountId, resetId, codeHash, createdAtMs, expiresAtMs }, event) {
      const id = Buffer.from(accountId);
      const values = [id, Buffer.from(resetId), Buffer.from(codeHash), String(createdAtMs), String(expiresAtMs)];
      const statements: SqlStatement[] = [
        { sql: HOLD_ACCOUNT, values: [id], mustMatch: true },
        { sql: DELETE_EARLIER, values: [id] },
        { sql: INSERT, values },
      ];
      return writeTold(database, statements, event);
    },
    async findResetCode(accountId) {
      const [row] = await database.query({ sql: SELECT, values: [Buffer.from(accountId)] });
      if (row === undefined) {
        return undefined;
      }
      return {
        resetId: bytes(row, "reset_id"),
        codeHash: bytes(row, "code_hash"),
        createdAtMs: integer(row, "created_at_ms"),
        expiresAtMs: integer(row, "expires_at_ms"),
        tries: integer(row, "tries"),
      };
    },
    async countResetTry(accountId, resetId, event) {
      const values = [Buffer.from(accountId), Buffer.from(resetId)];
      if (await writeTold(database, [{ sql: COUNT_TRY, values, mustMatch: true }], event)) {
        return true;
      }
      await writeTold(database, [], event);
      return false;
    },
    resetPassword({ account, resetId, passwordHash }, event) {
      const id = Buffer.from(account.accountId);
      const statements: SqlStatement[] = [
        { sql: CHANGE_PASSWORD, values: [passwordHash, id, String(account.passwordVersion)], mustMatch: true },
        { sql: USE_UP, values: [id, Buffer.from(resetId)], mustMatch: true },
        { sql: DELETE_SESSIONS, values: [id] },
      ];
      return writeTold(database, statements, event);
    },
    async purgeResetCodes(expiredBeforeMs) {
      await database.write([{ sql: PURGE, values: [String(expiredBeforeMs)] }]);
    },
  };
}
