// What every account store must do. Each driver's own test file runs all of it against the real thing.

import { randomBytes } from "node:crypto";
import t, { type Test } from "tap";
import { type AuditEvent, type AuditKind, newId } from "../../src/server/audit-event.js";
import type { AccountStore, NewAccount, NewSession } from "../../src/server/store/account-store.js";

export interface StoreUnderTest {
  /** Another connection to the same database, as another server process has it. */
  open(): Promise<AccountStore>;
  /** All rows of a table, to see what is really stored. */
  rows(table: string): Promise<Record<string, unknown>[]>;
}

const NOW_MS = 1_795_000_000_123;
let counter = 0;

export function storeContract(name: string, start: (t: Test) => Promise<StoreUnderTest>): void {
  t.test(`${name} keeps the contract of account stores`, async (t) => {
    const database = await start(t);
    const store = await database.open();
    t.teardown(() => store.close());
    await registers(t, store, database);
    await settlesRaces(t, store, database);
    await keepsSessions(t, store);
    await changesHashes(t, store);
    await keepsAudit(t, store, database);
    await survivesStrangeValues(t, store);
    await opensAtOnce(t, database);
  });
}

async function registers(t: Test, store: AccountStore, { open }: StoreUnderTest): Promise<void> {
  await t.test("an account is found as it was registered, also by another server", async (t) => {
    const account = newAccount();
    t.same(await store.register(account, event("registered", account)), { kind: "registered" });
    const other = await open();
    t.teardown(() => other.close());
    const expected = {
      accountId: account.accountId,
      username: account.username,
      passwordHash: account.passwordHash,
      passwordVersion: 1,
      createdAtMs: NOW_MS,
    };
    t.same(await other.findAccount(account.username), expected);
    t.equal(await store.findAccount("nobody"), undefined);
    t.equal(await store.findAccount(""), undefined);
  });

  await t.test("the second of one name is refused, and leaves nothing behind", async (t) => {
    const first = newAccount();
    const second = { ...newAccount(), username: first.username };
    await store.register(first, event("registered", first));
    t.same(await store.register(second, event("registered", second)), { kind: "username_taken" });
    t.same((await store.findAccount(first.username))?.accountId, first.accountId);
  });

  await t.test("a request id that made an account before gives that account", async (t) => {
    const first = newAccount();
    await store.register(first, event("registered", first));
    const again = { ...newAccount(), username: first.username, requestId: first.requestId };
    const otherName = { ...newAccount(), requestId: first.requestId };
    for (const repeat of [again, otherName]) {
      const outcome = await store.register(repeat, event("registered", repeat));
      t.equal(outcome.kind, "repeated");
      t.same(outcome.kind === "repeated" && outcome.account.accountId, first.accountId);
    }
    t.equal(await store.findAccount(otherName.username), undefined);
  });

  await t.test("a registration that stands already, because its answer was lost, is a success", async (t) => {
    const account = newAccount();
    const registered = event("registered", account);
    await store.register(account, registered);
    t.same(await store.register(account, registered), { kind: "registered" });
  });

  await t.test("names are compared as bytes", async (t) => {
    const base = `jose${counter}`;
    for (const username of [base, `jos\u00e9${counter}`, `${base} `, base.toUpperCase()]) {
      const account = { ...newAccount(), username };
      t.same(await store.register(account, event("registered", account)), { kind: "registered" }, username);
      t.equal((await store.findAccount(username))?.username, username);
    }
  });
}

async function settlesRaces(t: Test, store: AccountStore, database: StoreUnderTest): Promise<void> {
  await t.test("of fifty at once for one name exactly one wins", async (t) => {
    const other = await database.open();
    t.teardown(() => other.close());
    const username = newAccount().username;
    const racers = Array.from({ length: 50 }, () => ({ ...newAccount(), username }));
    const register = (account: NewAccount, index: number) =>
      (index % 2 === 0 ? store : other).register(account, event("registered", account));
    const outcomes = await Promise.all(racers.map(register));
    const winners = racers.filter((_, index) => outcomes[index]?.kind === "registered");
    t.equal(winners.length, 1);
    t.equal(outcomes.filter(({ kind }) => kind === "username_taken").length, 49);
    t.same((await store.findAccount(username))?.accountId, winners[0]?.accountId);
    const told = (await database.rows("audit_events")).filter((row) => String(row["username"]) === username);
    t.equal(told.length, 1, "and only the winner is told of");
  });

  await t.test("of twenty at once with one request id all get the same account", async (t) => {
    const first = newAccount();
    const racers = Array.from({ length: 20 }, () => ({
      ...newAccount(),
      username: first.username,
      requestId: first.requestId,
    }));
    const outcomes = await Promise.all(racers.map((account) => store.register(account, event("registered", account))));
    const ids = outcomes.map((outcome, index) =>
      outcome.kind === "repeated" ? outcome.account.accountId : racers[index]?.accountId,
    );
    t.equal(outcomes.filter(({ kind }) => kind === "registered").length, 1);
    t.equal(new Set(ids.map((id) => Buffer.from(id ?? []).toString("hex"))).size, 1);
  });
}

async function keepsSessions(t: Test, store: AccountStore): Promise<void> {
  const account = newAccount();
  await store.register(account, event("registered", account));

  await t.test("a session is found by the hash of its token until it is ended", async (t) => {
    const session = newSession(account);
    await store.openSession(session, event("login", account));
    const found = await store.findSession(session.tokenHash);
    t.same(found?.account.accountId, account.accountId);
    t.equal(found?.account.username, account.username);
    t.equal(found?.createdAtMs, NOW_MS);
    t.equal(found?.lastUsedAtMs, NOW_MS);
    t.equal(found?.expiresAtMs, NOW_MS + 1000);
    await store.endSession(session.tokenHash, event("logout", account));
    t.equal(await store.findSession(session.tokenHash), undefined);
    await t.resolves(store.endSession(session.tokenHash, event("logout", account)), "ending it twice is no error");
    t.equal(await store.findSession(randomBytes(32)), undefined);
  });

  await t.test("a session that stands already, because its answer was lost, is a success", async (t) => {
    const session = newSession(account);
    const login = event("login", account);
    await store.openSession(session, login);
    await t.resolves(store.openSession(session, login));
  });

  await t.test("uses are noted, and never go back in time", async (t) => {
    const session = newSession(account);
    await store.openSession(session, event("login", account));
    await store.touchSession(session.tokenHash, NOW_MS + 500);
    await store.touchSession(session.tokenHash, NOW_MS + 200);
    t.equal((await store.findSession(session.tokenHash))?.lastUsedAtMs, NOW_MS + 500);
    await t.resolves(store.touchSession(randomBytes(32), NOW_MS), "a session that is gone is no error");
  });

  await t.test("purging takes the expired and the unused, and no others", async (t) => {
    const [expired, unused, alive] = [newSession(account), newSession(account), newSession(account)];
    await store.openSession(
      { ...expired, createdAtMs: NOW_MS + 10_000, expiresAtMs: NOW_MS + 20_000 },
      event("login", account),
    );
    await store.openSession(
      { ...unused, createdAtMs: NOW_MS + 5_000, expiresAtMs: NOW_MS + 90_000 },
      event("login", account),
    );
    await store.openSession(
      { ...alive, createdAtMs: NOW_MS + 8_000, expiresAtMs: NOW_MS + 90_000 },
      event("login", account),
    );
    await store.purgeSessions(NOW_MS + 20_001, NOW_MS + 8_000);
    t.equal(await store.findSession(expired.tokenHash), undefined);
    t.equal(await store.findSession(unused.tokenHash), undefined);
    t.ok(await store.findSession(alive.tokenHash));
  });
}

async function changesHashes(t: Test, store: AccountStore): Promise<void> {
  await t.test("of several changes of a hash that start from the same one, one is done", async (t) => {
    const account = newAccount();
    await store.register(account, event("registered", account));
    const found = await store.findAccount(account.username);
    t.ok(found);
    if (found !== undefined) {
      const hashes = ["$one", "$two", "$three", "$four"];
      const done = await Promise.all(hashes.map((hash) => store.replacePasswordHash(found, hash)));
      t.equal(done.filter(Boolean).length, 1);
      const now = await store.findAccount(account.username);
      t.equal(now?.passwordHash, hashes[done.indexOf(true)]);
      t.equal(now?.passwordVersion, 2);
    }
  });
}

async function keepsAudit(t: Test, store: AccountStore, { rows }: StoreUnderTest): Promise<void> {
  await t.test("an audit event is stored once, however often it is written", async (t) => {
    const failed = event("login_failed", undefined);
    await Promise.all([store.recordAudit(failed), store.recordAudit(failed), store.recordAudit(failed)]);
    const found = (await rows("audit_events")).filter((row) => hex(row["event_id"]) === hex(failed.eventId));
    t.equal(found.length, 1);
    t.match(found[0], { kind: "login_failed", account_id: null, username: null, address: "192.0.2.1" });
    t.equal(Number(found[0]?.["at_ms"]), NOW_MS);
  });

  await t.test("an address of any length is kept, cut", async (t) => {
    const long = { ...event("login_failed", undefined), address: "x".repeat(500) };
    await t.resolves(store.recordAudit(long));
  });

  await t.test("purging takes old failed logins, and no other events", async (t) => {
    const at = (kind: AuditKind, atMs: number): AuditEvent => ({
      ...event(kind, undefined),
      eventId: newId(atMs),
      atMs,
    });
    const old = at("login_failed", NOW_MS - 1_001);
    const kept = [at("login_failed", NOW_MS - 1_000), at("login", NOW_MS - 1_001), at("logout", NOW_MS - 1_001)];
    for (const one of [old, ...kept]) {
      await store.recordAudit(one);
    }
    await store.purgeFailedLogins(NOW_MS - 1_000);
    const left = new Set((await rows("audit_events")).map((row) => hex(row["event_id"])));
    t.notOk(left.has(hex(old.eventId)));
    t.ok(kept.every(({ eventId }) => left.has(hex(eventId))));
  });
}

async function survivesStrangeValues(t: Test, store: AccountStore): Promise<void> {
  await t.test("text that looks like SQL is nothing but text", async (t) => {
    for (const username of ["' OR '1'='1", "\\' OR 1=1 -- ", "a'; DROP TABLE x;#", "0", "%", "\0"]) {
      t.equal(await store.findAccount(username), undefined, JSON.stringify(username));
    }
  });
}

async function opensAtOnce(t: Test, { open, rows }: StoreUnderTest): Promise<void> {
  await t.test("several servers may start at once, and again later", async (t) => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => open()));
    await Promise.all(stores.map((one) => one.close()));
    const versions = (await rows("schema_migrations")).map((row) => Number(row["version"]));
    t.same(versions, [...new Set(versions)]);
  });

  await t.test("a store that is closed says so, and may be closed again", async (t) => {
    const store = await open();
    await store.close();
    await t.rejects(store.findAccount("alice"), { name: "StoreError", code: "closed" });
    await t.resolves(store.close());
  });
}

function newAccount(): NewAccount {
  counter += 1;
  return {
    accountId: newId(NOW_MS),
    username: `user${counter}-${randomBytes(4).toString("hex")}`,
    passwordHash: "$scrypt$ln=4,r=8,p=1$AAAA$BBBB",
    requestId: randomBytes(16),
    createdAtMs: NOW_MS,
  };
}

function newSession({ accountId }: NewAccount): NewSession {
  return { tokenHash: randomBytes(32), accountId, createdAtMs: NOW_MS, expiresAtMs: NOW_MS + 1000 };
}

function event(kind: AuditKind, account: NewAccount | undefined): AuditEvent {
  const { accountId, username } = account ?? { accountId: undefined, username: undefined };
  return { eventId: newId(NOW_MS), kind, atMs: NOW_MS, accountId, username, address: "192.0.2.1" };
}

function hex(value: unknown): string {
  const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString("hex") : "";
}
