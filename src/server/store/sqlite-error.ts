// Translates errors of libsql; no other file knows their codes.

import { StoreError, type StoreErrorCode } from "./store-error.js";

const CODES: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  SQLITE_BUSY: ["conflict", "another program keeps the database locked; wait for it, or stop it"],
  SQLITE_LOCKED: ["conflict", "the database is locked; try again"],
  SQLITE_CONSTRAINT_PRIMARYKEY: ["duplicate", "the row exists already"],
  SQLITE_CONSTRAINT_UNIQUE: ["duplicate", "the row exists already"],
  SQLITE_CONSTRAINT_ROWID: ["duplicate", "the row exists already"],
  SQLITE_NOTADB: ["not_a_database", "the file is not a SQLite database; give another one with --database"],
  SQLITE_CORRUPT: ["not_a_database", "the database file is damaged; restore it from a backup"],
  SQLITE_FULL: ["unavailable", "the disk is full; free some space"],
  SQLITE_IOERR: ["unavailable", "the disk does not answer as it should"],
  SQLITE_READONLY: ["cannot_open", "the database file cannot be written; check its owner and mode"],
  SQLITE_CANTOPEN: ["cannot_open", "the database file cannot be opened; check that its folder exists and is writable"],
  SQLITE_PERM: ["cannot_open", "the database file cannot be opened; check its owner and mode"],
};

/** Extended codes such as SQLITE_BUSY_SNAPSHOT count as what they extend, where they are not named themselves. */
export function fromSqliteError(cause: unknown, label: string): StoreError {
  if (cause instanceof StoreError) {
    return cause;
  }
  const code = codeOf(cause);
  const [, family] = /^(SQLITE_[A-Z]+)/.exec(code) ?? [];
  const [known, sentence] = CODES[code] ?? CODES[family ?? ""] ?? ["internal", "the database refused a statement"];
  return new StoreError(known, `${label}: ${sentence}`, { cause });
}

/** libsql reports a file that cannot be opened without a code, as text. */
function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) {
    return "";
  }
  if ("code" in cause && typeof cause.code === "string" && cause.code !== "") {
    return cause.code;
  }
  return cause.message.startsWith("ConnectionFailed") ? "SQLITE_CANTOPEN" : "";
}
