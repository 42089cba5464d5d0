// Migrations of a MySQL schema when a server dies in the midst of them, at any place.

import mysql from "mysql2/promise";
import t from "tap";
import { openStore } from "../../../src/server/store/open-store.js";
import { CuttingProxy } from "../../fixtures/cutting-proxy.js";
import { Mariadb } from "../../fixtures/mariadb.js";

const mariadb = await Mariadb.start(t);
const other = await mysql.createConnection(mariadb.url);
t.teardown(() => other.end());

t.test("a connection that breaks after each statement was done does no harm", async (t) => {
  const proxy = await CuttingProxy.start(t, mariadb.port);
  const url = mariadb.url.replace(`:${mariadb.port}/`, `:${proxy.port}/`);
  proxy.cutNextAnswerTo("CREATE TABLE IF NOT EXISTS sessions");
  await open(url);
  t.equal(proxy.cuts, 1);
  t.same(await leases(), []);
});

t.test("a server that died before it noted what it had done: all is done again, to no effect", async (t) => {
  const before = await tables();
  await other.query("DELETE FROM schema_migrations");
  await open(mariadb.url);
  t.same(await tables(), before);
});

t.test("the lease of a server that died is taken over once it ends, and until then the others wait", async (t) => {
  await other.query("DELETE FROM schema_migrations WHERE version = 1");
  await other.query("INSERT INTO schema_lease VALUES (1, REPEAT('x', 16), UNIX_TIMESTAMP() + 1)");
  const migrated: number[] = [];
  const opening = openStore(mariadb.url, { onMigrated: ({ version }) => migrated.push(version) });
  t.same(await Promise.race([opening, leases()]), [{ lease_id: 1 }], "it waits");
  await (await opening).close();
  t.same(migrated, [1]);
  t.same(await leases(), []);
});

async function open(url: string): Promise<void> {
  const store = await openStore(url);
  await store.close();
}

async function leases(): Promise<unknown[]> {
  const [rows] = await other.query<mysql.RowDataPacket[]>("SELECT lease_id FROM schema_lease");
  return rows.map((row) => ({ ...row }));
}

async function tables(): Promise<unknown[]> {
  const sql =
    "SELECT table_name, column_name, column_type FROM information_schema.columns " +
    "WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position";
  const [rows] = await other.query<mysql.RowDataPacket[]>(sql);
  return rows.map((row) => ({ ...row }));
}
