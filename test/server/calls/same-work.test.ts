// The same work and the same answer for every login that fails: counted, not timed. login-timing.test.ts has the clock.

import t from "tap";
import { StatusCode } from "../../../src/rpc/index.js";
import { PasswordHasher } from "../../../src/server/password/password-hasher.js";
import { failure, GuardedServer, PASSWORD, retryAfterMs, WRONG } from "../../fixtures/guarded-server.js";

/** Names and passwords of failing logins. */
const FAILING: readonly [name: string, username: string, password: string][] = [
  ["a wrong password", "alice", WRONG],
  ["an unknown name", "nobody", WRONG],
  ["an unknown name with a right password of another", "nobody", PASSWORD],
  ["no name", "", WRONG],
  ["a name that is too long", "x".repeat(10_000), WRONG],
  ["a malformed name", "jos\u00e9 '; --", WRONG],
  ["a password that is too short", "alice", "short"],
  ["no password", "alice", ""],
  ["a password that is too long", "alice", "x".repeat(100_000)],
  ["a password of broken characters", "alice", `\ufffd${WRONG}`],
];

t.test("every login that fails does the same and is told the same", async (t) => {
  const server = await GuardedServer.start(t);
  const accounts = await server.client();
  await accounts.register({ username: "alice", password: PASSWORD });
  for (const [name, username, password] of FAILING) {
    const computedBefore = server.hasher.computations;
    server.asked.length = 0;
    const error = await failure(accounts.login({ username, password }));
    t.match(error, { code: StatusCode.UNAUTHENTICATED, message: "the name or the password is wrong" }, name);
    t.same(error.details, [], name);
    t.same(server.asked, ["findAccount", "recordAudit"], name);
    t.equal(server.hasher.computations - computedBefore, 1, name);
  }
});

t.test("so it is while there are hashes of older, cheaper parameters", async (t) => {
  const server = await GuardedServer.start(t);
  const accounts = await server.client();
  const old = await new PasswordHasher({ cost: { ln: 2, r: 8, p: 1 } }).hash(async () => PASSWORD);
  server.hasher.learn(old);
  await accounts.register({ username: "alice", password: PASSWORD });
  for (const [name, username, password] of FAILING) {
    const computedBefore = server.hasher.computations;
    await failure(accounts.login({ username, password }));
    t.equal(server.hasher.computations - computedBefore, 2, name);
  }
});

t.test("a locked name gets the same refusal whether there is such an account or not, and costs nothing", async (t) => {
  const throttle = { loginsByNameAndAddress: { attempts: 2, withinS: 600 } };
  const server = await GuardedServer.start(t, { throttle });
  const accounts = await server.client();
  await accounts.register({ username: "alice", password: PASSWORD });
  const refusals = [];
  for (const username of ["alice", "nobody", "jos\u00e9"]) {
    await failure(accounts.login({ username, password: WRONG }));
    await failure(accounts.login({ username, password: WRONG }));
    const computedBefore = server.hasher.computations;
    server.asked.length = 0;
    const error = await failure(accounts.login({ username, password: PASSWORD }));
    refusals.push({ code: error.code, message: error.message });
    t.ok(retryAfterMs(error) > 500_000 && retryAfterMs(error) <= 600_000, username);
    t.same(server.asked, [], username);
    t.equal(server.hasher.computations, computedBefore, username);
  }
  const expected = { code: StatusCode.RESOURCE_EXHAUSTED, message: "too many attempts; wait before the next one" };
  t.same(refusals, [expected, expected, expected]);
});

t.test("a success sets the count back; passwords asked for by other calls count too", async (t) => {
  const throttle = { loginsByNameAndAddress: { attempts: 2, withinS: 600 } };
  const server = await GuardedServer.start(t, { throttle });
  const accounts = await server.client();
  await accounts.register({ username: "alice", password: PASSWORD });
  for (let round = 0; round < 3; round += 1) {
    await failure(accounts.login({ username: "alice", password: WRONG }));
    await t.resolves(accounts.login({ username: "alice", password: PASSWORD }));
  }
  const { sessionToken } = await accounts.login({ username: "alice", password: PASSWORD });
  const session = { metadata: { authorization: `Bearer ${sessionToken}` } };
  for (let round = 0; round < 2; round += 1) {
    const error = await failure(accounts.deleteAccount({ password: WRONG }, session));
    t.equal(error.code, StatusCode.PERMISSION_DENIED);
  }
  const error = await failure(accounts.deleteAccount({ password: PASSWORD }, session));
  t.equal(error.code, StatusCode.RESOURCE_EXHAUSTED, "a stolen session guesses no password");
});

t.test("registrations from one address are bounded, and refused ones cost no look at the password", async (t) => {
  const throttle = { registrationsByAddress: { attempts: 2, withinS: 600 } };
  const server = await GuardedServer.start(t, { throttle });
  const accounts = await server.client();
  await accounts.register({ username: "alice", password: PASSWORD });
  await failure(accounts.register({ username: "bobby", password: "password password" }));
  const error = await failure(accounts.register({ username: "bobby", password: "password password" }));
  t.equal(error.code, StatusCode.RESOURCE_EXHAUSTED);
  t.ok(retryAfterMs(error) > 500_000);
  t.ok(await accounts.login({ username: "alice", password: PASSWORD }));
});
