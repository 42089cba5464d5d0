// OPAQUE from the library's side at honest servers: what it does, what it begins again, and which passwords it takes.
import t, { type Test } from "tap";
import { AccountClient } from "../../../src/client/account-client.js";
import { RpcError, StatusCode } from "../../../src/rpc/index.js";
import { administrativeEvent } from "../../../src/server/audit-event.js";
import { createResetCode } from "../../../src/server/reset-code.js";
import { OpaqueAccounts as RealServer } from "../../fixtures/opaque-accounts.js";
import { testAuthority } from "../../helpers/rpc-pair.js";
import { TOKEN } from "../stand-in-server.js";
import { ALICE, atStandIn, NEW, PASSWORD } from "./client-at-stand-in.js";

t.test("accounts are made, used, changed, reset and deleted without their password", async (t) => {
  const { client, running } = await atRealServer(t);
  const opaque = client.opaque();
  t.equal(opaque.serverKey, undefined);
  const account = await opaque.register({ ...ALICE, username: "Alice" });
  t.equal(account.username, "alice");
  const { serverKey } = opaque;
  t.match(serverKey, /^A[\w+/]{43}$/);
  const known = client.opaque({ serverKey });
  const session = await known.login(ALICE);
  t.same(session.account, account);
  t.equal((await client.whoAmI(session.token)).sessionId, session.sessionId);
  const change = { username: "alice", currentPassword: PASSWORD, newPassword: NEW };
  await known.changePassword(session.token, change);
  await t.rejects(known.changePassword(session.token, change), { code: "wrong_password", field: "current_password" });
  await t.rejects(known.login(ALICE), { code: "bad_login" });
  const code = await resetCode(running, "alice");
  await known.resetPassword({ username: "alice", code, newPassword: PASSWORD });
  await t.rejects(known.resetPassword({ username: "alice", code, newPassword: PASSWORD }), { code: "bad_code" });
  await t.rejects(client.whoAmI(session.token), { code: "session_ended" });
  const { token } = await known.login(ALICE);
  const wrong = { code: "wrong_password", field: "password" };
  await t.rejects(known.deleteAccount(token, { ...ALICE, password: NEW }), wrong);
  await known.deleteAccount(token, ALICE);
  await t.rejects(known.login(ALICE), { code: "bad_login" });
});

t.test("an account with a password moves to OPAQUE, and takes no password any more", async (t) => {
  const { client } = await atRealServer(t);
  await client.register(ALICE);
  await t.rejects(client.opaque().login(ALICE), { code: "bad_login" });
  const { token } = await client.login(ALICE);
  const other = await client.login(ALICE);
  const wrong = { code: "wrong_password", field: "current_password" };
  await t.rejects(client.opaque().upgrade(token, { ...ALICE, password: NEW }), wrong);
  const opaque = client.opaque();
  await opaque.upgrade(token, ALICE);
  t.ok(opaque.serverKey);
  await t.resolves(client.whoAmI(token));
  await t.rejects(client.whoAmI(other.token), { code: "session_ended" });
  await t.rejects(client.login(ALICE), { code: "bad_login" });
  await t.resolves(client.opaque().login(ALICE));
});

t.test("a wrong password and an unknown name get the same words, and a taken name its own", async (t) => {
  const { client } = await atRealServer(t);
  await client.opaque().register(ALICE);
  for (const credentials of [
    { ...ALICE, password: NEW },
    { ...ALICE, username: "nobody" },
    { ...ALICE, username: "" },
  ]) {
    const words = { code: "bad_login", status: "UNAUTHENTICATED", message: "Wrong name or password." };
    await t.rejects(client.opaque().login(credentials), words);
  }
  await t.rejects(client.opaque().register(ALICE), { code: "name_taken", field: "username" });
  await t.rejects(client.opaque().register({ ...ALICE, username: "a" }), { code: "invalid_field", field: "username" });
});

const REFUSED: Readonly<Record<string, string>> = {
  "too short": "tiger lamp",
  "too long": "tiger".repeat(26),
  "too common": "correct horse battery staple",
  "the name": "alice-in-wonderland-alice",
  "nothing but a pattern": "aaaaaaaaaaaaaaaaaaaa",
  "a control character": "tiger lamp\tocean 42",
};
for (const [what, password] of Object.entries(REFUSED)) {
  t.test(`a new password that is ${what} is refused before anything is sent`, async (t) => {
    const { client, standIn } = await atStandIn(t);
    const username = "alice-in-wonderland";
    const opaque = client.opaque();
    const change = { username, currentPassword: PASSWORD, newPassword: password };
    const invalid = (field: string) => ({ code: "invalid_field", field, message: /^The (new )?password .*\.$/ });
    await t.rejects(opaque.register({ username, password }), invalid("password"));
    await t.rejects(opaque.changePassword(TOKEN, change), invalid("new_password"));
    await t.rejects(opaque.resetPassword({ username, code: "x", newPassword: password }), invalid("new_password"));
    t.same(standIn.calls, []);
  });
}

t.test("a password is the same however its accents are written", async (t) => {
  const { client } = await atStandIn(t);
  await client.opaque().register({ ...ALICE, password: "caf\u00e9 gravel comet 17" });
  await t.resolves(client.opaque().login({ ...ALICE, password: "cafe\u0301 gravel comet 17" }));
});

t.test("a lost answer to a registration is asked for again, with the same id and record", async (t) => {
  const seen: string[] = [];
  const cutting = { now: () => {} };
  const { client, cut } = await atStandIn(t, {
    isRelayed: true,
    spoiled: (honest) => ({
      registerFinish: async (request, ctx) => {
        seen.push(Buffer.concat([request.requestId, request.record]).toString("hex"));
        if (seen.length === 1) cutting.now();
        return honest.registerFinish(request, ctx);
      },
    }),
  });
  cutting.now = cut;
  t.equal((await client.opaque().register(ALICE)).username, "alice");
  t.equal(seen.length, 2);
  t.equal(seen[0], seen[1]);
  t.equal(seen[0]?.length, 2 * (16 + 129));
});

t.test("a connection that changes between the halves of a login: it begins again, once", async (t) => {
  let cuts = 1;
  const cutting = { now: () => {} };
  const { client, standIn, cut } = await atStandIn(t, {
    isRelayed: true,
    spoiled: (honest) => ({
      loginStart: async (request, ctx) => {
        if (cuts-- > 0) afterTurns(TURNS, () => cutting.now());
        return honest.loginStart(request, ctx);
      },
    }),
  });
  cutting.now = cut;
  await client.opaque().register(ALICE);
  t.equal((await client.opaque().login(ALICE)).token, TOKEN);
  t.equal(standIn.calls.filter((name) => name === "loginStart").length, 2);
  cuts = 2;
  await t.rejects(client.opaque().login(ALICE), { code: "connection_lost", message: /broke off twice/ });
  t.equal(standIn.calls.filter((name) => name === "loginStart").length, 4);
  await t.resolves(client.opaque().login(ALICE));
});

t.test("a login that the server has forgotten begins again, once", async (t) => {
  let forgets = 1;
  const { client, standIn } = await atStandIn(t, {
    spoiled: (honest) => ({
      loginFinish: async (request, ctx) => {
        if (forgets-- > 0) throw new RpcError(StatusCode.ABORTED, "begin again");
        return honest.loginFinish(request, ctx);
      },
    }),
  });
  await client.opaque().register(ALICE);
  await t.resolves(client.opaque().login(ALICE));
  forgets = 9;
  await t.rejects(client.opaque().login(ALICE), { name: "ClientError" });
  t.equal(standIn.calls.filter((name) => name === "loginFinish").length, 4);
});

/** All sides are in this process: the answer has arrived by then, and the password is still being stretched elsewhere. */
const TURNS = 20;

function afterTurns(turns: number, then: () => void): void {
  setImmediate(() => (turns === 0 ? then() : afterTurns(turns - 1, then)));
}

async function atRealServer(t: Test) {
  const running = await RealServer.start(t);
  const { ca } = await testAuthority();
  const client = await AccountClient.connect({ host: "localhost", port: running.connection.peer.port, tls: { ca } });
  t.teardown(() => client.close());
  return { client, running };
}

async function resetCode({ store }: RealServer, username: string): Promise<string> {
  const account = await store.findAccount(username);
  if (account === undefined) throw new Error(`${username} is not there`);
  const nowMs = Date.now();
  const { code, record } = createResetCode(account.accountId, nowMs);
  await store.issueResetCode(record, administrativeEvent("reset_code_issued", account, nowMs));
  return code;
}
