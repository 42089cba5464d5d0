// Accounts by OPAQUE over a real TLS connection and a real database: answers, statuses, events, and what nobody may learn.

import { randomBytes } from "node:crypto";
import t from "tap";
import { InvalidField, UsernameTaken } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { ChannelMismatch } from "../../../src/gen/earshot/accounts/v1/opaque.js";
import { channelProof } from "../../../src/opaque/channel-proof.js";
import { LoginStart } from "../../../src/opaque/opaque-client.js";
import { StatusCode } from "../../../src/rpc/index.js";
import { administrativeEvent } from "../../../src/server/audit-event.js";
import { createResetCode } from "../../../src/server/reset-code.js";
import { CONTEXT, OpaqueAccounts, OTHER_PASSWORD, PASSWORD } from "../../fixtures/opaque-accounts.js";
import { failure } from "../../fixtures/running-accounts.js";

const REFUSED = { code: StatusCode.UNAUTHENTICATED, message: "the name or the password is wrong" };
const NOT_OPENED = { name: "OpaqueError", code: "refused" };

t.test("register, log in, ask who one is; the server proves its end of the channel too", async (t) => {
  const running = await OpaqueAccounts.start(t);
  const { account } = await running.register("alice");
  t.equal(account?.username, "alice");
  const login = await running.login("alice");
  t.same(login.account, account);
  const binding = running.connection.peer.channelBinding;
  t.equal(binding?.length, 32);
  t.same(Buffer.from(login.channelProof), Buffer.from(channelProof(login.opened.sessionKey, "server", binding)));
  t.match(await running.accounts.whoAmI({}, login.session), { account: { username: "alice" } });
  t.same(
    running.events.map(({ kind, username }) => [kind, username]),
    [
      ["registered", "alice"],
      ["login", "alice"],
    ],
  );
});

t.test("a wrong password, an unknown name and one that has a password get the same answers", async (t) => {
  const running = await OpaqueAccounts.start(t);
  await running.register("alice");
  await running.accounts.register({ username: "carol", password: PASSWORD });
  const lengths = new Set<string>();
  for (const [username, password] of [
    ["alice", OTHER_PASSWORD],
    ["nobody", PASSWORD],
    ["carol", PASSWORD],
    ["x".repeat(200), PASSWORD],
    ["ab", PASSWORD],
  ] as const) {
    await t.rejects(running.open(username, password), NOT_OPENED, username);
    const { ke1 } = new LoginStart(Buffer.from(password), CONTEXT);
    const { loginId, ke2 } = await running.opaque.loginStart({ username, ke1 });
    lengths.add(`${loginId.length} ${ke2.length}`);
    const forged = { loginId, ke3: randomBytes(32), sessionKey: randomBytes(32) };
    const error = await failure(running.opaque.loginFinish({ proof: running.proof(forged) }));
    t.match(error, REFUSED, username);
    t.same(error.details, []);
    t.match(running.events.at(-1), { kind: "login_failed" });
  }
  t.same([...lengths], ["16 259"]);
  await t.resolves(running.login("alice"));
});

t.test("an account made by OPAQUE takes no password, in the words of a wrong one", async (t) => {
  const running = await OpaqueAccounts.start(t);
  const { accounts } = running;
  await running.register("alice");
  const { session } = await running.login("alice");
  t.match(await failure(accounts.login({ username: "alice", password: PASSWORD })), REFUSED);
  const change = { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD };
  t.match(await failure(accounts.changePassword(change, session)), { code: StatusCode.PERMISSION_DENIED });
  t.match(await failure(accounts.deleteAccount({ password: PASSWORD }, session)), {
    code: StatusCode.PERMISSION_DENIED,
  });
  const code = await issue(running, "alice");
  const reset = { username: "alice", code, newPassword: OTHER_PASSWORD };
  t.match(await failure(accounts.resetPassword(reset)), { code: StatusCode.UNAUTHENTICATED });
  await t.resolves(running.login("alice"));
});

t.test("a login that was relayed from another connection is refused, in its own words", async (t) => {
  const running = await OpaqueAccounts.start(t);
  await running.register("alice");
  for (const channel of [randomBytes(32), undefined]) {
    const { loginId, ke3, sessionKey } = await running.open("alice");
    const proof = { loginId, ke3, channelProof: channelProof(sessionKey, "client", channel) };
    const error = await failure(running.opaque.loginFinish({ proof }));
    t.equal(error.code, StatusCode.FAILED_PRECONDITION);
    t.ok(error.detail(ChannelMismatch));
    t.match(running.events.at(-1), { kind: "login_failed", username: "alice" });
  }
  const opened = await running.open("alice");
  const server = channelProof(opened.sessionKey, "server", running.connection.peer.channelBinding);
  const mirrored = { ...running.proof(opened), channelProof: server };
  t.match(await failure(running.opaque.loginFinish({ proof: mirrored })), { code: StatusCode.FAILED_PRECONDITION });
});

t.test("over TLS 1.2, which does not bind a connection to its exporter, nobody logs in", async (t) => {
  const running = await OpaqueAccounts.start(t, { tlsVersion: "TLSv1.2" });
  await running.register("alice");
  t.equal(running.connection.peer.channelBinding, undefined);
  const error = await failure(running.open("alice"));
  t.match(error, { code: StatusCode.FAILED_PRECONDITION, message: /TLS 1\.3/ });
  const proof = { loginId: randomBytes(16), ke3: randomBytes(32), channelProof: randomBytes(32) };
  t.match(await failure(running.opaque.loginFinish({ proof })), { code: StatusCode.FAILED_PRECONDITION });
});

t.test("each login that was begun is finished once", async (t) => {
  const running = await OpaqueAccounts.start(t);
  await running.register("alice");
  const proof = running.proof(await running.open("alice"));
  await t.resolves(running.opaque.loginFinish({ proof }));
  t.match(await failure(running.opaque.loginFinish({ proof })), { code: StatusCode.ABORTED });
  t.match(await failure(running.opaque.loginFinish({})), { code: StatusCode.ABORTED });
  const spoiled = running.proof(await running.open("alice"));
  t.match(await failure(running.opaque.loginFinish({ proof: { ...spoiled, ke3: new Uint8Array(0) } })), REFUSED);
  t.match(await failure(running.opaque.loginFinish({ proof: spoiled })), { code: StatusCode.ABORTED });
});

t.test("a registration repeated with the same record is the same; anything else is refused", async (t) => {
  const running = await OpaqueAccounts.start(t);
  const record = await running.record("alice");
  const request = { username: "Alice", record, requestId: randomBytes(16) };
  const first = await running.opaque.registerFinish(request);
  t.same(await running.opaque.registerFinish(request), first);
  const other = { ...request, record: await running.record("alice", OTHER_PASSWORD) };
  t.match((await failure(running.opaque.registerFinish(other))).detail(InvalidField), { field: "request_id" });
  const taken = await failure(running.opaque.registerFinish({ ...request, requestId: randomBytes(16) }));
  t.match(taken.detail(UsernameTaken), { username: "alice" });
  const password = await failure(running.accounts.register({ ...request, password: PASSWORD }));
  t.match(password.detail(InvalidField), { field: "request_id" });
});

t.test("from a password to OPAQUE, once the password was shown", async (t) => {
  const running = await OpaqueAccounts.start(t);
  const { accounts, opaque } = running;
  await accounts.register({ username: "alice", password: PASSWORD });
  const sessions = [];
  for (let count = 0; count < 2; count++) {
    const { sessionToken } = await accounts.login({ username: "alice", password: PASSWORD });
    sessions.push({ metadata: { authorization: `Bearer ${sessionToken}` } });
  }
  const record = await running.record("alice", OTHER_PASSWORD);
  const wrong = await failure(opaque.upgrade({ currentPassword: OTHER_PASSWORD, record }, sessions[0]));
  t.equal(wrong.code, StatusCode.PERMISSION_DENIED);
  await opaque.upgrade({ currentPassword: PASSWORD, record }, sessions[0]);
  t.match(running.events.at(-1), { kind: "password_changed", username: "alice" });
  await t.resolves(accounts.whoAmI({}, sessions[0]));
  await t.rejects(accounts.whoAmI({}, sessions[1]), { code: StatusCode.UNAUTHENTICATED });
  t.match(await failure(accounts.login({ username: "alice", password: PASSWORD })), REFUSED);
  await t.resolves(running.login("alice", OTHER_PASSWORD));
});

t.test("a new record for who just logged in with the old one, on that account's session", async (t) => {
  const running = await OpaqueAccounts.start(t);
  const { opaque } = running;
  await running.register("alice");
  await running.register("bobby", OTHER_PASSWORD);
  const { session } = await running.login("alice");
  const record = await running.record("alice", OTHER_PASSWORD);
  const others = running.proof(await running.open("bobby", OTHER_PASSWORD));
  t.match(await failure(opaque.replaceRecord({ proof: others, record }, session)), {
    code: StatusCode.PERMISSION_DENIED,
  });
  t.match(running.events.at(-1), { kind: "password_refused", username: "alice" });
  const proof = running.proof(await running.open("alice"));
  await opaque.replaceRecord({ proof, record }, session);
  await t.rejects(running.open("alice"), NOT_OPENED);
  await t.resolves(running.login("alice", OTHER_PASSWORD));
});

t.test("a proof of the password before the last change is none", async (t) => {
  const running = await OpaqueAccounts.start(t);
  const { opaque } = running;
  await running.register("alice");
  const { session } = await running.login("alice");
  const [early, late] = [running.proof(await running.open("alice")), running.proof(await running.open("alice"))];
  const login = running.proof(await running.open("alice"));
  await opaque.replaceRecord({ proof: early, record: await running.record("alice", OTHER_PASSWORD) }, session);
  const again = opaque.replaceRecord({ proof: late, record: await running.record("alice") }, session);
  t.match(await failure(again), { code: StatusCode.PERMISSION_DENIED });
  t.match(await failure(opaque.loginFinish({ proof: login })), REFUSED);
  await t.resolves(running.login("alice", OTHER_PASSWORD));
});

t.test("a code exchanges for a record, also for an account that had a password", async (t) => {
  const running = await OpaqueAccounts.start(t);
  await running.register("alice");
  await running.accounts.register({ username: "carol", password: PASSWORD });
  for (const username of ["alice", "carol"]) {
    const code = await issue(running, username);
    const record = await running.record(username, OTHER_PASSWORD);
    const wrong = { username, code: "AAAA-BBBB", record };
    t.match(await failure(running.opaque.resetRecord(wrong)), { code: StatusCode.UNAUTHENTICATED });
    await running.opaque.resetRecord({ username, code, record });
    await t.resolves(running.login(username, OTHER_PASSWORD));
  }
});

t.test("deleting asks for a login that was just made", async (t) => {
  const running = await OpaqueAccounts.start(t);
  await running.register("alice");
  const { session } = await running.login("alice");
  t.match(await failure(running.opaque.deleteOpaqueAccount({}, session)), { code: StatusCode.ABORTED });
  const proof = running.proof(await running.open("alice"));
  await running.opaque.deleteOpaqueAccount({ proof }, session);
  await t.rejects(running.open("alice"), NOT_OPENED);
  t.match(running.events.at(-1), { kind: "account_deleted" });
});

t.test("a disabled account is told so, to who has its password", async (t) => {
  const running = await OpaqueAccounts.start(t);
  const { account } = await running.register("alice");
  const subject = { accountId: account?.accountId ?? new Uint8Array(0), username: "alice" };
  const event = administrativeEvent("disabled", subject, 1_795_000_000_000);
  await running.store.disableAccount(subject.accountId, 1_795_000_000_000, event);
  await t.rejects(running.open("alice", OTHER_PASSWORD), NOT_OPENED);
  const error = await failure(running.opaque.loginFinish({ proof: running.proof(await running.open("alice")) }));
  t.match(error, { code: StatusCode.PERMISSION_DENIED });
});

t.test("what is no message of OPAQUE is refused by its field", async (t) => {
  const running = await OpaqueAccounts.start(t);
  const record = await running.record("alice");
  const off = new Uint8Array(record);
  off[0] = 7;
  for (const bytes of [new Uint8Array(0), randomBytes(20_000), record.subarray(1), off]) {
    const calls = {
      registration_request: running.opaque.registerStart({ username: "alice", registrationRequest: bytes }),
      record: running.opaque.registerFinish({ username: "alice", record: bytes }),
      ke1: running.opaque.loginStart({ username: "alice", ke1: bytes }),
    };
    for (const [field, call] of Object.entries(calls)) {
      const error = await failure(call);
      t.equal(error.code, StatusCode.INVALID_ARGUMENT);
      t.match(error.detail(InvalidField), { field });
    }
  }
});

t.test(
  "attempts are counted from their first half on, and for both halves that a guess could be tried with",
  async (t) => {
    const throttle = { loginsByNameAndAddress: { attempts: 3, withinS: 600 } };
    const running = await OpaqueAccounts.start(t, { throttle });
    await running.register("alice");
    await running.login("alice");
    await t.rejects(running.open("alice", OTHER_PASSWORD), NOT_OPENED);
    await running.record("alice");
    await t.rejects(running.open("alice", OTHER_PASSWORD), NOT_OPENED);
    const exhausted = { code: StatusCode.RESOURCE_EXHAUSTED };
    t.match(await failure(running.open("alice")), exhausted);
    t.match(await failure(running.record("alice")), exhausted);
    t.match(await failure(running.accounts.login({ username: "alice", password: PASSWORD })), exhausted);
    await t.rejects(running.open("bobby"), NOT_OPENED, "others are not held up");
  },
);

t.test("who sends what is no message of OPAQUE is counted too, for it costs as much", async (t) => {
  const throttle = { loginsByNameAndAddress: { attempts: 3, withinS: 600 } };
  const running = await OpaqueAccounts.start(t, { throttle });
  const { ke1 } = new LoginStart(Buffer.from(PASSWORD), CONTEXT);
  ke1[0] = 7;
  const codes: unknown[] = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    codes.push((await failure(running.opaque.loginStart({ username: "alice", ke1 }))).code);
  }
  const { INVALID_ARGUMENT, RESOURCE_EXHAUSTED } = StatusCode;
  t.same(codes, [INVALID_ARGUMENT, INVALID_ARGUMENT, INVALID_ARGUMENT, RESOURCE_EXHAUSTED]);
});

async function issue({ store }: OpaqueAccounts, username: string): Promise<string> {
  const account = await store.findAccount(username);
  if (account === undefined) throw new Error(`${username} is not there`);
  const nowMs = Date.now();
  const { code, record } = createResetCode(account.accountId, nowMs);
  await store.issueResetCode(record, administrativeEvent("reset_code_issued", account, nowMs));
  return code;
}
