// The account store in a MySQL-compatible database.

import type { AccountStore } from "./account-store.js";
import type { MysqlTarget } from "./database-url.js";
import { MysqlDatabase, type MysqlOptions } from "./mysql-database.js";
import { migrateMysql } from "./mysql-migrator.js";
import { sqlAccountStore } from "./sql-account-store.js";

/** The database must exist; its tables are made or migrated. @throws StoreError */
export async function openMysqlStore(target: MysqlTarget, options: MysqlOptions = {}): Promise<AccountStore> {
  const database = await MysqlDatabase.open(target, options);
  try {
    await migrateMysql(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return sqlAccountStore(database);
}
