// A connection that is lost and comes back: what waits, what is made again, what is not, and when waiting ends.

import { createServer, type Server, type Socket } from "node:net";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import type { ConnectSettings } from "../../../src/rpc/calling/connect.js";
import { connect, RpcServer, StatusCode } from "../../../src/rpc/index.js";
import { EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { ECHO_HANDLERS, type EchoHandlers } from "../../helpers/echo-service.js";
import { lastingPort } from "../../helpers/lasting-port.js";
import { frameBytes } from "../../helpers/raw-client.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { next, signal, startServer, testAuthority } from "../../helpers/rpc-pair.js";

interface Served {
  readonly server: RpcServer;
  readonly port: number;
}

async function serve(
  t: Test,
  port = 0,
  handlers: Partial<EchoHandlers> = {},
): Promise<{ server: RpcServer; port: number }> {
  const { server: tls } = await testAuthority();
  const server = new RpcServer({ tls });
  server.serve(EchoServiceDefinition, { ...ECHO_HANDLERS, ...handlers });
  const address = await server.listen({ host: "127.0.0.1", port: port || (await lastingPort()) });
  t.teardown(() => server.close({ graceMs: 0 }));
  return { server, port: address.port };
}

async function reach(t: Test, port: number, settings: ConnectSettings = {}) {
  const { ca } = await testAuthority();
  const connection = await connect({ host: "127.0.0.1", port, tls: { ca }, ...settings });
  t.teardown(() => connection.close({ graceMs: 0 }));
  return { connection, client: connection.client(EchoServiceDefinition) };
}

/** Closes the server of a connection that was in use, and waits until the client has noticed. */
async function closed(
  { server, port }: Served,
  { connection, client }: Awaited<ReturnType<typeof reach>>,
): Promise<number> {
  await client.unary({});
  const disconnected = next(connection, "disconnect");
  await server.close({ graceMs: 0 });
  await disconnected;
  return port;
}

t.test("after a restart the next call finds the new server", async (t) => {
  const first = await serve(t);
  const { connection, client } = await reach(t, first.port);
  t.match(await client.unary({ text: "one" }), { text: "one" });
  const disconnected = next(connection, "disconnect");
  await first.server.close({ graceMs: 0 });
  t.match(await disconnected, [{ reason: "server_closing" }]);
  t.equal(connection.connected, false);
  await serve(t, first.port);
  const reconnected = next(connection, "reconnect");
  t.match(await client.unary({ text: "two" }), { text: "two" });
  t.match(await reconnected, [{ port: first.port, encrypted: true }]);
  t.equal(connection.connected, true);
});

t.test("calls made while the server is away wait until it is back", async (t) => {
  const first = await serve(t);
  const reached = await reach(t, first.port, { reconnect: { firstDelayMs: 5, maxDelayMs: 20 } });
  await closed(first, reached);
  const { client } = reached;
  const waiting = Promise.all([client.unary({ text: "a" }), client.clientStream([{}, {}])]);
  const impatient = await failure(client.unary({}, { timeoutMs: 30 }));
  t.same(summary(impatient), ["DEADLINE_EXCEEDED", "deadline", "not_sent"]);
  await serve(t, first.port);
  t.match(await waiting, [{ text: "a" }, { index: 2 }]);
});

t.test("waiting ends: the error says why there is no connection, and that nothing was sent", async (t) => {
  const first = await serve(t);
  const reached = await reach(t, first.port, { reconnect: { firstDelayMs: 1, maxDelayMs: 5, maxWaitMs: 40 } });
  await closed(first, reached);
  const { client } = reached;
  t.same(summary(await failure(client.unary({}))), ["UNAVAILABLE", "connection_refused", "not_sent"]);
  t.same(summary(await failure(client.unary({}))), ["UNAVAILABLE", "connection_refused", "not_sent"]);
});

t.test("a server that can no longer be trusted is told at once, and gets nothing", async (t) => {
  const first = await serve(t);
  const reached = await reach(t, first.port, { reconnect: { maxWaitMs: 60_000 } });
  await closed(first, reached);
  const { client } = reached;
  let received = 0;
  const impostor = createServer((socket) => {
    socket.on("data", (bytes) => {
      received += bytes.includes("EchoService") ? 1 : 0;
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    socket.on("error", () => {});
  });
  await listen(t, impostor, first.port);
  t.same(summary(await failure(client.unary({}))), ["UNAVAILABLE", "not_tls", "not_sent"]);
  t.equal(received, 0);
});

t.test("without reconnecting the first loss is the end", async (t) => {
  const { server, port } = await serve(t);
  const { connection, client } = await reach(t, port, { reconnect: false });
  await client.unary({});
  const told = next(connection, "close");
  await server.close({ graceMs: 0 });
  t.match(await told, [{ reason: "server_closing" }]);
  t.equal(connection.open, false);
  t.same(summary(await failure(client.unary({}))), ["UNAVAILABLE", "server_closing", "not_sent"]);
});

t.test("what was in flight when the connection broke is not made again", async (t) => {
  let runs = 0;
  const started = signal();
  const { server, port } = await serve(t, 0, {
    unary: () => {
      runs += 1;
      started.resolve();
      return new Promise(() => {});
    },
  });
  const { client } = await reach(t, port);
  const call = failure(client.unary({}));
  await started.promise;
  await server.close({ graceMs: 0 });
  t.match(await call, { code: StatusCode.UNAVAILABLE, delivery: "unknown" });
  await serve(t, port, { unary: ECHO_HANDLERS.unary });
  t.match(await client.unary({ text: "again" }), { text: "again" });
  t.equal(runs, 1);
});

/** A server in plaintext with a script for each connection: its nth answer follows the nth bytes that come. The last script repeats. */
async function scripted(
  t: Test,
  ...scripts: readonly (readonly Uint8Array[])[]
): Promise<{ port: number; connections: () => number }> {
  let count = 0;
  const server = createServer((socket: Socket) => {
    const answers = [...(scripts[count] ?? scripts.at(-1) ?? [])];
    count += 1;
    socket.on("error", () => {});
    socket.on("data", () => socket.write(answers.shift() ?? new Uint8Array(0)));
    t.teardown(() => socket.destroy());
  });
  return { port: await listen(t, server, 0), connections: () => count };
}

function listen(t: Test, server: Server, port: number): Promise<number> {
  t.teardown(() => server.close());
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

const GO_AWAY_ALL = frameBytes({ body: { $case: "goAway", value: { lastStreamId: 0 } } });
const OK_1 = frameBytes({ streamId: 1, body: { $case: "response", value: {} } });
const OK_3 = frameBytes({ streamId: 3, body: { $case: "response", value: { payload: Buffer.of(0x20, 3) } } });
const NOT_PROCESSED = [{ key: "earshot.delivery", value: { $case: "text", value: "not_processed" } }] as const;
function busy(streamId: number): Buffer {
  const status = { code: StatusCode.UNAVAILABLE, message: "busy" };
  return frameBytes({ streamId, body: { $case: "response", value: { status, metadata: [...NOT_PROCESSED] } } });
}

t.test("a call above the GoAway's last stream is made again on a new connection", async (t) => {
  const { port, connections } = await scripted(t, [GO_AWAY_ALL], [OK_1]);
  const { client } = await reach(t, port, { plaintext: true });
  await client.unary({});
  t.equal(connections(), 2);
});

t.test("a call that the server had no room for is made again on the same connection", async (t) => {
  const { port, connections } = await scripted(t, [busy(1), OK_3]);
  const { client } = await reach(t, port, { plaintext: true });
  t.match(await client.unary({ text: "refused once" }), { totalBytes: 3n });
  t.equal(connections(), 1);
});

t.test("a call that is turned away again and again is its caller's to judge", async (t) => {
  const { port, connections } = await scripted(t, [GO_AWAY_ALL]);
  const { client } = await reach(t, port, { plaintext: true, reconnect: { firstDelayMs: 1, maxDelayMs: 2 } });
  t.same(summary(await failure(client.unary({}))), ["UNAVAILABLE", "server_closing", "not_processed"]);
  t.equal(connections(), 5);
});

t.test("requests that were read from their source cannot be sent again", async (t) => {
  const hello = frameBytes({ body: { $case: "hello", value: {} } });
  const { port, connections } = await scripted(t, [hello, busy(1)]);
  const { client } = await reach(t, port, { plaintext: true });
  t.same(summary(await failure(client.clientStream([{}]))), ["UNAVAILABLE", undefined, "not_processed"]);
  t.equal(connections(), 1);
});

t.test(
  "a server that falls silent while calls are open is found dead, and one that only takes its time is not",
  async (t) => {
    const { port } = await scripted(t, []);
    const limits = { pingIntervalMs: 20, pingTimeoutMs: 500 };
    const { client } = await reach(t, port, { plaintext: true, limits, reconnect: false });
    const error = await failure(client.unary({}));
    t.same(summary(error), ["UNAVAILABLE", "connection_lost", "unknown"]);
    t.match(error.message, /answered no ping/);
    const slow = await serve(t, 0, { unary: () => new Promise((resolve) => setTimeout(() => resolve({}), 1_200)) });
    const { client: patient } = await reach(t, slow.port, { limits: { ...limits, minPingIntervalMs: 1 } });
    t.ok(await patient.unary({}));
  },
);

t.test("close gives up a connection attempt and what waits for it", async (t) => {
  const first = await serve(t);
  const reached = await reach(t, first.port, { reconnect: { firstDelayMs: 60_000 } });
  await closed(first, reached);
  const { connection, client } = reached;
  const call = failure(client.unary({}));
  await connection.close();
  t.same(summary(await call), ["UNAVAILABLE", "connection_closed", "not_sent"]);
  await connection.close();
});

t.test("where the server has said that it goes, close() still has its grace", async (t) => {
  const { promise, resolve } = signal();
  const running = await startServer(t, { login: () => promise.then(() => ({ sessionToken: "late" })) });
  const { host, port, ca, server } = running;
  const connection = await connect({ host, port, tls: { ca }, reconnect: false });
  const started = next(server, "call");
  const call = connection.client(AccountServiceDefinition).login({});
  await started;
  const gone = next(connection, "close");
  const serverClosed = server.close({ graceMs: 10_000 });
  await gone;
  const closed = connection.close({ graceMs: 10_000 });
  resolve();
  t.equal((await call).sessionToken, "late");
  await Promise.all([closed, serverClosed]);
});
