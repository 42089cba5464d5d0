// The schema in the words that MySQL 8, MariaDB, Vitess and TiDB share. Never edit a version that was released: add the next.
// Each statement must be harmless to repeat, for a server may die between it and the note that it was done.

import type { Migration } from "./migration.js";

export const MYSQL_MIGRATION_TABLES = [
  `CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT NOT NULL PRIMARY KEY,
    checksum CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    applied_at_ms BIGINT NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS schema_lease (
    lease_id BIGINT NOT NULL PRIMARY KEY,
    holder BINARY(16) NOT NULL,
    expires_at_s BIGINT NOT NULL
  )`,
] as const;

/** Names are VARBINARY, which no collation touches. Foreign keys are left out: not all of the four know them. */
export const MYSQL_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `CREATE TABLE IF NOT EXISTS accounts (
      account_id BINARY(16) NOT NULL PRIMARY KEY,
      username VARBINARY(32) NOT NULL,
      password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      password_version BIGINT NOT NULL,
      request_id BINARY(16) NOT NULL,
      created_at_ms BIGINT NOT NULL,
      UNIQUE KEY accounts_by_username (username),
      UNIQUE KEY accounts_by_request (request_id)
    )`,
  },
  {
    version: 2,
    sql: `CREATE TABLE IF NOT EXISTS sessions (
      token_hash BINARY(32) NOT NULL PRIMARY KEY,
      account_id BINARY(16) NOT NULL,
      created_at_ms BIGINT NOT NULL,
      last_used_at_ms BIGINT NOT NULL,
      expires_at_ms BIGINT NOT NULL,
      KEY sessions_by_account (account_id),
      KEY sessions_by_expiry (expires_at_ms),
      KEY sessions_by_use (last_used_at_ms)
    )`,
  },
  {
    version: 3,
    sql: `CREATE TABLE IF NOT EXISTS audit_events (
      event_id BINARY(16) NOT NULL PRIMARY KEY,
      kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      at_ms BIGINT NOT NULL,
      account_id BINARY(16),
      username VARBINARY(32),
      address VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
      KEY audit_events_by_account (account_id, at_ms)
    )`,
  },
  // One column a statement: not all of the four add several at once. Servers of the version before go on beside it.
  { version: 4, sql: "ALTER TABLE accounts ADD COLUMN disabled_at_ms BIGINT" },
  { version: 5, sql: "ALTER TABLE accounts ADD COLUMN login_count BIGINT NOT NULL DEFAULT 0" },
  { version: 6, sql: "ALTER TABLE accounts ADD COLUMN last_login_at_ms BIGINT" },
  { version: 7, sql: "ALTER TABLE sessions ADD COLUMN session_id BINARY(16)" },
  {
    version: 8,
    sql: "ALTER TABLE sessions ADD COLUMN address VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
  },
  { version: 9, sql: "ALTER TABLE audit_events ADD COLUMN session_id BINARY(16)" },
  {
    version: 10,
    sql: `CREATE TABLE IF NOT EXISTS reset_codes (
      account_id BINARY(16) NOT NULL PRIMARY KEY,
      reset_id BINARY(16) NOT NULL,
      code_hash BINARY(32) NOT NULL,
      created_at_ms BIGINT NOT NULL,
      expires_at_ms BIGINT NOT NULL,
      tries BIGINT NOT NULL
    )`,
  },
  // As RateLimiterMySQL of rate-limiter-flexible wants it: these names, in this order.
  {
    version: 11,
    sql: `CREATE TABLE IF NOT EXISTS throttle_counts (
      \`key\` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
      points INT NOT NULL DEFAULT 0,
      expire BIGINT UNSIGNED,
      PRIMARY KEY (\`key\`),
      KEY throttle_counts_by_expiry (expire)
    )`,
  },
];
