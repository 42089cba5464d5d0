// A SQLite file of the version before is brought up to date with what is in it.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import Database from "libsql";
import t from "tap";
import { checksumOf } from "../../../src/server/store/migration.js";
import { openStore } from "../../../src/server/store/open-store.js";
import { SQLITE_MIGRATION_TABLE, SQLITE_MIGRATIONS } from "../../../src/server/store/sqlite-migrations.js";
import { event, NOW_MS, newAccount } from "../../contract/store-fixtures.js";

const FIRST_RELEASED = 7;

t.test("accounts and sessions of the version before go on", async (t) => {
  const file = join(t.testdir(), "old.db");
  const account = newAccount();
  const tokenHash = randomBytes(32);
  const old = new Database(file);
  old.exec(SQLITE_MIGRATION_TABLE);
  for (const migration of SQLITE_MIGRATIONS.slice(0, FIRST_RELEASED)) {
    old.exec(migration.sql);
    old.prepare("INSERT INTO schema_migrations VALUES (?, ?, 0)").run([migration.version, checksumOf(migration)]);
  }
  const row = [account.accountId, Buffer.from(account.username), "$hash", 1, account.requestId, NOW_MS];
  old.prepare("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?)").run(row);
  const session = [tokenHash, account.accountId, NOW_MS, NOW_MS, NOW_MS + 1_000];
  old.prepare("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)").run(session);
  old.close();

  const store = await openStore(file);
  t.teardown(() => store.close());
  t.match(await store.findAccount(account.username), { passwordHash: "$hash", disabledAtMs: undefined, loginCount: 0 });
  const sessionId = tokenHash.subarray(0, 16);
  t.match(await store.listSessions(account.accountId), [{ sessionId, address: "" }]);
  t.equal(await store.revokeSession(account.accountId, sessionId, event("session_revoked", account)), true);
  t.equal(await store.findSession(tokenHash), undefined);
});
