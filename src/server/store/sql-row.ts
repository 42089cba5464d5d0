// Reads columns of a row as what they must be; the drivers differ in how they hand over bytes and integers.

import type { AccountRecord } from "./account-store.js";
import type { SqlRow } from "./sql-database.js";
import { StoreError } from "./store-error.js";

/** What {@link accountOf} reads, of a table that the query calls `a`. */
export const ACCOUNT_COLUMNS =
  "a.account_id, a.username, a.password_hash, a.password_version, a.request_id, a.created_at_ms, " +
  "a.disabled_at_ms, a.login_count, a.last_login_at_ms";

export function accountOf(row: SqlRow): AccountRecord {
  return {
    accountId: bytes(row, "account_id"),
    username: bytes(row, "username").toString(),
    passwordHash: text(row, "password_hash"),
    passwordVersion: integer(row, "password_version"),
    requestId: bytes(row, "request_id"),
    createdAtMs: integer(row, "created_at_ms"),
    disabledAtMs: optionalInteger(row, "disabled_at_ms"),
    loginCount: integer(row, "login_count"),
    lastLoginAtMs: optionalInteger(row, "last_login_at_ms"),
  };
}

/** A binary column. libsql gives a Buffer for one row and ArrayBuffers for several. */
export function bytes(row: SqlRow, column: string): Buffer {
  const value = row[column];
  if (Buffer.isBuffer(value)) {
    return value;
  }
  return value instanceof ArrayBuffer ? Buffer.from(value) : unexpected(column, value);
}

/** Undefined for NULL. */
export function optionalBytes(row: SqlRow, column: string): Buffer | undefined {
  return row[column] === null ? undefined : bytes(row, column);
}

/** Undefined for NULL. */
function optionalInteger(row: SqlRow, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column);
}

export function text(row: SqlRow, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : unexpected(column, value);
}

/** An integer column that JavaScript holds exactly: a time or a count. */
export function integer(row: SqlRow, column: string): number {
  const value = Number(row[column]);
  return Number.isSafeInteger(value) ? value : unexpected(column, row[column]);
}

function unexpected(column: string, value: unknown): never {
  throw new StoreError("internal", `the database gave ${typeof value} for the column ${column}`);
}
