// Opens the store that a --database text names.

import type { AccountStore } from "./account-store.js";
import { decodeDatabaseUrl } from "./database-url.js";
import type { SchemaOptions } from "./migration.js";
import type { DatabaseNodeChange } from "./mysql-database.js";

export interface StoreOptions extends SchemaOptions {
  /** How long one operation may take in all. Default 5,000. */
  readonly operationTimeoutMs?: number | undefined;
  /** Told when a host of a MySQL URL goes down or comes back; what it tells holds no secret. */
  readonly onNodeChange?: ((change: DatabaseNodeChange) => void) | undefined;
}

/**
 * `sqlite:FILE`, a bare path, or `mysql://USER:PASSWORD@HOST:PORT,…/NAME?tls=…`. Makes or migrates the tables, unless told not to.
 * @throws StoreError
 */
export async function openStore(database: string, options: StoreOptions = {}): Promise<AccountStore> {
  const target = decodeDatabaseUrl(database);
  // Only the driver that is needed is loaded.
  if (target.kind === "sqlite") {
    const { openSqliteStore } = await import("./sqlite-store.js");
    return await openSqliteStore(target.file, options);
  }
  const { openMysqlStore } = await import("./mysql-store.js");
  return await openMysqlStore(target, options);
}
