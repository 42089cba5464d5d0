// Versions of the schema: each is one statement, never edited once released, checked by its SHA-256 at every start.

import { createHash } from "node:crypto";
import type { SqlRow } from "./sql-database.js";
import { integer, text } from "./sql-row.js";
import { StoreError } from "./store-error.js";

export interface Migration {
  /** Counts from 1 without gaps. */
  readonly version: number;
  readonly sql: string;
}

/** What is done about a schema that is behind. */
export interface SchemaOptions {
  /** False: nothing is made or changed, and a database that lacks versions is refused. Default true. */
  readonly migrate?: boolean | undefined;
  /** Told of each version once it stands. */
  readonly onMigrated?: ((migration: Migration) => void) | undefined;
}

export const SELECT_MIGRATIONS = "SELECT version, checksum FROM schema_migrations ORDER BY version";
export const INSERT_MIGRATION = "INSERT INTO schema_migrations (version, checksum, applied_at_ms) VALUES (?, ?, ?)";

/** Hexadecimal SHA-256 of the statement. */
export function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}

/**
 * The migrations that the database still lacks.
 * @throws StoreError `schema_newer` or `schema_changed` when it holds versions that this program does not know.
 */
export function missingMigrations(known: readonly Migration[], rows: readonly SqlRow[]): Migration[] {
  const checksums = new Map(known.map((migration) => [migration.version, checksumOf(migration)]));
  const applied = new Set<number>();
  for (const row of rows) {
    const version = integer(row, "version");
    const expected = checksums.get(version);
    if (expected === undefined) {
      const message = `the database has schema version ${version}, but this server knows only up to ${known.length}: start a newer server`;
      throw new StoreError("schema_newer", message);
    }
    if (text(row, "checksum") !== expected) {
      const message = `schema version ${version} of the database is not the one of this server: was it edited? Use the server that made it, or another database`;
      throw new StoreError("schema_changed", message);
    }
    applied.add(version);
  }
  return known.filter((migration) => !applied.has(migration.version));
}

/** For who may not migrate. @throws StoreError `schema_older` */
export function refuseOlder(missing: readonly Migration[], label: string): void {
  const [first] = missing;
  const last = missing.at(-1);
  if (first !== undefined && last !== undefined) {
    const versions = first === last ? `version ${first.version}` : `versions ${first.version} to ${last.version}`;
    throw new StoreError("schema_older", `${label}: the schema lacks ${versions}; run: server migrate`);
  }
}
