// Client certificates: who is let in, what handlers learn of them, and what those learn who are sent away.

import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { type ClientTls, connect, type PeerCertificate, RpcServer, type ServerTls } from "../../../src/rpc/index.js";
import { makeAuthority, makeCertificate, type TestCertificate } from "../../fixtures/certificates.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { ECHO, next, testAuthority } from "../../helpers/rpc-pair.js";

const clients = await makeAuthority("Clients CA");
const alice = await makeCertificate(clients, { names: ["alice"], addresses: [], usage: "client" });

async function start(t: Test, settings: Partial<ServerTls> = {}) {
  const { ca, server: certificate } = await testAuthority();
  const server = new RpcServer({ tls: { ...certificate, clientCa: clients.cert, ...settings } });
  const seen: (PeerCertificate | undefined)[] = [];
  let calls = 0;
  server.serve(AccountServiceDefinition, {
    ...ECHO,
    login: ({ username }, { peer }) => {
      calls += 1;
      seen.push(peer.certificate);
      return { sessionToken: username };
    },
  });
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => server.close({ graceMs: 0 }));
  const visit = async (tls: ClientTls = {}) => {
    const connection = await connect({ host, port, tls: { ca, ...tls } });
    t.teardown(() => connection.close({ graceMs: 0 }));
    await connection.client(AccountServiceDefinition).login({ username: "x" });
    await connection.close();
    return connection.peer;
  };
  return { server, host, port, ca, visit, seen, calls: () => calls };
}

type Running = Awaited<ReturnType<typeof start>>;

/** A client that is sent away: the reason and delivery of its call, and what the server tells. */
async function sentAway(running: Running, tls: ClientTls = {}) {
  const refused = next(running.server, "refused");
  const error = await failure(running.visit(tls));
  const [event] = await refused;
  t.equal(running.calls(), 0, "no handler ran");
  return { client: summary(error), server: event };
}

t.test("handlers learn who the client is, and that a client gave nothing when it may", async (t) => {
  const running = await start(t, { clientCertificates: "optional" });
  await running.visit(alice);
  await running.visit();
  t.match(running.seen[0], { subject: "CN=alice", issuer: "CN=Clients CA", names: ["alice"], validTo: Date });
  t.match(running.seen[0]?.pin, /^[A-Za-z0-9+/]{43}=$/);
  t.equal(running.seen[1], undefined);
});

t.test("the identity survives resumption", async (t) => {
  const running = await start(t);
  t.equal((await running.visit(alice)).resumed, false);
  t.equal((await running.visit(alice)).resumed, true);
  t.equal(running.seen[1]?.subject, "CN=alice");
  t.same(running.seen[1], running.seen[0]);
});

t.test("sessions of one client are not those of another, or of one without a certificate", async (t) => {
  const running = await start(t, { clientCertificates: "optional" });
  await running.visit(alice);
  t.equal((await running.visit()).resumed, false);
  const bob = await makeCertificate(clients, { names: ["bob"], addresses: [], usage: "client" });
  t.equal((await running.visit(bob)).resumed, false);
  t.equal(running.seen.at(-1)?.subject, "CN=bob");
});

t.test("without a certificate where one is required, nothing is processed and the client knows why", async (t) => {
  const running = await start(t);
  t.match(await sentAway(running), {
    client: ["UNAVAILABLE", "client_certificate_required", "not_processed"],
    server: { address: "127.0.0.1", reason: { reason: "client_certificate_required" } },
  });
});

t.test("a certificate of another authority, out of date, or made for servers is not trusted", async (t) => {
  for (const certificate of [
    await makeCertificate(await makeAuthority("Clients CA"), { usage: "client" }),
    await makeCertificate(clients, { usage: "client", notBefore: new Date(0), notAfter: new Date(86_400_000) }),
    await makeCertificate(clients, { usage: "server" }),
  ]) {
    for (const clientCertificates of ["required", "optional"] as const) {
      const running = await start(t, { clientCertificates });
      t.match(await sentAway(running, certificate), {
        client: ["UNAVAILABLE", "client_not_trusted", "not_processed"],
        server: { reason: { reason: "client_not_trusted" } },
      });
    }
  }
});

/** Shakes hands, waits for a session, and closes. */
function ticketOf(port: number, options: Partial<TestCertificate>, session?: Buffer) {
  return new Promise<{ session: Buffer | undefined; resumed: boolean; bytes: Buffer }>((resolve) => {
    const offer = session === undefined ? {} : { session };
    const socket = connectTls({ port, rejectUnauthorized: false, ALPNProtocols: ["earshot/1"], ...options, ...offer });
    const bytes: Buffer[] = [];
    let gained: Buffer | undefined;
    let resumed = false;
    socket.on("secureConnect", () => {
      resumed = socket.isSessionReused();
    });
    socket.on("session", (one) => {
      gained = one;
    });
    socket.on("data", (chunk) => bytes.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => resolve({ session: gained, resumed, bytes: Buffer.concat(bytes) }));
  });
}

t.test("who was sent away cannot come back by the session it was given", async (t) => {
  const running = await start(t);
  const first = await ticketOf(running.port, {});
  t.ok(first.session, "OpenSSL gives one before we can refuse");
  const refused = next(running.server, "refused");
  const second = await ticketOf(running.port, {}, first.session);
  t.equal(second.resumed, true);
  t.match(await refused, [{ reason: { reason: "client_certificate_required" } }]);
  t.equal(running.calls(), 0);
});

t.test("a TLS server that sends an alert of its own is understood as well", async (t) => {
  const { ca, server: certificate } = await testAuthority();
  const ask = { requestCert: true, rejectUnauthorized: true, ca: clients.cert, ALPNProtocols: ["earshot/1"] };
  const server = createTlsServer({ ...certificate, ...ask });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const connection = await connect({ host: "127.0.0.1", port, tls: { ca }, reconnect: false });
  const call = connection.client(AccountServiceDefinition).login({ username: "x" });
  t.same(summary(await failure(call)), ["UNAVAILABLE", "client_certificate_required", "not_processed"]);
});

t.test("a session ends with the authority that vouched for the client", async (t) => {
  const running = await start(t);
  const { server: certificate } = await testAuthority();
  await running.visit(alice);
  running.server.reloadTls({ ...certificate, clientCa: clients.cert });
  t.equal((await running.visit(alice)).resumed, true);
  running.server.reloadTls({ ...certificate, clientCa: (await makeAuthority("New CA")).cert });
  const refused = next(running.server, "refused");
  t.match(summary(await failure(running.visit(alice)))[2], "not_processed");
  t.match(await refused, [{ reason: { reason: "client_not_trusted" } }]);
});

t.test("settings that cannot work are refused with what to do", async (t) => {
  const { server: certificate } = await testAuthority();
  const bad = { code: 3, reason: "bad_options" };
  t.throws(() => new RpcServer({ tls: { ...certificate, clientCertificates: "required" } }), bad);
  t.throws(() => new RpcServer({ tls: { ...certificate, clientCa: "no pem" } }), bad);
  const running = await start(t);
  for (const settings of [{ cert: alice.cert }, { key: alice.key }, { cert: alice.cert, key: clients.key }]) {
    t.match(summary(await failure(running.visit(settings))), ["INVALID_ARGUMENT", "bad_options", "not_sent"]);
  }
});
