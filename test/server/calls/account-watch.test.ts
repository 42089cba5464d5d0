// Watching one's own account: this server's events and those of others, once each, until the session ends.

import t, { type Test } from "tap";
import {
  SecurityEvent_Kind as Kind,
  RetryAfter,
  type WatchResponse,
} from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { StatusCode } from "../../../src/rpc/index.js";
import { administrativeEvent, deletionEvent, newId } from "../../../src/server/audit-event.js";
import {
  failure,
  loggedIn,
  login,
  OTHER_PASSWORD,
  PASSWORD,
  type Running,
  startAccounts,
} from "../../fixtures/running-accounts.js";

t.test("what happens is told at once, with where and when, to who it is about", async (t) => {
  const running = await startAccounts(t);
  const { accounts, clock } = running;
  const mine = await loggedIn(running, "alice");
  await loggedIn(running, "bobby");
  const next = await watched(t, running, mine.session);
  const second = await login(running, "alice");
  t.match(await next(), {
    kind: Kind.KIND_LOGIN,
    atMs: BigInt(clock.nowMs),
    address: "127.0.0.1",
    sessionId: second.sessionId,
  });
  await failure(login(running, "bobby", OTHER_PASSWORD));
  await failure(login(running, "alice", OTHER_PASSWORD));
  t.match(await next(), { kind: Kind.KIND_LOGIN_FAILED, sessionId: Buffer.alloc(0) });
  await accounts.revokeSession({ sessionId: second.sessionId }, mine.session);
  t.match(await next(), { kind: Kind.KIND_SESSION_REVOKED, sessionId: second.sessionId });
});

t.test("what other servers and administrators do is told soon, once, also when it becomes visible late", async (t) => {
  const running = await startAccounts(t);
  const other = await startAccounts(t, { database: running.database });
  const mine = await loggedIn(running, "alice");
  const next = await watched(t, running, mine.session);
  running.clock.nowMs += 3_000;
  await login(running, "alice");
  t.match(await next(), { kind: Kind.KIND_LOGIN });
  const late = await login(other, "alice");
  t.match(await next(), { kind: Kind.KIND_LOGIN, sessionId: late.sessionId }, "made before the other, stored after it");
  const account = await other.store.findAccount("alice");
  if (account !== undefined) {
    await other.store.recordAudit(administrativeEvent("enabled", account, running.clock.nowMs));
  }
  t.match(await next(), { kind: Kind.KIND_ENABLED, address: "" });
  if (account !== undefined) {
    await other.store.deleteAccount(
      account.accountId,
      deletionEvent(account.accountId, running.clock.nowMs, "administrator"),
    );
  }
  t.match(await next(), { kind: Kind.KIND_ACCOUNT_DELETED, address: "" }, "which no address is told of");
});

t.test("a watch catches up from a time, however much happened, and misses nothing", async (t) => {
  const running = await startAccounts(t);
  const { clock, store } = running;
  const { session, account } = await loggedIn(running, "alice");
  const { accountId, username } = account ?? { accountId: Buffer.alloc(0), username: "" };
  const sinceMs = clock.nowMs + 1;
  clock.nowMs += 60_000;
  for (let index = 0; index < 250; index += 1) {
    const atMs = sinceMs + index * 200;
    const event = { eventId: newId(atMs), kind: "logout", atMs, accountId, username, address: String(index) } as const;
    await store.recordAudit(event);
  }
  const next = await watched(t, running, session, BigInt(sinceMs));
  for (let index = 0; index < 250; index += 1) {
    const { address } = (await next()) ?? {};
    if (address !== String(index)) {
      t.fail(`event ${index} was ${address}`);
      break;
    }
  }
  await login(running, "alice");
  t.match(await next(), { kind: Kind.KIND_LOGIN });
});

t.test("a watch ends when its session ends, after the event that ended it", async (t) => {
  const running = await startAccounts(t);
  const other = await startAccounts(t, { database: running.database });
  const ends: readonly [string, (mine: Session, from: Running) => Promise<unknown>, Kind][] = [
    ["logout", ({ session }, { accounts }) => accounts.logout({}, session), Kind.KIND_LOGOUT],
    [
      "everywhere",
      ({ session }, { accounts }) => accounts.logoutEverywhere({}, session),
      Kind.KIND_LOGGED_OUT_EVERYWHERE,
    ],
    [
      "deletion",
      ({ session }, { accounts }) => accounts.deleteAccount({ password: PASSWORD }, session),
      Kind.KIND_ACCOUNT_DELETED,
    ],
  ];
  for (const from of [running, other]) {
    for (const [name, end, kind] of ends) {
      const mine = await loggedIn(running, `${name}${from === other ? "2" : "1"}`);
      const next = await watched(t, running, mine.session);
      await end(mine, from);
      t.match(await next(), { kind });
      t.equal((await failure(next())).code, StatusCode.UNAUTHENTICATED, name);
    }
  }
});

t.test("a watch ends when its session expires", async (t) => {
  const running = await startAccounts(t);
  const mine = await loggedIn(running, "alice");
  const next = await watched(t, running, mine.session);
  running.clock.nowMs += 31 * 24 * 60 * 60 * 1000;
  t.equal((await failure(next())).code, StatusCode.UNAUTHENTICATED);
});

t.test("a server that stops ends its watches at once, and says when to come back", async (t) => {
  const running = await startAccounts(t);
  const { session } = await loggedIn(running, "alice");
  const next = await watched(t, running, session);
  const closed = running.server.close({ graceMs: 60_000 });
  const error = await failure(next());
  t.equal(error.code, StatusCode.UNAVAILABLE);
  t.ok((error.detail(RetryAfter)?.retryAfterMs ?? 0) > 0);
  await closed;
});

t.test("an account has few watches, and a place is free again when one is left", async (t) => {
  const running = await startAccounts(t);
  const { session } = await loggedIn(running, "alice");
  const open = await Promise.all(Array.from({ length: 8 }, () => begun(running, session)));
  const refused = await failure(begun(running, session));
  t.equal(refused.code, StatusCode.RESOURCE_EXHAUSTED);
  t.ok(refused.detail(RetryAfter));
  const bobby = await loggedIn(running, "bobby");
  await (await begun(running, bobby.session)).return?.();
  await open[0]?.return?.();
  const again = await eventually(() => begun(running, session));
  await Promise.all([...open, again].map((stream) => stream.return?.()));
});

t.test("without a session there is nothing to watch", async (t) => {
  const { accounts } = await startAccounts(t);
  const stream = accounts.watch({})[Symbol.asyncIterator]();
  t.equal((await failure(stream.next())).code, StatusCode.UNAUTHENTICATED);
  const late = accounts.watch({ sinceMs: 2n ** 64n - 1n })[Symbol.asyncIterator]();
  t.equal((await failure(late.next())).code, StatusCode.UNAUTHENTICATED);
});

type Session = Awaited<ReturnType<typeof login>>;

/** A watch that has begun: it has told the login from which it catches up. */
async function begun({ accounts }: Running, session: Session["session"]): Promise<AsyncIterator<WatchResponse>> {
  const stream = accounts.watch({ sinceMs: 1n }, session)[Symbol.asyncIterator]();
  await stream.next();
  return stream;
}

/** A function for the next event. It resolves once the watch has begun, so that what follows is told. */
async function watched(t: Test, { accounts, clock }: Running, session: Session["session"], sinceMs = 0n) {
  const stream = accounts.watch({ sinceMs: sinceMs || BigInt(clock.nowMs) }, session)[Symbol.asyncIterator]();
  t.teardown(async () => {
    await stream.return?.().catch(() => undefined);
  });
  if (sinceMs === 0n) {
    // What made the account and the session, at this very time.
    await stream.next();
    await stream.next();
  }
  return async () => (await stream.next()).value?.event;
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
