// The account store in a MySQL-compatible database.

import type { AccountStore } from "./account-store.js";
import type { MysqlTarget } from "./database-url.js";
import type { SchemaOptions } from "./migration.js";
import { MysqlDatabase, type MysqlOptions } from "./mysql-database.js";
import { migrateMysql } from "./mysql-migrator.js";
import { sqlAccountStore } from "./sql-account-store.js";

/** The database must exist; its tables are made or migrated, unless told not to. @throws StoreError */
export async function openMysqlStore(
  target: MysqlTarget,
  options: MysqlOptions & SchemaOptions = {},
): Promise<AccountStore> {
  const database = await MysqlDatabase.open(target, options);
  try {
    await migrateMysql(database, target, options);
  } catch (error) {
    await database.close();
    throw error;
  }
  return sqlAccountStore(database);
}
