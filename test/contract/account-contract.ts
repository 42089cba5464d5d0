// What every account store must do about accounts: one for each name and each request id.

import { ACCOUNTS_PER_PAGE, type NewAccount } from "../../src/server/store/account-store.js";
import { type ContractPart, event, NOW_MS, newAccount, registered } from "./store-fixtures.js";

export const registers: ContractPart = async (t, { store, database: { open } }) => {
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
      requestId: account.requestId,
      createdAtMs: NOW_MS,
      disabledAtMs: undefined,
      loginCount: 0,
      lastLoginAtMs: undefined,
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
    const base = `jose${Date.now()}`;
    for (const username of [base, base.replace("e", "\u00e9"), `${base} `, base.toUpperCase()]) {
      const account = { ...newAccount(), username };
      t.same(await store.register(account, event("registered", account)), { kind: "registered" }, username);
      t.equal((await store.findAccount(username))?.username, username);
    }
  });
};

export const settlesRaces: ContractPart = async (t, { store, database }) => {
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
};

export const listsAccounts: ContractPart = async (t, { store }) => {
  await t.test("accounts are listed in pages, in the order of their names' bytes", async (t) => {
    const made = await Promise.all(Array.from({ length: 105 }, () => registered(store)));
    const listed: string[] = [];
    for (
      let page = await store.listAccounts("");
      page.length > 0;
      page = await store.listAccounts(listed.at(-1) ?? "")
    ) {
      t.ok(page.length <= ACCOUNTS_PER_PAGE);
      listed.push(...page.map(({ username }) => username));
    }
    t.ok(made.every(({ username }) => listed.includes(username)));
    t.equal(new Set(listed).size, listed.length, "none twice");
    const sorted = listed.map((username) => Buffer.from(username)).sort(Buffer.compare);
    t.same(listed, sorted.map(String));
  });
};

export const survivesStrangeValues: ContractPart = async (t, { store }) => {
  await t.test("text that looks like SQL is nothing but text", async (t) => {
    for (const username of ["' OR '1'='1", "\\' OR 1=1 -- ", "a'; DROP TABLE x;#", "0", "%", "\0"]) {
      t.equal(await store.findAccount(username), undefined, JSON.stringify(username));
    }
  });
};
