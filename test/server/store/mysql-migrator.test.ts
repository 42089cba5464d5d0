// A real MariaDB with the tables and rows of the version before: brought up to date, also by a server that died on the way.

import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import t from "tap";
import { checksumOf } from "../../../src/server/store/migration.js";
import { MYSQL_MIGRATION_TABLES, MYSQL_MIGRATIONS } from "../../../src/server/store/mysql-migrations.js";
import { openStore } from "../../../src/server/store/open-store.js";
import { event, hex, NOW_MS, newAccount, opened } from "../../contract/store-fixtures.js";
import { Mariadb } from "../../fixtures/mariadb.js";

const FIRST_RELEASED = 3;

t.test("accounts and sessions of the version before go on, and a migration may be done twice", async (t) => {
  const mariadb = await Mariadb.start(t);
  const old = await mysql.createConnection(mariadb.url);
  t.teardown(() => old.end());
  const account = newAccount();
  const tokenHash = randomBytes(32);
  for (const sql of MYSQL_MIGRATION_TABLES) {
    await old.query(sql);
  }
  for (const migration of MYSQL_MIGRATIONS.slice(0, FIRST_RELEASED)) {
    await old.query(migration.sql);
    await old.query("INSERT INTO schema_migrations VALUES (?, ?, 0)", [migration.version, checksumOf(migration)]);
  }
  await old.query("INSERT INTO accounts VALUES (?, ?, '$hash', 1, ?, ?)", [
    account.accountId,
    Buffer.from(account.username),
    account.requestId,
    NOW_MS,
  ]);
  const values = [tokenHash, account.accountId, NOW_MS, NOW_MS, NOW_MS + 1_000];
  await old.query("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", values);

  const store = await openStore(mariadb.url);
  const found = await store.findAccount(account.username);
  t.match(found, { passwordHash: "$hash", disabledAtMs: undefined, loginCount: 0, lastLoginAtMs: undefined });
  const id = tokenHash.subarray(0, 16);
  t.match(await store.findSession(tokenHash), { sessionId: id, address: "" });
  t.match(await store.listSessions(account.accountId), [{ sessionId: id, address: "" }]);

  // A server of the version before still runs beside this one.
  const late = randomBytes(32);
  const insert =
    "INSERT INTO sessions (token_hash, account_id, created_at_ms, last_used_at_ms, expires_at_ms) VALUES (?, ?, ?, ?, ?)";
  await old.query(insert, [late, ...values.slice(1)]);
  t.ok(await store.findSession(late));
  t.equal(await store.revokeSession(account.accountId, id, event("session_revoked", account)), true);
  t.equal(await store.findSession(tokenHash), undefined);
  t.ok(await store.findSession(late));
  await store.close();

  // One that died after each statement, before it noted it.
  await old.query("DELETE FROM schema_migrations WHERE version > ?", [FIRST_RELEASED]);
  const again = await openStore(mariadb.url);
  t.teardown(() => again.close());
  const session = found === undefined ? undefined : await opened(again, found, { createdAtMs: NOW_MS + 1 });
  t.equal(hex((await again.listSessions(account.accountId))[0]?.sessionId), hex(session?.sessionId));
  const [rows] = await old.query<mysql.RowDataPacket[]>("SELECT version FROM schema_migrations ORDER BY version");
  t.equal(rows.length, MYSQL_MIGRATIONS.length);
});
