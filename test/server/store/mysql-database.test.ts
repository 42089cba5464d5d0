// The ten things that bite with mysql2, each against a real MariaDB: every test fails without the line that handles it.

import { randomBytes } from "node:crypto";
import t, { type Test } from "tap";
import { decodeDatabaseUrl } from "../../../src/server/store/database-url.js";
import { MysqlDatabase, type MysqlOptions } from "../../../src/server/store/mysql-database.js";
import { CuttingProxy, errorPacket } from "../../fixtures/cutting-proxy.js";
import { Mariadb } from "../../fixtures/mariadb.js";

const mariadb = await Mariadb.start(t);
const setUp = await open(t, mariadb.port);
await setUp.define("CREATE TABLE names (id BINARY(16) PRIMARY KEY, name VARBINARY(32) UNIQUE, big BIGINT)");
/** Of the capabilities that a client claims. */
const LOCAL_FILES_FLAG = 0x80;
const INSERT = "INSERT INTO names (id, name, big) VALUES (?, ?, 1)";
const SELECT = { sql: "SELECT COUNT(*) AS n FROM names WHERE name = ?" };

t.test("1: a write whose acknowledgement is lost is done again, and its key tells that it was done", async (t) => {
  const proxy = await CuttingProxy.start(t, mariadb.port);
  const database = await open(t, proxy.port);
  const [id, name] = [randomBytes(16), randomBytes(8)];
  proxy.cutNextAnswerTo("COMMIT");
  const values = [id, name];
  const other = { sql: INSERT, values: [randomBytes(16), randomBytes(8)] };
  await t.rejects(database.write([{ sql: INSERT, values }, other]), { code: "duplicate" });
  t.equal(proxy.cuts, 1);
  t.same(await database.query({ ...SELECT, values: [name] }), [{ n: 1 }]);
});

t.test("2: what timed out frees its connection, and the server ends the statement too", async (t) => {
  const hasty = await open(t, mariadb.port, { operationTimeoutMs: 300, maxConnections: 1 });
  await t.rejects(hasty.query({ sql: "SELECT SLEEP(600) AS late", values: [] }), { code: "timeout" });
  t.same(await hasty.query({ sql: "SELECT 1 AS one", values: [] }), [{ one: 1 }], "the only connection is free again");
  const running = "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'";
  await until(async () => (await setUp.query({ sql: running, values: [] }))[0]?.["n"] === 0);
  const [row] = await hasty.query({ sql: "SELECT @@max_statement_time AS s", values: [] });
  t.equal(Number(row?.["s"]), 0.3);
});

t.test("3: nobody waits for a connection past his deadline, and not everybody may wait", async (t) => {
  const database = await open(t, mariadb.port, { operationTimeoutMs: 400, maxConnections: 1 });
  const slow = database.query({ sql: "SELECT SLEEP(600) AS late", values: [] });
  const waiting = Array.from({ length: 1_002 }, () => database.query({ ...SELECT, values: [Buffer.of(1)] }));
  const results = await Promise.allSettled([slow, ...waiting]);
  const codes = results.map((result) => (result.status === "rejected" ? codeOf(result.reason) : "done"));
  t.equal(codes.filter((code) => code === "overloaded").length, 2);
  const given = codes.filter((code) => code === "timeout" || code === "unavailable").length;
  t.ok(given >= 900, `${given} gave up in time`);
  t.same(await database.query({ ...SELECT, values: [Buffer.of(1)] }), [{ n: 0 }], "and nothing of it stays");
});

t.test("5: statements that are prepared do not pile up on the server", async (t) => {
  const database = await open(t, mariadb.port, { maxConnections: 1 });
  for (let index = 0; index < 80; index += 1) {
    await database.query({ sql: `SELECT ${index} AS n`, values: [] });
  }
  const status =
    "SELECT variable_value AS n FROM information_schema.global_status WHERE variable_name = 'Prepared_stmt_count'";
  const [row] = await database.query({ sql: status, values: [] });
  t.ok(Number(row?.["n"]) <= 60, `${row?.["n"]} are prepared`);
});

t.test("6: values of other types than text and bytes are refused before they can match too much", async (t) => {
  for (const value of [0, true, 1n, { name: 1 }, ["a"], new Date(), undefined]) {
    const values: [] = [];
    Reflect.set(values, 0, value);
    await t.rejects(setUp.query({ ...SELECT, values }), { code: "internal" }, String(value));
  }
});

t.test("8: a server gets neither a second statement, nor the password in clear, nor a file of ours", async (t) => {
  await t.rejects(setUp.define("SELECT 1; SELECT 2"), { code: "internal" });
  const proxy = await CuttingProxy.start(t, mariadb.port);
  const database = await open(t, proxy.port, { operationTimeoutMs: 500 });
  t.equal((proxy.sent[0]?.readUInt32LE(4) ?? LOCAL_FILES_FLAG) & LOCAL_FILES_FLAG, 0, "it is not even offered");
  proxy.answerNext("SELECT 7", Buffer.concat([Buffer.of(0xfb), Buffer.from("/etc/hostname")]));
  await t.rejects(database.define("SELECT 7"));
  proxy.refuse();
  proxy.accept();
  proxy.answerNext("mysql_native_password", Buffer.from("\xfemysql_clear_password\0", "latin1"));
  await database.define("SELECT 8").catch(() => undefined);
  const sent = Buffer.concat(proxy.sent);
  t.equal(proxy.cuts, 2);
  t.notOk(sent.includes(mariadb.password));
  t.notOk(sent.includes("localhost"), "such as the file has");
});

t.test("9: a connection that is given back is in no transaction", async (t) => {
  const database = await open(t, mariadb.port, { maxConnections: 1 });
  const taken = randomBytes(8);
  await database.write([{ sql: INSERT, values: [randomBytes(16), taken] }]);
  const [undone, done] = [randomBytes(8), randomBytes(8)];
  const batch = [undone, taken].map((name) => ({ sql: INSERT, values: [randomBytes(16), name] }));
  await t.rejects(database.write(batch), { code: "duplicate" });
  await database.write([{ sql: INSERT, values: [randomBytes(16), done] }]);
  t.same(await setUp.query({ ...SELECT, values: [undone] }), [{ n: 0 }]);
  t.same(await setUp.query({ ...SELECT, values: [done] }), [{ n: 1 }], "the next write stands, for others too");
});

t.test("10: big integers come exactly", async (t) => {
  const [row] = await setUp.query({ sql: "SELECT CAST('9007199254740993' AS SIGNED) AS n", values: [] });
  t.equal(row?.["n"], "9007199254740993");
});

t.test(
  "frozen: a typed error within the deadline, the first call after the thaw succeeds, and no connection leaks",
  async (t) => {
    const frozen = await Mariadb.start(t);
    const hasty = await open(t, frozen.port, { operationTimeoutMs: 400, maxConnections: 4 }, frozen.url);
    const patient = await open(t, frozen.port, { operationTimeoutMs: 1_000 }, frozen.url);
    const ask = (database: MysqlDatabase): Promise<unknown> => database.query({ sql: "SELECT 1 AS one", values: [] });
    await Promise.all(Array.from({ length: 8 }, () => ask(hasty)));
    frozen.freeze();
    const failed = t.rejects(ask(patient), { code: "timeout" });
    const frozenMs = Number(process.env["EARSHOT_FREEZE_MS"] ?? 1_500);
    for (const startedMs = performance.now(); performance.now() - startedMs < frozenMs; ) {
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => ask(hasty)));
      for (const result of results) {
        t.match(result, { status: "rejected", reason: { name: "StoreError", code: /timeout|unavailable/ } });
      }
    }
    await failed;
    frozen.thaw();
    await t.resolves(ask(patient), "the first call, which has a second");
    await Promise.all([hasty.close(), patient.close()]);
    const counting = await open(t, frozen.port, {}, frozen.url);
    const status = "SHOW STATUS LIKE 'Threads_connected'";
    await until(async () => Number((await counting.query({ sql: status, values: [] }))[0]?.["Value"]) === 1);
  },
);

t.test("numbers that mean that the node is not ready are tried again, and clashes too", async (t) => {
  const proxy = await CuttingProxy.start(t, mariadb.port);
  const database = await open(t, proxy.port);
  for (const number of [1047, 1180, 1040, 1053, 1205, 1213, 1290]) {
    const name = randomBytes(8);
    proxy.answerNext("COMMIT", errorPacket(number));
    const writes = [name, randomBytes(8)].map((one) => ({ sql: INSERT, values: [randomBytes(16), one] }));
    t.same(await database.write(writes), [1, 1], String(number));
    t.same(await database.query({ ...SELECT, values: [name] }), [{ n: 1 }]);
  }
  t.equal(proxy.cuts, 7);
});

async function open(t: Pick<Test, "teardown">, port: number, options: MysqlOptions = {}, url = mariadb.url) {
  const target = decodeDatabaseUrl(url.replace(/:\d+\/app/, `:${port}/app`));
  if (target.kind !== "mysql") {
    throw new Error("not a MySQL URL");
  }
  const database = await MysqlDatabase.open(target, options);
  t.teardown(() => database.close());
  return database;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** The test's own time limit ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    // Asking is slow enough.
  }
}
