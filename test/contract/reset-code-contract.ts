// What every account store must do about reset codes.

import { randomBytes } from "node:crypto";
import { createResetCode } from "../../src/server/reset-code.js";
import { MAX_RESET_TRIES } from "../../src/server/store/reset-code-store.js";
import { type ContractPart, event, hex, NOW_MS, opened, registered } from "./store-fixtures.js";

export const keepsResetCodes: ContractPart = async (t, { store, database: { rows } }) => {
  await t.test("an account has one code, the last one issued", async (t) => {
    const account = await registered(store);
    const [first, second] = [createResetCode(account.accountId, NOW_MS), createResetCode(account.accountId, NOW_MS)];
    t.equal(await store.findResetCode(account.accountId), undefined);
    for (const { record } of [first, second]) {
      const issued = event("reset_code_issued", account);
      t.equal(await store.issueResetCode(record, issued), true);
      t.equal(await store.issueResetCode(record, issued), true, "as after a lost answer");
    }
    const { accountId: _, ...expected } = second.record;
    t.same(await store.findResetCode(account.accountId), { ...expected, tries: 0 });
    const stranger = createResetCode(randomBytes(16), NOW_MS).record;
    t.equal(await store.issueResetCode(stranger, event("reset_code_issued", account)), false, "no such account");
  });

  await t.test("tries are counted once each, and are bounded, also when they come at once", async (t) => {
    const account = await registered(store);
    const { record } = createResetCode(account.accountId, NOW_MS);
    await store.issueResetCode(record, event("reset_code_issued", account));
    const tried = event("reset_tried", account);
    t.equal(await store.countResetTry(account.accountId, record.resetId, tried), true);
    t.equal(await store.countResetTry(account.accountId, record.resetId, tried), true, "as after a lost answer");
    t.equal((await store.findResetCode(account.accountId))?.tries, 1);
    const counted: boolean[] = [];
    while (counted.length < MAX_RESET_TRIES + 8) {
      const some = Array.from({ length: 12 }, () =>
        store.countResetTry(account.accountId, record.resetId, event("reset_tried", account)),
      );
      counted.push(...(await Promise.all(some)));
    }
    t.equal(counted.filter(Boolean).length, MAX_RESET_TRIES - 1);
    const told = (await rows("audit_events")).filter(
      (row) => row["kind"] === "reset_tried" && hex(row["account_id"]) === hex(account.accountId),
    );
    t.equal(told.length, counted.length + 1, "and each is told of");
    t.equal(await store.countResetTry(account.accountId, randomBytes(16), event("reset_tried", account)), false);
  });

  await t.test("a reset uses up the code and ends all sessions", async (t) => {
    const account = await registered(store);
    const session = await opened(store, account);
    const { record } = createResetCode(account.accountId, NOW_MS);
    await store.issueResetCode(record, event("reset_code_issued", account));
    const reset = { account, resetId: record.resetId, passwordHash: "$reset" };
    t.equal(await store.resetPassword({ ...reset, resetId: randomBytes(16) }, event("password_reset", account)), false);
    t.equal((await store.findAccount(account.username))?.passwordVersion, 1, "all was undone");
    const done = event("password_reset", account);
    t.equal(await store.resetPassword(reset, done), true);
    t.equal(await store.resetPassword(reset, done), true, "as after a lost answer");
    t.match(await store.findAccount(account.username), { passwordHash: "$reset", passwordVersion: 2 });
    t.equal(await store.findSession(session.tokenHash), undefined);
    t.equal(await store.findResetCode(account.accountId), undefined);
    t.equal(await store.resetPassword(reset, event("password_reset", account)), false);
  });

  await t.test("purging takes expired codes", async (t) => {
    const account = await registered(store);
    const { record } = createResetCode(account.accountId, NOW_MS);
    await store.issueResetCode(record, event("reset_code_issued", account));
    await store.purgeResetCodes(record.expiresAtMs);
    t.ok(await store.findResetCode(account.accountId));
    await store.purgeResetCodes(record.expiresAtMs + 1);
    t.equal(await store.findResetCode(account.accountId), undefined);
  });
};
