// What every account store must do about sessions.

import { randomBytes } from "node:crypto";
import { MAX_SESSIONS_PER_ACCOUNT, type NewSession } from "../../src/server/store/session-store.js";
import { type ContractPart, event, hex, NOW_MS, newSession, opened, registered } from "./store-fixtures.js";

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
    t.equal(await store.endSession(session.tokenHash, event("logout", account)), false, "ending it twice is no error");
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

export const listsSessions: ContractPart = async (t, { store }) => {
  await t.test("the sessions of an account are listed, the newest first, without their tokens", async (t) => {
    const [account, other] = [await registered(store), await registered(store)];
    const old = await opened(store, account);
    const young = await opened(store, account, { createdAtMs: NOW_MS + 1, address: "x".repeat(99) });
    await opened(store, other);
    const listed = await store.listSessions(account.accountId);
    t.same(listed, [
      {
        sessionId: young.sessionId,
        createdAtMs: NOW_MS + 1,
        lastUsedAtMs: NOW_MS + 1,
        expiresAtMs: NOW_MS + 1000,
        address: "x".repeat(64),
      },
      {
        sessionId: old.sessionId,
        createdAtMs: NOW_MS,
        lastUsedAtMs: NOW_MS,
        expiresAtMs: NOW_MS + 1000,
        address: "192.0.2.7",
      },
    ]);
    t.match(await store.findAccount(account.username), { loginCount: 2, lastLoginAtMs: NOW_MS + 1 });
  });

  await t.test("a session is revoked by its id, by its own account, once", async (t) => {
    const [account, other] = [await registered(store), await registered(store)];
    const [one, two] = [await opened(store, account), await opened(store, account)];
    const revoked = event("session_revoked", account);
    t.equal(await store.revokeSession(other.accountId, one.sessionId, event("session_revoked", other)), false);
    t.ok(await store.findSession(one.tokenHash));
    t.equal(await store.revokeSession(account.accountId, one.sessionId, revoked), true);
    t.equal(await store.revokeSession(account.accountId, one.sessionId, revoked), true, "as after a lost answer");
    t.equal(await store.revokeSession(account.accountId, one.sessionId, event("session_revoked", account)), false);
    t.equal(await store.findSession(one.tokenHash), undefined);
    t.ok(await store.findSession(two.tokenHash));
  });

  await t.test("all sessions of an account end, or all but one", async (t) => {
    const [account, other] = [await registered(store), await registered(store)];
    const [one, two] = [await opened(store, account), await opened(store, account)];
    const stranger = await opened(store, other);
    await store.endSessions(account.accountId, event("logged_out_everywhere", account), one.tokenHash);
    t.ok(await store.findSession(one.tokenHash));
    t.equal(await store.findSession(two.tokenHash), undefined);
    await store.endSessions(account.accountId, event("logged_out_everywhere", account));
    t.equal(await store.findSession(one.tokenHash), undefined);
    t.ok(await store.findSession(stranger.tokenHash));
  });

  await t.test("an account keeps a bounded number of sessions: the oldest goes", async (t) => {
    const account = await registered(store);
    const sessions: NewSession[] = [];
    for (let index = 0; index < MAX_SESSIONS_PER_ACCOUNT + 2; index += 1) {
      sessions.push(await opened(store, account, { createdAtMs: NOW_MS + index }));
    }
    const kept = (await store.listSessions(account.accountId)).map(({ sessionId }) => hex(sessionId));
    t.same(
      kept,
      sessions
        .slice(2)
        .reverse()
        .map(({ sessionId }) => hex(sessionId)),
    );
  });

  await t.test("no session opens for another password than the present one, or for no account", async (t) => {
    const account = await registered(store);
    for (const refused of [newSession(account, { passwordVersion: 2 }), newSession({ accountId: randomBytes(16) })]) {
      t.equal(await store.openSession(refused, event("login", account)), false);
      t.equal(await store.findSession(refused.tokenHash), undefined);
    }
    t.match(await store.findAccount(account.username), { loginCount: 0, lastLoginAtMs: undefined });
  });
};
