// The door: reload, several addresses, and those who never finish their handshake.

import { connect as connectTcp, type Socket } from "node:net";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { connect, type Limits, RpcServer } from "../../../src/rpc/index.js";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { dial, ECHO, next, pair, signal, startServer, testAuthority } from "../../helpers/rpc-pair.js";

function openSocket(t: Test, port: number, host = "127.0.0.1"): Promise<Socket> {
  const socket = connectTcp({ host, port });
  socket.on("error", () => {});
  t.teardown(() => socket.destroy());
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(socket));
  });
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.resume().once("close", () => resolve());
  });
}

t.test("a reloaded certificate is used from then on, and calls in flight go on", async (t) => {
  const began = signal();
  const release = signal();
  const login = async ({ username = "" }) => {
    began.resolve();
    await release.promise;
    return { sessionToken: username };
  };
  const { server, host, port, ca, accounts, connection } = await pair(t, { login });
  const call = accounts.login({ username: "alice" });
  await began.promise;
  const authority = await makeAuthority("New CA");
  server.reloadTls(await makeCertificate(authority));
  const fresh = await connect({ host, port, tls: { ca: authority.cert } });
  await fresh.close();
  t.same(
    summary(await failure(connect({ host, port, tls: { ca, serverName: "localhost" } })))[1],
    "server_not_trusted",
  );
  release.resolve();
  t.match(await call, { sessionToken: "alice" });
  t.match(await accounts.login({ username: "bob" }), { sessionToken: "bob" });
  await connection.close();
});

const BAD = { code: 3, reason: "bad_options" };

t.test("what cannot be used is refused, and the certificate before stays", async (t) => {
  const running = await startServer(t);
  const { server: own } = await testAuthority();
  const other = await makeCertificate(await makeAuthority());
  const unusable = [
    { cert: own.cert, key: other.key },
    { cert: "", key: own.key },
    { cert: "no pem", key: own.key },
    { ...own, clientCa: "no pem" },
  ];
  for (const settings of unusable) {
    t.throws(() => running.server.reloadTls(settings), BAD);
  }
  await (await dial(t, running)).close();
  const plaintext = await startServer(t, {}, { plaintext: true });
  t.throws(() => plaintext.server.reloadTls(own), BAD);
});

t.test("a server listens on several addresses, IPv6 among them, and closes all", async (t) => {
  const running = await startServer(t);
  const { server, ca } = running;
  const second = await server.listen({ host: "127.0.0.1", port: 0 });
  const third = await server.listen({ host: "::1", port: 0 });
  for (const address of [running, second, third]) {
    const connection = await connect({ host: address.host, port: address.port, tls: { ca } });
    t.match(await connection.client(AccountServiceDefinition).login({ username: "a" }), { sessionToken: "a" });
    t.equal(connection.peer.address, address.host);
    await connection.close();
  }
  t.same(summary(await failure(server.listen(second)))[1], "address_in_use");
  await server.close({ graceMs: 0 });
  for (const { host, port } of [running, second, third]) {
    t.same(summary(await failure(connect({ host, port, tls: { ca } })))[1], "connection_refused");
  }
});

async function limited(t: Test, limits: Partial<Limits>) {
  const { ca, server: certificate } = await testAuthority();
  const server = new RpcServer({ tls: certificate, limits });
  server.serve(AccountServiceDefinition, ECHO);
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => server.close({ graceMs: 0 }));
  return { server, host, port, ca };
}

t.test("who says nothing is gone after the time for a handshake, and so is who dribbles", async (t) => {
  const running = await limited(t, { handshakeTimeoutMs: 300 });
  const silent = await openSocket(t, running.port);
  const dribbler = await openSocket(t, running.port);
  const hello = [0x16, 0x03, 0x01, 0x02, 0x00, ...Array<number>(4_000).fill(1)];
  const dribble = setInterval(() => dribbler.write(Buffer.of(hello.shift() ?? 0)), 10);
  t.teardown(() => clearInterval(dribble));
  const refusals: unknown[] = [];
  running.server.on("refused", (refusal) => refusals.push(refusal));
  await Promise.all([closed(silent), closed(dribbler)]);
  t.match(refusals, [
    { address: "127.0.0.1", reason: { reason: "connect_timeout" } },
    { address: "127.0.0.1", reason: { reason: "connect_timeout" } },
  ]);
});

t.test("above the limit the oldest half-open handshake goes, and a client gets in", async (t) => {
  const running = await limited(t, { maxHandshakes: 2 });
  const refusals: unknown[] = [];
  running.server.on("refused", (refusal) => refusals.push(refusal));
  const sockets = [await openSocket(t, running.port), await openSocket(t, running.port)];
  const [first, second] = sockets.map(closed);
  sockets.push(await openSocket(t, running.port));
  await first;
  const connection = await dial(t, running);
  await second;
  t.match(await connection.client(AccountServiceDefinition).login({ username: "a" }), { sessionToken: "a" });
  sockets.push(await openSocket(t, running.port));
  t.match(await connection.client(AccountServiceDefinition).login({ username: "b" }), { sessionToken: "b" });
  t.same(
    sockets.map(({ destroyed }) => destroyed),
    [true, true, false, false],
  );
  t.ok(connection.open);
  const told = { address: "127.0.0.1", reason: { reason: "limit" } };
  t.match(refusals, [told, told]);
});

t.test("a client that breaks off its handshake is told of with its address", async (t) => {
  const running = await limited(t, {});
  for (const breakOff of [
    (socket: Socket) => socket.resetAndDestroy(),
    (socket: Socket) => socket.end(),
    (socket: Socket) => socket.end("GET / HTTP/1.1\r\n\r\n"),
  ]) {
    const refused = next(running.server, "refused");
    breakOff(await openSocket(t, running.port));
    t.match(await refused, [{ address: "127.0.0.1" }]);
  }
});

t.test("a client that distrusts us is told of as that", async (t) => {
  const running = await limited(t, {});
  const refused = next(running.server, "refused");
  await failure(connect({ host: running.host, port: running.port }));
  t.notMatch(await refused, [{ reason: { reason: "client_not_trusted" } }]);
});
