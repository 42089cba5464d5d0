// The SQLite store: the contract, and what is its own: the file, locks of other processes, damage.

import { copyFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import t from "tap";
import { openSqliteStore } from "../../../src/server/store/sqlite-store.js";
import { storeContract } from "../../contract/store-contract.js";

const EVENT = {
  eventId: Buffer.alloc(16, 7),
  kind: "login_failed",
  atMs: 1,
  accountId: undefined,
  username: undefined,
  address: "::1",
} as const;

storeContract("the SQLite store", async (t) => {
  const file = join(t.testdir(), "earshot.db");
  return {
    open: () => openSqliteStore(file),
    rows: async (table) => {
      const database = new Database(file);
      const rows = database.prepare(`SELECT * FROM ${table}`).all([]).map(withText);
      database.close();
      return rows;
    },
  };
});

t.test("the file and its journal are made for the owner alone", async (t) => {
  const file = join(t.testdir(), "earshot.db");
  const store = await openSqliteStore(file);
  t.teardown(() => store.close());
  for (const suffix of ["", "-wal", "-shm"]) {
    t.equal(statSync(file + suffix).mode & 0o777, 0o600, suffix);
  }
});

t.test("what was acknowledged is on the disk, and readers do not wait for writers", async (t) => {
  const file = join(t.testdir(), "earshot.db");
  const store = await openSqliteStore(file);
  t.teardown(() => store.close());
  const database = new Database(file);
  t.teardown(() => database.close());
  t.match(database.pragma("journal_mode"), [{ journal_mode: "wal" }]);
  database.exec("BEGIN IMMEDIATE");
  t.equal(await store.findAccount("alice"), undefined);
  database.exec("ROLLBACK");
});

t.test("a lock of another process is waited for without blocking, and not for ever", async (t) => {
  const file = join(t.testdir(), "earshot.db");
  const store = await openSqliteStore(file, { operationTimeoutMs: 150 });
  const patient = await openSqliteStore(file, { operationTimeoutMs: 30_000 });
  const other = new Database(file);
  t.teardown(async () => {
    await store.close();
    await patient.close();
    other.close();
  });
  other.exec("BEGIN IMMEDIATE");
  const waiting = patient.recordAudit(EVENT);
  await t.rejects(store.recordAudit(EVENT), { code: "timeout" });
  other.exec("ROLLBACK");
  await t.resolves(waiting);
});

t.test("nothing is acknowledged once the file or its journal was deleted or replaced", async (t) => {
  const losses: [RegExp, (file: string) => void][] = [
    [/was deleted/, (file) => rmSync(file)],
    [/was deleted/, (file) => rmSync(`${file}-wal`)],
    [/was replaced/, (file) => renameSync(`${file}.copy`, file)],
  ];
  for (const [message, lose] of losses) {
    const file = join(t.testdir(), "earshot.db");
    await (await openSqliteStore(file)).close();
    const store = await openSqliteStore(file);
    t.teardown(() => store.close());
    copyFileSync(file, `${file}.copy`);
    await t.resolves(store.recordAudit(EVENT));
    lose(file);
    await t.rejects(store.recordAudit(EVENT), { code: "unavailable", message });
  }
});

t.test("a file that was moved away and back is written again", async (t) => {
  const file = join(t.testdir(), "earshot.db");
  const store = await openSqliteStore(file);
  t.teardown(() => store.close());
  renameSync(file, `${file}.away`);
  await t.rejects(store.recordAudit(EVENT), { code: "unavailable" });
  renameSync(`${file}.away`, file);
  await t.resolves(store.recordAudit(EVENT));
});

t.test("a file that is no database, or cannot be one, is refused with a typed error", async (t) => {
  const folder = t.testdir({ "notes.txt": "x".repeat(5000) });
  await t.rejects(openSqliteStore(join(folder, "notes.txt")), { code: "not_a_database" });
  await t.rejects(openSqliteStore(join(folder, "missing", "a.db")), { code: "cannot_open", message: /ENOENT/ });
  await t.rejects(openSqliteStore(folder), { code: "cannot_open" });
});

t.test("a schema that was edited, or is newer, is refused", async (t) => {
  const folder = t.testdir();
  const tamper = async (name: string, sql: string): Promise<string> => {
    const file = join(folder, name);
    await (await openSqliteStore(file)).close();
    const database = new Database(file);
    database.exec(sql);
    database.close();
    return file;
  };
  const changed = await tamper("a.db", "UPDATE schema_migrations SET checksum = 'x' WHERE version = 1");
  await t.rejects(openSqliteStore(changed), { code: "schema_changed" });
  const newer = await tamper("b.db", "INSERT INTO schema_migrations VALUES (999, 'x', 0)");
  await t.rejects(openSqliteStore(newer), { code: "schema_newer", message: /newer server/ });
});

t.test("a damaged file gives typed errors", async (t) => {
  const file = join(t.testdir(), "earshot.db");
  const store = await openSqliteStore(file);
  await store.close();
  const size = statSync(file).size;
  writeFileSync(file, Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(size - 16, 0xff)]));
  await t.rejects(openSqliteStore(file), { name: "StoreError" });
});

/** Names are stored as bytes; the contract compares them as text. */
function withText(row: unknown): Record<string, unknown> {
  const entries = Object.entries(typeof row === "object" && row !== null ? row : {});
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      key === "username" && value instanceof ArrayBuffer ? Buffer.from(value) : value,
    ]),
  );
}
