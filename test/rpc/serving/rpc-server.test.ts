// The server as programs run it: events, what handlers see, listening, closing in time.

import t from "tap";
import { AccountServiceDefinition } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { type CallContext, connect, RpcError, RpcServer, StatusCode } from "../../../src/rpc/index.js";
import { EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { ECHO_HANDLERS } from "../../helpers/echo-service.js";
import { rawClient } from "../../helpers/raw-client.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { dial, ECHO, next, pair, signal, startServer, testAuthority } from "../../helpers/rpc-pair.js";

t.test("events tell of the connection, the call, its end, and the end of the connection", async (t) => {
  const running = await startServer(t);
  const { server } = running;
  const told = [
    next(server, "connection"),
    next(server, "call"),
    next(server, "callEnd"),
    next(server, "connectionEnd"),
  ];
  const connection = await dial(t, running);
  await connection.client(AccountServiceDefinition).login({ username: "alice" });
  await connection.close();
  const [opened, call, callEnd, ended] = await Promise.all(told);
  t.match(opened, [
    { id: 1, address: "127.0.0.1", port: Number, encrypted: true, protocol: "TLSv1.3", cipher: /^TLS_/ },
  ]);
  const method = "earshot.accounts.v1.AccountService/Login";
  t.match(call, [{ connectionId: 1, method, peer: { address: "127.0.0.1" } }]);
  t.match(callEnd, [{ connectionId: 1, method, code: StatusCode.OK, durationMs: Number, requestBytes: 7 }]);
  t.match(ended, [{ id: 1 }, undefined]);
});

t.test("a call that reaches no handler ends with its code, under a name that no stranger chose", async (t) => {
  const { connection, server } = await pair(t);
  const ended = next(server, "callEnd");
  const foreign = { ...AccountServiceDefinition, fullName: "evil\nname" };
  await failure(connection.client(foreign).login({}));
  t.match(await ended, [{ method: "unknown", code: StatusCode.UNIMPLEMENTED }]);
});

t.test("handlers see the method, the peer, the metadata and the deadline", async (t) => {
  const seen = signal<CallContext>();
  const { accounts } = await pair(t, {
    login: (_request, ctx) => {
      seen.resolve(ctx);
      return {};
    },
  });
  const before = Date.now();
  await accounts.login({}, { timeoutMs: 60_000, metadata: { authorization: ["Bearer a", "Bearer b"] } });
  const ctx = await seen.promise;
  t.match(ctx.peer, { address: "127.0.0.1", encrypted: true });
  t.equal(ctx.method, "earshot.accounts.v1.AccountService/Login");
  t.same(ctx.metadata.getAll("authorization"), ["Bearer a", "Bearer b"]);
  const deadline = ctx.deadline ?? 0;
  t.ok(deadline > before + 50_000 && deadline <= Date.now() + 60_000);
  t.equal(ctx.signal.aborted, false);
});

t.test("handlers may be the methods of an object", async (t) => {
  class Accounts {
    #calls = 0;
    register = ECHO.register;
    whoAmI = ECHO.whoAmI;
    logout = ECHO.logout;
    listSessions = ECHO.listSessions;
    revokeSession = ECHO.revokeSession;
    logoutEverywhere = ECHO.logoutEverywhere;
    changePassword = ECHO.changePassword;
    resetPassword = ECHO.resetPassword;
    deleteAccount = ECHO.deleteAccount;
    exportAccount = ECHO.exportAccount;
    watch = ECHO.watch;
    login(): { sessionToken: string } {
      this.#calls += 1;
      return { sessionToken: String(this.#calls) };
    }
  }
  const { accounts, server } = await pair(t);
  server.serve(AccountServiceDefinition, new Accounts());
  await accounts.login({});
  t.equal((await accounts.login({})).sessionToken, "2");
});

t.test("one server serves several services, also while calls come in", async (t) => {
  const { connection, accounts, server } = await pair(t);
  const echo = connection.client(EchoServiceDefinition);
  t.equal((await failure(echo.unary({}))).codeName, "UNIMPLEMENTED");
  t.equal(server.serve(EchoServiceDefinition, ECHO_HANDLERS), server);
  t.equal((await echo.unary({ text: "a" })).text, "a");
  t.equal((await accounts.login({ username: "alice" })).sessionToken, "alice");
  t.same(server.services, ["earshot.accounts.v1.AccountService", "earshot.test.v1.EchoService"]);
});

t.test("options and handlers that cannot work are refused at once", async (t) => {
  const { server: certificate } = await testAuthority();
  const reason = "bad_options";
  t.match(
    t.throws(() => new RpcServer({})),
    { reason },
  );
  t.match(
    t.throws(() => new RpcServer({ tls: certificate, plaintext: true })),
    { reason },
  );
  t.match(
    t.throws(() => new RpcServer({ tls: { cert: "no", key: "pem" } })),
    { reason },
  );
  t.match(
    t.throws(() => new RpcServer({ plaintext: true, limits: { maxFrameBytes: 1 } })),
    { reason },
  );
  const server = new RpcServer({ plaintext: true });
  const odd: unknown = { ...ECHO, login: "not a function" };
  t.match(
    t.throws(() => server.serve(AccountServiceDefinition, odd as typeof ECHO)),
    { reason, message: /Login is no function but string/ },
  );
});

t.test("a method whose handler was left out is not served, and the others are", async (t) => {
  const { login: _, ...others } = ECHO;
  const { server: certificate, ca } = await testAuthority();
  const partial = new RpcServer({ tls: certificate });
  partial.serve(AccountServiceDefinition, others as typeof ECHO);
  const { host, port } = await partial.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => partial.close({ graceMs: 0 }));
  const connection = await dial(t, { server: partial, host, port, ca });
  const client = connection.client(AccountServiceDefinition);
  t.same(summary(await failure(client.login({}))), ["UNIMPLEMENTED", undefined, "not_processed"]);
  t.ok(await client.whoAmI({}));
});

t.test("a port in use and an address of another machine are told apart", async (t) => {
  const { host, port } = await startServer(t);
  const second = new RpcServer({ plaintext: true });
  t.equal((await failure(second.listen({ host, port }))).reason, "address_in_use");
  t.equal((await failure(second.listen({ host: "192.0.2.1", port: 0 }))).reason, "address_not_available");
  t.equal((await failure(second.listen({ host, port: 70_000 }))).reason, "bad_options");
  await second.close();
  t.equal((await failure(second.listen({ host, port: 0 }))).codeName, "FAILED_PRECONDITION");
});

t.test("close lets calls in flight end, refuses new connections, and tells when it is done", async (t) => {
  const started = signal();
  const release = signal();
  const { accounts, server, host, port, ca } = await pair(t, {
    login: async () => {
      started.resolve();
      await release.promise;
      return { sessionToken: "in time" };
    },
  });
  const told = next(server, "close");
  const call = accounts.login({});
  await started.promise;
  const closed = server.close({ graceMs: 10_000 });
  t.equal(server.close(), closed, "closing twice is closing once");
  t.equal((await failure(connect({ host, port, tls: { ca } }))).reason, "connection_refused");
  release.resolve();
  t.equal((await call).sessionToken, "in time");
  await closed;
  t.same(await told, []);
});

t.test("close tells idle clients to go away at once", async (t) => {
  const { connection, accounts, server } = await pair(t);
  await accounts.login({});
  const told = next(connection, "disconnect");
  await server.close({ graceMs: 60_000 });
  t.match(await told, [{ reason: "server_closing" }]);
});

t.test("after its grace close cancels what still runs, and the caller learns that it may have run", async (t) => {
  const started = signal();
  const aborted = signal<unknown>();
  const { accounts, server } = await pair(t, {
    login: (_request, ctx) => {
      ctx.signal.addEventListener("abort", () => aborted.resolve(ctx.signal.reason));
      started.resolve();
      return new Promise(() => {});
    },
  });
  const call = failure(accounts.login({}));
  await started.promise;
  await server.close({ graceMs: 5 });
  t.same(summary(await call), ["UNAVAILABLE", "server_closing", "unknown"]);
  t.match(await aborted.promise, { reason: "server_closing" });
});

t.test("a request that crosses the first GoAway is answered", async (t) => {
  const release = signal();
  const running = await startServer(t, {
    login: async ({ username }) => {
      await release.promise;
      return { sessionToken: username };
    },
  });
  const started = next(running.server, "call");
  const connection = await dial(t, running);
  const accounts = connection.client(AccountServiceDefinition);
  const first = accounts.login({ username: "first" });
  await started;
  const closed = running.server.close({ graceMs: 60_000 });
  // Made before the GoAway can have arrived: nothing was read since.
  const crossing = accounts.login({ username: "crossing" });
  await next(connection, "disconnect");
  release.resolve();
  t.equal((await first).sessionToken, "first");
  t.equal((await crossing).sessionToken, "crossing");
  await closed;
});

t.test("close does not wait for a peer that neither reads nor closes, nor for half a handshake", async (t) => {
  const running = await startServer(t);
  const { server } = running;
  const deaf = await rawClient(t, running);
  deaf.socket.pause();
  const half = await rawClient(t, running, true);
  half.write(Buffer.from("160301", "hex"));
  await server.close({ graceMs: 0 });
  await half.closed;
  t.pass("closed");
});

t.test("a grace that is no number is none", async (t) => {
  for (const graceMs of [Number.NaN, -1, Number.NEGATIVE_INFINITY]) {
    const { accounts, server } = await pair(t, { login: () => new Promise(() => {}) });
    await accounts.whoAmI({});
    const call = failure(accounts.login({}));
    await next(server, "call");
    await server.close({ graceMs });
    t.same(summary(await call), ["UNAVAILABLE", "server_closing", "unknown"]);
  }
});

t.test("a listener that fails later is told to error, as one that throws is", async (t) => {
  const { accounts, server } = await pair(t);
  server.on("call", async () => {
    throw new Error("later");
  });
  const told = next(server, "error");
  await accounts.whoAmI({});
  t.match(await told, [{ message: "later" }, { listenerOf: "call" }]);
});

t.test("details have names as long as the protocol allows; broken ones cost the call alone", async (t) => {
  const typeUrl = `type.googleapis.com/${"n".repeat(236)}`;
  const value = new Uint8Array(1);
  const given: unknown[] = [{ typeUrl, value }, { typeUrl: `${typeUrl}n`, value }, { typeUrl }];
  const { accounts, server } = await pair(t, {
    login: async () => {
      throw new RpcError(StatusCode.NOT_FOUND, "no", { details: given.splice(0, 1) as [] });
    },
  });
  t.same((await failure(accounts.login({}))).details, [{ typeUrl, value: Buffer.from(value) }]);
  t.same((await failure(accounts.login({}))).details, []);
  const told = next(server, "error");
  t.match(await failure(accounts.login({})), { codeName: "NOT_FOUND", delivery: "answered" });
  t.match(await told, [TypeError, { method: "earshot.accounts.v1.AccountService/Login" }]);
});
