// The MySQL store against a real MariaDB: the contract, and what is its own: restarts, freezes, cuts, rights, TLS.

import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import mysql from "mysql2/promise";
import t from "tap";
import { newId } from "../../../src/server/audit-event.js";
import { createAuthority, createServerCertificate } from "../../../src/server/certificate/development-certificate.js";
import type { AccountStore, NewAccount } from "../../../src/server/store/account-store.js";
import { openStore } from "../../../src/server/store/open-store.js";
import { storeContract } from "../../contract/store-contract.js";
import { CuttingProxy } from "../../fixtures/cutting-proxy.js";
import { Mariadb } from "../../fixtures/mariadb.js";

const folder = t.testdir();
const ca = await createAuthority(Date.now());
const certificate = await createServerCertificate(ca, Date.now());
const tls = { ca: join(folder, "ca.pem"), cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
await writeFile(tls.ca, ca.certificate);
await writeFile(tls.cert, certificate.certificate);
await writeFile(tls.key, certificate.key);
const mariadb = await Mariadb.start(t, tls);

storeContract("the MySQL store", async () => ({
  open: () => openStore(mariadb.url),
  rows: async (table) => {
    const connection = await mysql.createConnection(mariadb.url);
    const [rows] = await connection.query(`SELECT * FROM ${table}`);
    await connection.end();
    return Array.isArray(rows) ? rows.map((row) => ({ ...row })) : [];
  },
}));

t.test("a wrong password, a missing database and a closed port are told apart, without a secret", async (t) => {
  const wrong = mariadb.url.replace(mariadb.password, "not-the-password");
  const error: unknown = await openStore(wrong).catch((caught: unknown) => caught);
  t.match(error, { code: "access_denied" });
  t.notMatch(JSON.stringify([error, String(error)]), /not-the-password/);
  await t.rejects(openStore(mariadb.url.replace(/app$/, "other")), { code: /access_denied|no_database/ });
  await t.rejects(openStore("mysql://app:secret@127.0.0.1:1/app", { operationTimeoutMs: 200 }), {
    code: "unavailable",
    message: /mysql:\/\/app@127\.0\.0\.1:1\/app/,
  });
});

t.test("over TLS the certificate is checked, and so is its name", async (t) => {
  const url = mariadb.url.replace("127.0.0.1", "localhost");
  const store = await openStore(`${url}?tls=${tls.ca}`);
  await t.resolves(store.findAccount("alice"));
  await store.close();
  await t.rejects(openStore(`${url}?tls=verify`), { code: "not_trusted" }, "authorities of Node do not know this one");
  await t.rejects(openStore(`${mariadb.url}?tls=${tls.ca}`), { code: "bad_url" }, "an address cannot be checked");
});

t.test("a database that restarts under the pool is found again, and nothing acknowledged is lost", async (t) => {
  const store = await openStore(mariadb.url);
  t.teardown(() => store.close());
  const before = await register(store);
  await Promise.all(Array.from({ length: 8 }, () => store.findAccount(before.username)));
  await mariadb.crash();
  const during = store.findAccount(before.username);
  await mariadb.run();
  t.same((await during)?.accountId, before.accountId);
  t.same((await store.findAccount(before.username))?.accountId, before.accountId);
  const after = await register(store);
  t.same((await store.findAccount(after.username))?.accountId, after.accountId);
});

t.test("a write whose acknowledgement is lost is settled: done once, and told so", async (t) => {
  const proxy = await CuttingProxy.start(t, mariadb.port);
  const store = await openStore(mariadb.url.replace(String(mariadb.port), String(proxy.port)));
  t.teardown(() => store.close());
  for (let round = 1; round <= 20; round += 1) {
    const account = newAccount();
    proxy.cutNextAnswerTo("COMMIT");
    t.same(await store.register(account, event("registered", account)), { kind: "registered" });
    t.equal(proxy.cuts, round, "the answer was swallowed");
    t.same((await store.findAccount(account.username))?.accountId, account.accountId);
  }
  const found = await store.findAccount((await register(store)).username);
  if (found !== undefined) {
    proxy.cutNextAnswerTo("$changed");
    t.equal(await store.replacePasswordHash(found, "$changed"), true);
    t.equal(proxy.cuts, 21);
    t.equal((await store.findAccount(found.username))?.passwordHash, "$changed");
  }
  const taken = await register(store);
  const late = { ...newAccount(), username: taken.username };
  t.same(await store.register(late, event("registered", late)), { kind: "username_taken" });
});

t.test("a frozen database gives a typed error within the deadline, and is used again once it thaws", async (t) => {
  const store = await openStore(mariadb.url, { operationTimeoutMs: 400 });
  t.teardown(() => store.close());
  const account = newAccount();
  await Promise.all(Array.from({ length: 4 }, () => store.findAccount("alice")));
  mariadb.freeze();
  const started = process.hrtime.bigint();
  const calls = [
    ...Array.from({ length: 30 }, () => store.findAccount("alice")),
    store.register(account, event("registered", account)),
  ];
  const results = await Promise.allSettled(calls);
  const tookMs = Number(process.hrtime.bigint() - started) / 1e6;
  t.ok(results.every(({ status }) => status === "rejected"));
  for (const result of results) {
    t.match(result, { reason: { name: "StoreError", code: /timeout|unavailable/ } });
  }
  t.ok(tookMs < 10_000, `all 31 gave up after ${Math.round(tookMs)} ms`);
  mariadb.thaw();
  const outcome = await eventually(() => store.register(account, event("registered", account)));
  t.same(outcome, { kind: "registered" }, "whether or not the first attempt had been done");
  t.same((await store.findAccount(account.username))?.accountId, account.accountId);
});

t.test("a store closes while its database is frozen", async (t) => {
  const store = await openStore(mariadb.url, { operationTimeoutMs: 300 });
  mariadb.freeze();
  await t.rejects(store.findAccount("alice"));
  await t.resolves(store.close());
  mariadb.thaw();
});

t.test("a lock that another transaction keeps gives a typed error, and its end lets the work go on", async (t) => {
  const account = newAccount();
  const store = await openStore(mariadb.url, { operationTimeoutMs: 5_000 });
  const hasty = await openStore(mariadb.url, { operationTimeoutMs: 300 });
  const other = await mysql.createConnection(mariadb.url);
  t.teardown(() => Promise.all([store.close(), hasty.close(), other.end()]));
  await store.register(account, event("registered", account));
  const found = await store.findAccount(account.username);
  await other.query("START TRANSACTION");
  await other.query("SELECT * FROM accounts FOR UPDATE");
  if (found !== undefined) {
    await t.rejects(hasty.replacePasswordHash(found, "$late"), { code: /timeout|conflict/ });
    const waiting = store.replacePasswordHash(found, "$in-time");
    await other.query("ROLLBACK");
    t.equal(await waiting, true);
    // What timed out may still be done by the database later.
    t.match((await store.findAccount(account.username))?.passwordHash, /^\$(in-time|late)$/);
  }
});

t.test("a schema that was edited, or is newer, is refused", async (t) => {
  const other = await mysql.createConnection(mariadb.url);
  t.teardown(() => other.end());
  const [rows] = await other.query<mysql.RowDataPacket[]>("SELECT checksum FROM schema_migrations WHERE version = 1");
  const checksum = String(rows[0]?.["checksum"]);
  await other.query("UPDATE schema_migrations SET checksum = 'x' WHERE version = 1");
  await t.rejects(openStore(mariadb.url), { code: "schema_changed" });
  await other.execute("UPDATE schema_migrations SET checksum = ? WHERE version = 1", [checksum]);
  await other.query("INSERT INTO schema_migrations VALUES (999, 'x', 0)");
  await t.rejects(openStore(mariadb.url), { code: "schema_newer" });
  await other.query("DELETE FROM schema_migrations WHERE version = 999");
  await t.resolves(openStore(mariadb.url).then((store) => store.close()));
});

t.test("servers that start at once on an empty database make its tables once", async (t) => {
  const other = await mysql.createConnection(mariadb.url);
  t.teardown(() => other.end());
  await other.query("DROP TABLE accounts, sessions, audit_events, schema_migrations, schema_lease");
  const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(mariadb.url)));
  const accounts = await Promise.all(stores.map((store) => register(store)));
  t.equal(accounts.length, 5);
  await Promise.all(stores.map((store) => store.close()));
  const [leases] = await other.query<mysql.RowDataPacket[]>("SELECT * FROM schema_lease");
  t.same(leases, [], "and the lease was given back");
});

async function register(store: AccountStore): Promise<NewAccount> {
  const account = newAccount();
  await store.register(account, event("registered", account));
  return account;
}

function newAccount(): NewAccount {
  const createdAtMs = Date.now();
  const username = `user-${randomBytes(6).toString("hex")}`;
  return { accountId: newId(createdAtMs), username, passwordHash: "$x", requestId: randomBytes(16), createdAtMs };
}

function event(kind: "registered", { accountId, username, createdAtMs }: NewAccount) {
  return { eventId: newId(createdAtMs), kind, atMs: createdAtMs, accountId, username, address: "::1" };
}

/** For what comes back after a fault at a time that nobody announces. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 50) {
        throw error;
      }
    }
  }
}
