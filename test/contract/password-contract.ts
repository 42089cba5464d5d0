// What every account store must do when a password changes, an account is disabled, or deleted.

import { randomBytes } from "node:crypto";
import { deletionEvent } from "../../src/server/audit-event.js";
import { createResetCode } from "../../src/server/reset-code.js";
import type { AccountStore } from "../../src/server/store/account-store.js";
import { type ContractPart, event, hex, NOW_MS, newAccount, newSession, opened, registered } from "./store-fixtures.js";

export const changesPasswords: ContractPart = async (t, { store }) => {
  await t.test("another hash of the same password leaves sessions and the version alone", async (t) => {
    const account = await registered(store);
    const session = await opened(store, account);
    t.equal(await store.replacePasswordHash(account, "$stronger"), true);
    t.match(await store.findAccount(account.username), { passwordHash: "$stronger", passwordVersion: 1 });
    t.ok(await store.findSession(session.tokenHash));
    t.equal(await store.replacePasswordHash({ ...account, passwordVersion: 2 }, "$no"), false);
  });

  await t.test("a change of the password ends the other sessions, and takes the reset code", async (t) => {
    const account = await registered(store);
    const [kept, other] = [await opened(store, account), await opened(store, account)];
    const { record } = createResetCode(account.accountId, NOW_MS);
    await store.issueResetCode(record, event("reset_code_issued", account));
    const changed = event("password_changed", account);
    const change = { account, passwordHash: "$new", keptTokenHash: kept.tokenHash };
    t.equal(await store.changePassword(change, changed), true);
    t.match(await store.findAccount(account.username), { passwordHash: "$new", passwordVersion: 2 });
    t.ok(await store.findSession(kept.tokenHash));
    t.equal(await store.findSession(other.tokenHash), undefined);
    t.equal(await store.findResetCode(account.accountId), undefined);
    t.equal(await store.changePassword(change, changed), true, "again, as after a lost answer: done already");
    t.equal((await store.findAccount(account.username))?.passwordVersion, 2);
    t.equal(await store.changePassword(change, event("password_changed", account)), false, "another one came too late");
  });

  await t.test("of several changes that start from the same password, one is done", async (t) => {
    const account = await registered(store);
    const kept = await opened(store, account);
    const hashes = ["$one", "$two", "$three", "$four"];
    const done = await Promise.all(
      hashes.map((passwordHash) =>
        store.changePassword(
          { account, passwordHash, keptTokenHash: kept.tokenHash },
          event("password_changed", account),
        ),
      ),
    );
    t.equal(done.filter(Boolean).length, 1);
    t.match(await store.findAccount(account.username), {
      passwordHash: hashes[done.indexOf(true)],
      passwordVersion: 2,
    });
  });

  await t.test("a session that is gone changes nothing", async (t) => {
    const account = await registered(store);
    const other = await opened(store, account);
    const change = { account, passwordHash: "$new", keptTokenHash: randomBytes(32) };
    t.equal(await store.changePassword(change, event("password_changed", account)), false);
    t.match(await store.findAccount(account.username), { passwordVersion: 1 });
    t.ok(await store.findSession(other.tokenHash), "all was undone");
  });
};

export const endsWhatItShould: ContractPart = async (t, { store, database }) => {
  await t.test("no session that was checked against the old password outlives its change", async (t) => {
    const other = await database.open();
    t.teardown(() => other.close());
    for (let round = 0; round < 15; round += 1) {
      const account = await registered(store);
      const kept = await opened(store, account);
      const late = newSession(account);
      const change = { account, passwordHash: "$new", keptTokenHash: kept.tokenHash };
      await Promise.all([
        store.changePassword(change, event("password_changed", account)),
        other.openSession(late, event("login", account)),
      ]);
      t.equal(await store.findSession(late.tokenHash), undefined);
      t.equal((await store.listSessions(account.accountId)).length, 1);
    }
  });

  await t.test("nor does one of an account that is disabled or deleted meanwhile", async (t) => {
    const other = await database.open();
    t.teardown(() => other.close());
    for (let round = 0; round < 10; round += 1) {
      const account = await registered(store);
      const late = newSession(account);
      const end = round % 2 === 0 ? disable : remove;
      await Promise.all([end(store, account), other.openSession(late, event("login", account))]);
      t.equal(await store.findSession(late.tokenHash), undefined);
    }
  });
};

export const disablesAccounts: ContractPart = async (t, { store }) => {
  await t.test("an account is disabled and enabled once each; its sessions end", async (t) => {
    const account = await registered(store);
    const session = await opened(store, account);
    t.equal(await store.disableAccount(account.accountId, NOW_MS + 7, event("disabled", account)), true);
    t.equal((await store.findAccount(account.username))?.disabledAtMs, NOW_MS + 7);
    t.equal(await store.findSession(session.tokenHash), undefined);
    t.equal(await store.disableAccount(account.accountId, NOW_MS + 8, event("disabled", account)), false);
    t.equal(await store.openSession(newSession(account), event("login", account)), false);
    t.equal(await store.enableAccount(account.accountId, event("enabled", account)), true);
    t.equal(await store.enableAccount(account.accountId, event("enabled", account)), false);
    t.equal((await store.findAccount(account.username))?.disabledAtMs, undefined);
    t.equal(await store.openSession(newSession(account), event("login", account)), true);
    t.equal(await store.disableAccount(randomBytes(16), NOW_MS, event("disabled", account)), false);
  });
};

export const deletesAccounts: ContractPart = async (t, { store, database: { rows } }) => {
  await t.test("a deleted account leaves nothing but that it was deleted, and its name is free", async (t) => {
    const account = await registered(store);
    const session = await opened(store, account);
    const { record } = createResetCode(account.accountId, NOW_MS);
    await store.issueResetCode(record, event("reset_code_issued", account));
    const deleted = deletionEvent(account.accountId, NOW_MS);
    const proof = { tokenHash: session.tokenHash, passwordVersion: 1 };
    t.equal(await store.deleteAccount(account.accountId, deleted, { ...proof, passwordVersion: 2 }), false);
    t.equal(await store.deleteAccount(account.accountId, deleted, { ...proof, tokenHash: randomBytes(32) }), false);
    t.ok(await store.findSession(session.tokenHash), "nothing was done");
    t.equal(await store.deleteAccount(account.accountId, deleted, proof), true);
    t.equal(await store.deleteAccount(account.accountId, deleted, proof), true, "as after a lost answer");
    t.equal(await store.deleteAccount(account.accountId, deletionEvent(account.accountId, NOW_MS)), false);
    for (const table of ["accounts", "sessions", "reset_codes", "audit_events"]) {
      const left = (await rows(table)).filter((row) => hex(row["account_id"]) === hex(account.accountId));
      t.equal(left.length, table === "audit_events" ? 1 : 0, table);
      t.match(left, table === "audit_events" ? [{ kind: "account_deleted", username: null, address: "" }] : []);
    }
    const next = { ...newAccount(), username: account.username };
    t.same(await store.register(next, event("registered", next)), { kind: "registered" });
  });

  await t.test("what a call under way leaves of a deleted account is purged, and nothing else", async (t) => {
    const [gone, kept] = [await registered(store), await registered(store)];
    await remove(store, gone);
    await store.recordAudit(event("login_failed", gone));
    await store.purgeDeleted(NOW_MS - 1);
    const left = (await rows("audit_events")).map((row) => [hex(row["account_id"]), row["kind"]].join(" "));
    t.ok(left.includes(`${hex(gone.accountId)} account_deleted`));
    t.notOk(left.includes(`${hex(gone.accountId)} login_failed`));
    t.ok(left.includes(`${hex(kept.accountId)} registered`));
  });
};

interface Someone {
  readonly accountId: Uint8Array;
  readonly username: string;
}

function disable(store: AccountStore, account: Someone): Promise<boolean> {
  return store.disableAccount(account.accountId, NOW_MS, event("disabled", account));
}

function remove(store: AccountStore, { accountId }: Someone): Promise<boolean> {
  return store.deleteAccount(accountId, deletionEvent(accountId, NOW_MS));
}
