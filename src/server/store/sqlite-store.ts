// The account store in one SQLite file.

import type { AccountStore } from "./account-store.js";
import { sqlAccountStore } from "./sql-account-store.js";
import { SqliteDatabase, type SqliteOptions } from "./sqlite-database.js";

/** Creates the file (mode 0600) on the first run. @throws StoreError */
export async function openSqliteStore(file: string, options: SqliteOptions = {}): Promise<AccountStore> {
  return sqlAccountStore(await SqliteDatabase.open(file, options));
}
