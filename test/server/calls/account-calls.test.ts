// Deleting and exporting an account over a real connection and a real database.

import t from "tap";
import {
  type ExportAccountResponse,
  InvalidField,
  SecurityEvent_Kind as Kind,
  InvalidField_Reason as Reason,
} from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { StatusCode } from "../../../src/rpc/index.js";
import { newId } from "../../../src/server/audit-event.js";
import {
  collected,
  failure,
  loggedIn,
  login,
  OTHER_PASSWORD,
  PASSWORD,
  startAccounts,
} from "../../fixtures/running-accounts.js";

const ENDED = { code: StatusCode.UNAUTHENTICATED };

t.test("an account is deleted by who has a session and the password, and its name is free again", async (t) => {
  const running = await startAccounts(t);
  const { accounts, events } = running;
  const [mine, other] = [await loggedIn(running, "alice"), await login(running, "alice")];
  const bobby = await loggedIn(running, "bobby");
  const wrong = await failure(accounts.deleteAccount({ password: OTHER_PASSWORD }, mine.session));
  t.equal(wrong.code, StatusCode.PERMISSION_DENIED);
  t.match(wrong.detail(InvalidField), { field: "password", reason: Reason.REASON_WRONG });
  const none = await failure(accounts.deleteAccount({}, mine.session));
  t.match(none.detail(InvalidField), { field: "password", reason: Reason.REASON_REQUIRED });
  await accounts.deleteAccount({ password: PASSWORD }, mine.session);
  t.match(events.at(-1), { kind: "account_deleted", username: undefined, address: "" });
  for (const { session } of [mine, other]) {
    await t.rejects(accounts.whoAmI({}, session), ENDED);
  }
  await t.rejects(accounts.deleteAccount({ password: PASSWORD }, mine.session), ENDED, "again");
  await t.rejects(login(running, "alice"), ENDED);
  await accounts.whoAmI({}, bobby.session);
  const again = await accounts.register({ username: "alice", password: OTHER_PASSWORD });
  t.notSame(again.account?.accountId, mine.account?.accountId);
});

t.test("an export holds the account, its sessions and its events, and no one else's and no hash", async (t) => {
  const running = await startAccounts(t);
  const { accounts, clock } = running;
  const mine = await loggedIn(running, "alice");
  const other = await login(running, "alice");
  await loggedIn(running, "bobby");
  await failure(login(running, "alice", OTHER_PASSWORD));
  const parts = await collected(accounts.exportAccount({}, mine.session));
  t.match(parts[0]?.part, {
    $case: "account",
    value: { account: mine.account, passwordChanges: 0n, logins: 2n, lastLoginAtMs: BigInt(clock.nowMs) },
  });
  t.same(
    sessionsOf(parts)
      .map(({ current }) => current)
      .sort(),
    [false, true],
  );
  t.same(new Set(sessionsOf(parts).map(idOf)), new Set([mine, other].map(idOf)));
  t.same(
    eventsOf(parts)
      .map(({ kind }) => kind)
      .sort(),
    [Kind.KIND_REGISTERED, Kind.KIND_LOGIN, Kind.KIND_LOGIN, Kind.KIND_LOGIN_FAILED, Kind.KIND_EXPORTED].sort(),
  );
  t.notMatch(
    JSON.stringify(parts, (_, value) => (typeof value === "bigint" ? String(value) : value)),
    /scrypt/,
  );
});

t.test("a long history comes whole, in order, and ends; one that is left in the middle ends too", async (t) => {
  const running = await startAccounts(t);
  const { accounts, store, clock } = running;
  const { session, account } = await loggedIn(running, "alice");
  const { accountId, username } = account ?? { accountId: Buffer.alloc(0), username: "" };
  for (let index = 0; index < 350; index += 1) {
    const atMs = clock.nowMs - 350 + index;
    const event = { eventId: newId(atMs), kind: "login_failed", atMs, accountId, username, address: "::1" } as const;
    await store.recordAudit(event);
  }
  const times = eventsOf(await collected(accounts.exportAccount({}, session))).map(({ atMs }) => atMs);
  t.equal(times.length, 353);
  t.same(times, [...times].sort());
  for await (const { part } of accounts.exportAccount({}, session)) {
    t.equal(part?.$case, "account");
    break;
  }
});

t.test("an export needs a session, for as long as it lasts", async (t) => {
  const running = await startAccounts(t);
  await t.rejects(collected(running.accounts.exportAccount({})), ENDED);
  await running.accounts.register({ username: "alice", password: PASSWORD });
});

function sessionsOf(parts: readonly ExportAccountResponse[]) {
  return parts.flatMap(({ part }) => (part?.$case === "session" ? [part.value] : []));
}

function eventsOf(parts: readonly ExportAccountResponse[]) {
  return parts.flatMap(({ part }) => (part?.$case === "event" ? [part.value] : []));
}

function idOf({ sessionId }: { sessionId: Uint8Array }): string {
  return Buffer.from(sessionId).toString("hex");
}
