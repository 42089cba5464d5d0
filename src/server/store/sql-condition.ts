// The database's condition over the shared SQL.

import type { SqlDatabase } from "./sql-database.js";
import { integer } from "./sql-row.js";
import type { StoreCondition } from "./store-condition.js";

/** A write as any other, to a row that there never is. */
const PROBE = "UPDATE schema_migrations SET applied_at_ms = applied_at_ms WHERE version = 0";
const COUNT_SESSIONS = "SELECT COUNT(*) AS sessions FROM sessions WHERE expires_at_ms > ?";

export function sqlCondition(database: SqlDatabase): StoreCondition {
  return {
    nodes: () => database.nodes(),
    async probe() {
      await database.write([{ sql: PROBE, values: [] }]);
    },
    async countSessions(nowMs) {
      const [row] = await database.query({ sql: COUNT_SESSIONS, values: [String(nowMs)] });
      return row === undefined ? 0 : integer(row, "sessions");
    },
  };
}
