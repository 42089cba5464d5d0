// The account calls over a real connection and a real database: answers, details, retries, expiry, events.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import Database from "libsql";
import t, { type Test } from "tap";
import {
  AccountServiceDefinition,
  InvalidField,
  InvalidField_Reason as Reason,
  RetryAfter,
  UsernameTaken,
} from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect, StatusCode } from "../../src/rpc/index.js";
import { createAccountServer } from "../../src/server/account-server.js";
import type { AuditEvent } from "../../src/server/audit-event.js";
import type { ScryptCost } from "../../src/server/password/phc-string.js";

const PASSWORD = "tiger lamp ocean 42";
const DAY_MS = 24 * 60 * 60 * 1000;

async function start(t: Test, { cost = { ln: 4, r: 8, p: 1 }, file = "" }: { cost?: ScryptCost; file?: string } = {}) {
  const database = file || join(t.testdir(), "earshot.db");
  const clock = { nowMs: 1_795_000_000_000 };
  const server = await createAccountServer({ database, plaintext: true, hashing: { cost }, now: () => clock.nowMs });
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  const connection = await connect({ host: "127.0.0.1", port, plaintext: true });
  const close = async (): Promise<void> => {
    connection.close();
    await server.close({ graceMs: 0 });
  };
  t.teardown(close);
  const events: AuditEvent[] = [];
  for (const kind of ["registered", "login", "login_failed", "logout"] as const) {
    server.accounts.on(kind, (event) => events.push(event));
  }
  return { accounts: connection.client(AccountServiceDefinition), server, clock, events, database, close };
}

const bearer = (token: string) => ({ metadata: { authorization: `Bearer ${token}` } });

t.test("register, log in, ask who one is, log out", async (t) => {
  const { accounts, clock, events } = await start(t);
  const { account } = await accounts.register({ username: "Alice", password: PASSWORD });
  t.equal(account?.username, "alice");
  t.equal(account?.accountId.length, 16);
  t.equal(account?.createdAtMs, BigInt(clock.nowMs));
  const login = await accounts.login({ username: "ALICE", password: PASSWORD });
  t.same(login.account, account);
  t.match(login.sessionToken, /^[A-Za-z0-9_-]{43}$/);
  t.equal(login.expiresAtMs, BigInt(clock.nowMs + 30 * DAY_MS));
  const me = await accounts.whoAmI({}, bearer(login.sessionToken));
  const { expiresAtMs: sessionExpiresAtMs, sessionId } = login;
  t.same(me, { account, sessionCreatedAtMs: BigInt(clock.nowMs), sessionExpiresAtMs, sessionId });
  await accounts.logout({}, bearer(login.sessionToken));
  await t.rejects(accounts.whoAmI({}, bearer(login.sessionToken)), { code: StatusCode.UNAUTHENTICATED });
  t.same(
    events.map(({ kind, username }) => [kind, username]),
    [
      ["registered", "alice"],
      ["login", "alice"],
      ["logout", "alice"],
    ],
  );
  t.match(events, [{ address: "127.0.0.1", accountId: Buffer.from(account?.accountId ?? []) }]);
});

t.test("each refusal names the field, and helps", async (t) => {
  const { accounts } = await start(t);
  const cases: [object, string, Reason][] = [
    [{ username: "a", password: PASSWORD }, "username", Reason.REASON_TOO_SHORT],
    [{ username: "jos\u00e9", password: PASSWORD }, "username", Reason.REASON_BAD_CHARACTER],
    [{ password: PASSWORD }, "username", Reason.REASON_REQUIRED],
    [{ username: "alice", password: "short" }, "password", Reason.REASON_TOO_SHORT],
    [{ username: "alice", password: "alicealicealice" }, "password", Reason.REASON_COMMON],
    [{ username: "alice" }, "password", Reason.REASON_REQUIRED],
    [{ username: "alice", password: PASSWORD, requestId: Buffer.alloc(15) }, "request_id", Reason.REASON_MALFORMED],
  ];
  for (const [request, field, reason] of cases) {
    const error = await accounts.register(request).catch((caught) => caught);
    t.equal(error.code, StatusCode.INVALID_ARGUMENT);
    t.match(error.detail(InvalidField), { field, reason, description: error.message }, error.message);
  }
});

t.test("a taken name is told as such", async (t) => {
  const { accounts } = await start(t);
  await accounts.register({ username: "alice", password: PASSWORD });
  const error = await accounts.register({ username: "Alice", password: `${PASSWORD}!` }).catch((caught) => caught);
  t.equal(error.code, StatusCode.ALREADY_EXISTS);
  t.same(error.detail(UsernameTaken), { username: "alice" });
});

t.test("the same registration again is answered again; another one under its id is refused", async (t) => {
  const { accounts, events } = await start(t);
  const request = { username: "alice", password: PASSWORD, requestId: randomBytes(16) };
  const first = await accounts.register(request);
  t.same(await accounts.register(request), first);
  t.same(await accounts.register({ ...request, username: "ALICE" }), first);
  t.equal(events.length, 1, "and is told of once");
  for (const other of [
    { ...request, username: "bobby" },
    { ...request, password: `${PASSWORD}!` },
  ]) {
    const error = await accounts.register(other).catch((caught) => caught);
    t.match(error.detail(InvalidField), { field: "request_id", reason: Reason.REASON_MALFORMED });
  }
  await t.rejects(accounts.login({ username: "bobby", password: PASSWORD }), { code: StatusCode.UNAUTHENTICATED });
});

t.test("an unknown name, a wrong password and what could never be either get the same answer", async (t) => {
  const { accounts, events } = await start(t);
  await accounts.register({ username: "alice", password: PASSWORD });
  events.length = 0;
  const answers = [];
  for (const [username, password] of [
    ["alice", `${PASSWORD}!`],
    ["nobody", PASSWORD],
    ["a", PASSWORD],
    ["jos\u00e9", PASSWORD],
    ["x".repeat(10_000), PASSWORD],
    ["alice", "short"],
    ["alice", ""],
    ["alice", "x".repeat(50_000)],
    ["", ""],
  ] as const) {
    const { code, message, details } = await accounts.login({ username, password }).catch((caught) => caught);
    answers.push(JSON.stringify({ code, message, details }));
  }
  t.equal(new Set(answers).size, 1, "one answer for all");
  t.match(JSON.parse(answers[0] ?? ""), { code: StatusCode.UNAUTHENTICATED, details: [] });
  t.equal(events.filter(({ kind }) => kind === "login_failed").length, 9);
  t.equal(events.filter(({ username }) => username === "alice").length, 4);
  t.equal(events.filter(({ username }) => username === undefined).length, 5, "names that no account has are not kept");
});

t.test("a session ends when it is idle, when it is old, and not before", async (t) => {
  const { accounts, clock } = await start(t);
  await accounts.register({ username: "alice", password: PASSWORD });
  const { sessionToken } = await accounts.login({ username: "alice", password: PASSWORD });
  const isAlive = () =>
    accounts.whoAmI({}, bearer(sessionToken)).then(
      () => true,
      () => false,
    );
  for (let day = 0; day < 24; day += 6) {
    clock.nowMs += 6 * DAY_MS;
    t.ok(await isAlive(), `used every six days, after day ${day}`);
  }
  clock.nowMs += 6 * DAY_MS - 1;
  t.ok(await isAlive(), "just before thirty days");
  clock.nowMs += 1;
  t.notOk(await isAlive(), "at thirty days");
  const second = await accounts.login({ username: "alice", password: PASSWORD });
  clock.nowMs += 7 * DAY_MS;
  await t.rejects(accounts.whoAmI({}, bearer(second.sessionToken)), { code: StatusCode.UNAUTHENTICATED });
});

t.test("uses within a minute are not written down", async (t) => {
  const { accounts, clock, database } = await start(t);
  await accounts.register({ username: "alice", password: PASSWORD });
  const { sessionToken } = await accounts.login({ username: "alice", password: PASSWORD });
  const begunMs = clock.nowMs;
  const lastUsedMs = () => Number(Reflect.get(Object(rowsOf(database, "sessions")[0]), "last_used_at_ms"));
  clock.nowMs += 59_999;
  await accounts.whoAmI({}, bearer(sessionToken));
  t.equal(lastUsedMs(), begunMs);
  clock.nowMs += 1;
  await accounts.whoAmI({}, bearer(sessionToken));
  t.equal(lastUsedMs(), begunMs + 60_000);
});

t.test("purging deletes what has ended", async (t) => {
  const { accounts, clock, database, server } = await start(t);
  await accounts.register({ username: "alice", password: PASSWORD });
  await accounts.login({ username: "alice", password: PASSWORD });
  await server.accounts.purge();
  t.equal(rowsOf(database, "sessions").length, 1);
  clock.nowMs += 8 * DAY_MS;
  await server.accounts.purge();
  t.equal(rowsOf(database, "sessions").length, 0);
});

t.test("failed logins are kept for 90 days, what succeeded for longer", async (t) => {
  const { accounts, clock, database, server } = await start(t);
  await accounts.register({ username: "alice", password: PASSWORD });
  await t.rejects(accounts.login({ username: "alice", password: "not the password" }));
  clock.nowMs += 90 * DAY_MS;
  await server.accounts.purge();
  t.equal(rowsOf(database, "audit_events").length, 2);
  clock.nowMs += 1;
  await server.accounts.purge();
  t.match(rowsOf(database, "audit_events"), [{ kind: "registered" }]);
  t.equal(rowsOf(database, "audit_events").length, 1);
});

t.test("without a token, or with any other, there is no session", async (t) => {
  const { accounts } = await start(t);
  const options = [{}, bearer(""), bearer("x".repeat(43)), { metadata: { authorization: "Basic YTpi" } }];
  for (const option of [...options, { metadata: { authorization: Buffer.from("Bearer x") } }]) {
    await t.rejects(accounts.whoAmI({}, option), { code: StatusCode.UNAUTHENTICATED });
    await t.rejects(accounts.logout({}, option), { code: StatusCode.UNAUTHENTICATED });
  }
});

t.test("a login after the parameters rose makes the hash anew", async (t) => {
  const first = await start(t);
  await first.accounts.register({ username: "alice", password: PASSWORD });
  await first.close();
  const second = await start(t, { cost: { ln: 5, r: 8, p: 1 }, file: first.database });
  const stored = () => String(Reflect.get(Object(rowsOf(first.database, "accounts")[0]), "password_hash"));
  t.match(stored(), /^\$scrypt\$ln=4,/);
  await t.rejects(second.accounts.login({ username: "alice", password: `${PASSWORD}!` }));
  t.match(stored(), /^\$scrypt\$ln=4,/, "a wrong password changes nothing");
  await second.accounts.login({ username: "alice", password: PASSWORD });
  t.match(stored(), /^\$scrypt\$ln=5,/);
  await second.accounts.login({ username: "alice", password: PASSWORD });
});

t.test("a flood of logins is bounded, and everyone refused is told when to retry", async (t) => {
  const { accounts } = await start(t, { cost: { ln: 14, r: 8, p: 1 } });
  await accounts.register({ username: "alice", password: PASSWORD });
  const logins = Array.from({ length: 300 }, () => accounts.login({ username: "alice", password: PASSWORD }));
  const results = await Promise.allSettled(logins);
  const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  t.ok(refused.length > 0 && refused.length < 300, `${refused.length} refused`);
  for (const error of refused) {
    t.equal(error.code, StatusCode.RESOURCE_EXHAUSTED);
    t.ok(error.detail(RetryAfter)?.retryAfterMs >= 100);
  }
});

t.test("a listener that throws does not turn a success into a failure", async (t) => {
  const { accounts, server } = await start(t);
  const hidden: unknown[] = [];
  server.accounts.on("error", (error) => hidden.push(error));
  server.accounts.on("registered", () => {
    throw new Error("listener");
  });
  await t.resolves(accounts.register({ username: "alice", password: PASSWORD }));
  t.match(hidden, [{ message: "listener" }]);
});

t.test("when the database is away, callers are told to try again, and nothing more", async (t) => {
  const { accounts, server, database } = await start(t);
  const hidden: unknown[] = [];
  server.accounts.on("error", (error) => hidden.push(error));
  const other = new Database(database);
  other.exec("DROP TABLE accounts");
  other.close();
  const error = await accounts.login({ username: "alice", password: PASSWORD }).catch((caught) => caught);
  t.equal(error.code, StatusCode.INTERNAL);
  t.notMatch(error.message, /accounts|SQL|table/);
  t.match(hidden, [{ name: "StoreError" }]);
});

function rowsOf(file: string, table: string): unknown[] {
  const database = new Database(file);
  const rows = database.prepare(`SELECT * FROM ${table}`).all([]);
  database.close();
  return rows;
}
