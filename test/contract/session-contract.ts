// What every account store must do about sessions.

import { randomBytes } from "node:crypto";
import { type ContractPart, event, NOW_MS, newSession, registered } from "./store-fixtures.js";

export const keepsSessions: ContractPart = async (t, { store }) => {
  const account = await registered(store);

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
};
