// The account store over SQL that SQLite, MySQL 8, MariaDB, Vitess and TiDB share: its tables put together.

import type { AccountStore } from "./account-store.js";
import { sqlAccounts } from "./sql-accounts.js";
import { sqlAudit } from "./sql-audit.js";
import { sqlCondition } from "./sql-condition.js";
import type { SqlDatabase } from "./sql-database.js";
import { sqlResetCodes } from "./sql-reset-codes.js";
import { sqlSessions } from "./sql-sessions.js";

export function sqlAccountStore(database: SqlDatabase): AccountStore {
  return {
    label: database.label,
    ...sqlAccounts(database),
    ...sqlSessions(database),
    ...sqlResetCodes(database),
    ...sqlAudit(database),
    ...sqlCondition(database),
    close: () => database.close(),
  };
}
