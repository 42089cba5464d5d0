// Several hosts in one URL: which is used, what marks one as down, and how it comes back. The hosts are proxies of one MariaDB.

import { EventEmitter, once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import { decodeDatabaseUrl } from "../../../src/server/store/database-url.js";
import { type DatabaseNodeChange, MysqlDatabase, type MysqlOptions } from "../../../src/server/store/mysql-database.js";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";
import { CuttingProxy, errorPacket } from "../../fixtures/cutting-proxy.js";
import { Mariadb } from "../../fixtures/mariadb.js";

const folder = t.testdir();
const files = { ca: join(folder, "ca.pem"), cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
const authority = await makeAuthority();
await writeFile(files.ca, authority.cert);
await useCertificate(["localhost"]);
const mariadb = await Mariadb.start(t, files);

t.test("the first host that is up is used, and again once it is back", async (t) => {
  const { a, b, database, changes } = await pair(t);
  await ask(database);
  t.equal(b.sent.length, 0, "the second is not even connected to");
  a.refuse();
  await t.resolves(Promise.all(Array.from({ length: 20 }, () => ask(database))), "nobody notices");
  t.ok(b.sent.length > 0);
  const back = once(changes, "up");
  a.accept();
  t.match(await back, [`127.0.0.1:${a.port}`]);
  const before = b.sent.length;
  await ask(database);
  t.equal(b.sent.length, before);
});

t.test("a host that freezes costs a part of the deadline, and then no more", async (t) => {
  const { a, database, changes } = await pair(t, { operationTimeoutMs: 1_000 });
  await ask(database);
  a.freeze();
  const down = once(changes, "down");
  await t.resolves(Promise.all(Array.from({ length: 20 }, () => ask(database))));
  t.match(await down, [`127.0.0.1:${a.port}`, { code: "timeout" }]);
  const back = once(changes, "up");
  a.thaw();
  await back;
});

t.test("a host that answers 1047, 1180, 1040 or 1053 is down for the work, which the other host does", async (t) => {
  for (const number of [1047, 1180, 1040, 1053]) {
    const { a, database, changes } = await pair(t);
    const down = once(changes, "down");
    a.answerNext("SELECT 2", errorPacket(number));
    t.same(await database.query({ sql: "SELECT 2 AS n", values: [] }), [{ n: 2 }]);
    t.match(await down, [`127.0.0.1:${a.port}`, { code: "unavailable" }], String(number));
    t.equal(a.cuts, 1);
  }
});

t.test("a connection that is refused for good says why, when no host does better", async (t) => {
  const { a, b } = await pair(t);
  const url = urlOf([a, b]).replace(mariadb.password, "wrong");
  await t.rejects(open(t, url), { code: "access_denied" });
});

t.test("when all hosts are down the error is typed and in time; the first to come back is used", async (t) => {
  const { a, b, database } = await pair(t, { operationTimeoutMs: 500 });
  a.refuse();
  b.refuse();
  await t.rejects(ask(database), { name: "StoreError", code: "unavailable" });
  const waiting = ask(database);
  b.accept();
  await t.resolves(waiting);
});

t.test("a replica that takes no writes is not used", async (t) => {
  await mariadb.stop();
  await mariadb.run(["--read-only"]);
  await t.rejects(open(t, mariadb.url, { operationTimeoutMs: 300 }), { code: "unavailable", message: /read-only/ });
  await mariadb.stop();
  await mariadb.run();
  await t.resolves(open(t, mariadb.url));
});

t.test("TLS: the authority and the name are checked, and there is no way around it", async (t) => {
  const url = mariadb.url.replace("127.0.0.1", "localhost");
  const trusted = `${url}?tls=${encodeURIComponent(files.ca)}`;
  const database = await open(t, trusted);
  const [row] = await database.query({ sql: "SHOW STATUS LIKE 'Ssl_version'", values: [] });
  t.match(row?.["Value"], /^TLSv1\.[23]$/);
  await t.rejects(open(t, `${url}?tls=verify`), { code: "not_trusted" }, "Node's authorities do not know this one");
  await t.rejects(open(t, `${url}?tls=${files.key}.no`), { code: "bad_url" });

  const proxy = await CuttingProxy.start(t, mariadb.port);
  proxy.hidesTls = true;
  const stripped = trusted.replace(`:${mariadb.port}/`, `:${proxy.port}/`);
  await t.rejects(open(t, stripped), { code: "not_trusted", message: /offers no TLS/ });
  t.notOk(Buffer.concat(proxy.sent).includes("app"), "it is told nothing, not even the user");
  await t.resolves(open(t, stripped.replace(/\?.*/, "?tls=off")), "unless that is wished for");

  await mariadb.stop();
  await useCertificate(["db.example"]);
  await mariadb.run();
  await t.rejects(open(t, trusted), { code: "not_trusted" }, "a certificate for another name");
});

async function pair(t: Test, options: MysqlOptions = {}) {
  const a = await CuttingProxy.start(t, mariadb.port);
  const b = await CuttingProxy.start(t, mariadb.port);
  const changes = new EventEmitter();
  const onNodeChange = ({ node, outage }: DatabaseNodeChange): void => {
    changes.emit(outage === undefined ? "up" : "down", node, outage);
  };
  return { a, b, changes, database: await open(t, urlOf([a, b]), { ...options, onNodeChange }) };
}

function urlOf(proxies: readonly CuttingProxy[]): string {
  return mariadb.url.replace(/127\.0\.0\.1:\d+/, proxies.map(({ port }) => `127.0.0.1:${port}`).join(","));
}

async function open(t: Test, url: string, options: MysqlOptions = {}): Promise<MysqlDatabase> {
  const target = decodeDatabaseUrl(url);
  if (target.kind !== "mysql") {
    throw new Error("not a MySQL URL");
  }
  const database = await MysqlDatabase.open(target, options);
  t.teardown(() => database.close());
  return database;
}

function ask(database: MysqlDatabase): Promise<unknown> {
  return database.query({ sql: "SELECT 1 AS one", values: [] });
}

async function useCertificate(names: readonly string[]): Promise<void> {
  const { cert, key } = await makeCertificate(authority, { names, addresses: [] });
  await writeFile(files.cert, cert);
  await writeFile(files.key, key);
}
