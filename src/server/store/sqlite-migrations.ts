// The schema in SQLite's words, version by version. Never edit one that was released: add the next.

import type { Migration } from "./migration.js";

export const SQLITE_MIGRATION_TABLE =
  "CREATE TABLE IF NOT EXISTS schema_migrations " +
  "(version INTEGER PRIMARY KEY, checksum TEXT NOT NULL, applied_at_ms INTEGER NOT NULL)";

export const SQLITE_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `CREATE TABLE accounts (
      account_id BLOB NOT NULL PRIMARY KEY,
      username BLOB NOT NULL UNIQUE,
      password_hash TEXT NOT NULL,
      password_version INTEGER NOT NULL,
      request_id BLOB NOT NULL UNIQUE,
      created_at_ms INTEGER NOT NULL
    )`,
  },
  {
    version: 2,
    sql: `CREATE TABLE sessions (
      token_hash BLOB NOT NULL PRIMARY KEY,
      account_id BLOB NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
      created_at_ms INTEGER NOT NULL,
      last_used_at_ms INTEGER NOT NULL,
      expires_at_ms INTEGER NOT NULL
    )`,
  },
  { version: 3, sql: "CREATE INDEX sessions_by_account ON sessions (account_id)" },
  { version: 4, sql: "CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms)" },
  { version: 5, sql: "CREATE INDEX sessions_by_use ON sessions (last_used_at_ms)" },
  {
    version: 6,
    sql: `CREATE TABLE audit_events (
      event_id BLOB NOT NULL PRIMARY KEY,
      kind TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      account_id BLOB,
      username BLOB,
      address TEXT NOT NULL
    )`,
  },
  { version: 7, sql: "CREATE INDEX audit_events_by_account ON audit_events (account_id, at_ms)" },
  { version: 8, sql: "ALTER TABLE accounts ADD COLUMN disabled_at_ms INTEGER" },
  { version: 9, sql: "ALTER TABLE accounts ADD COLUMN login_count INTEGER NOT NULL DEFAULT 0" },
  { version: 10, sql: "ALTER TABLE accounts ADD COLUMN last_login_at_ms INTEGER" },
  { version: 11, sql: "ALTER TABLE sessions ADD COLUMN session_id BLOB" },
  { version: 12, sql: "ALTER TABLE sessions ADD COLUMN address TEXT" },
  { version: 13, sql: "ALTER TABLE audit_events ADD COLUMN session_id BLOB" },
  {
    version: 14,
    sql: `CREATE TABLE reset_codes (
      account_id BLOB NOT NULL PRIMARY KEY REFERENCES accounts (account_id) ON DELETE CASCADE,
      reset_id BLOB NOT NULL,
      code_hash BLOB NOT NULL,
      created_at_ms INTEGER NOT NULL,
      expires_at_ms INTEGER NOT NULL,
      tries INTEGER NOT NULL
    )`,
  },
];
