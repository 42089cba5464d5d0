// Listing and ending sessions over a real connection and a real database.

import { randomBytes } from "node:crypto";
import t from "tap";
import { InvalidField, InvalidField_Reason as Reason } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { StatusCode } from "../../../src/rpc/index.js";
import { failure, loggedIn, login, startAccounts } from "../../fixtures/running-accounts.js";

const ENDED = { code: StatusCode.UNAUTHENTICATED };

t.test("sessions are listed with where and when, the newest first, and which one asks", async (t) => {
  const running = await startAccounts(t);
  const { accounts, clock } = running;
  const first = await loggedIn(running, "alice");
  const begunMs = clock.nowMs;
  clock.nowMs += 120_000;
  const second = await login(running, "alice");
  await loggedIn(running, "bobby");
  const { sessions } = await accounts.listSessions({}, first.session);
  const day = 24 * 60 * 60 * 1000;
  t.same(sessions, [
    {
      sessionId: second.sessionId,
      createdAtMs: BigInt(clock.nowMs),
      lastUsedAtMs: BigInt(clock.nowMs),
      expiresAtMs: BigInt(clock.nowMs + 30 * day),
      address: "127.0.0.1",
      current: false,
    },
    {
      sessionId: first.sessionId,
      createdAtMs: BigInt(begunMs),
      lastUsedAtMs: BigInt(clock.nowMs),
      expiresAtMs: BigInt(begunMs + 30 * day),
      address: "127.0.0.1",
      current: true,
    },
  ]);
  clock.nowMs += 7 * day - 1;
  await accounts.whoAmI({}, first.session);
  clock.nowMs += 1;
  const left = await accounts.listSessions({}, first.session);
  t.same(
    left.sessions.map(({ current }) => current),
    [true],
    "what is idle for too long is not listed",
  );
});

t.test("a session is revoked by its id; that of someone else is not", async (t) => {
  const running = await startAccounts(t);
  const { accounts, events } = running;
  const [mine, other] = [await loggedIn(running, "alice"), await login(running, "alice")];
  const stranger = await loggedIn(running, "bobby");
  const none = await failure(accounts.revokeSession({ sessionId: mine.sessionId }, stranger.session));
  t.equal(none.code, StatusCode.NOT_FOUND);
  await accounts.whoAmI({}, mine.session);
  await accounts.revokeSession({ sessionId: other.sessionId }, mine.session);
  t.match(events.at(-1), { kind: "session_revoked", username: "alice", sessionId: other.sessionId });
  await t.rejects(accounts.whoAmI({}, other.session), ENDED);
  const again = await failure(accounts.revokeSession({ sessionId: other.sessionId }, mine.session));
  t.equal(again.code, StatusCode.NOT_FOUND);
  await accounts.revokeSession({ sessionId: mine.sessionId }, mine.session);
  await t.rejects(accounts.whoAmI({}, mine.session), ENDED, "also one's own");
});

t.test("a session id that can be none is refused, and told why", async (t) => {
  const running = await startAccounts(t);
  const { session } = await loggedIn(running, "alice");
  for (const sessionId of [Buffer.alloc(0), Buffer.alloc(15), Buffer.alloc(17), Buffer.alloc(10_000)]) {
    const error = await failure(running.accounts.revokeSession({ sessionId }, session));
    t.equal(error.code, StatusCode.INVALID_ARGUMENT);
    t.match(error.detail(InvalidField), { field: "session_id", reason: Reason.REASON_MALFORMED });
  }
  const unknown = await failure(running.accounts.revokeSession({ sessionId: randomBytes(16) }, session));
  t.equal(unknown.code, StatusCode.NOT_FOUND);
});

t.test("logging out everywhere ends all sessions, or all but this one", async (t) => {
  const running = await startAccounts(t);
  const { accounts, events } = running;
  const [mine, other] = [await loggedIn(running, "alice"), await login(running, "alice")];
  const stranger = await loggedIn(running, "bobby");
  await accounts.logoutEverywhere({ keepCurrent: true }, mine.session);
  await t.rejects(accounts.whoAmI({}, other.session), ENDED);
  await accounts.whoAmI({}, mine.session);
  await accounts.logoutEverywhere({}, mine.session);
  await t.rejects(accounts.whoAmI({}, mine.session), ENDED);
  await accounts.whoAmI({}, stranger.session);
  t.equal(events.filter(({ kind }) => kind === "logged_out_everywhere").length, 2);
});

t.test("all of it needs a session", async (t) => {
  const { accounts } = await startAccounts(t);
  for (const call of [
    accounts.listSessions({}),
    accounts.revokeSession({ sessionId: randomBytes(16) }),
    accounts.logoutEverywhere({}),
    accounts.changePassword({}),
    accounts.deleteAccount({}),
  ]) {
    await t.rejects(call, ENDED);
  }
});

t.test("the session of an account that is disabled ends, and only the right password learns why", async (t) => {
  const running = await startAccounts(t);
  const { accounts, store, clock } = running;
  const { session } = await loggedIn(running, "alice");
  const account = await store.findAccount("alice");
  t.ok(account);
  if (account !== undefined) {
    const event = { kind: "disabled", atMs: clock.nowMs, username: "alice", address: "" } as const;
    const { accountId } = account;
    await store.disableAccount(accountId, clock.nowMs, { ...event, accountId, eventId: randomBytes(16) });
  }
  await t.rejects(accounts.whoAmI({}, session), ENDED);
  const wrong = await failure(accounts.login({ username: "alice", password: "not the password" }));
  t.equal(wrong.code, StatusCode.UNAUTHENTICATED);
  const right = await failure(login(running, "alice"));
  t.equal(right.code, StatusCode.PERMISSION_DENIED);
  t.match(right.message, /disabled/);
});
