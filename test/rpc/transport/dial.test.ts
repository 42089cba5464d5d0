// Resumed sessions: used where the trust is the same, never anywhere else, and judged like any other.

import * as tls from "node:tls";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { type ClientTls, type ConnectionEvent, connect, probeServer, RpcServer } from "../../../src/rpc/index.js";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { ECHO, type RunningServer, startServer, testAuthority } from "../../helpers/rpc-pair.js";

/** Connects, makes a call, by whose end the tickets have come, and closes. Resolves with what the peer says. */
async function visit({ host, port }: Pick<RunningServer, "host" | "port">, settings: ClientTls) {
  const connection = await connect({ host, port, tls: settings });
  await connection.client(AccountServiceDefinition).login({ username: "alice" });
  await connection.close();
  return connection.peer;
}

async function isResumed(server: Pick<RunningServer, "host" | "port">, settings: ClientTls): Promise<boolean> {
  return (await visit(server, settings)).resumed === true;
}

/** A server of ours on a port that another one has had. */
async function takeOver(t: Test, port: number, certificate: { cert: string; key: string }): Promise<void> {
  const server = new RpcServer({ tls: certificate }).serve(AccountServiceDefinition, ECHO);
  await server.listen({ host: "127.0.0.1", port });
  t.teardown(() => server.close({ graceMs: 0 }));
}

t.test("the second connection resumes, and both sides say so", async (t) => {
  const running = await startServer(t);
  const events: ConnectionEvent[] = [];
  running.server.on("connection", (event) => events.push(event));
  const { ca } = running;
  t.equal(await isResumed(running, { ca }), false);
  t.equal(await isResumed(running, { ca }), true);
  t.equal(await isResumed(running, { ca }), true);
  t.same(
    events.map(({ resumed }) => resumed),
    [false, true, true],
  );
});

t.test("with TLS 1.2 as well", async (t) => {
  const { ca, server: certificate } = await testAuthority();
  const server = new RpcServer({ tls: { ...certificate, minVersion: "TLSv1.2" } });
  server.serve(AccountServiceDefinition, ECHO);
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => server.close({ graceMs: 0 }));
  t.equal(await isResumed(address, { ca, maxVersion: "TLSv1.2" }), false);
  t.equal(await isResumed(address, { ca, maxVersion: "TLSv1.2" }), true);
  t.equal(await isResumed(address, { ca }), false, "not as another version");
});

t.test("a session is never used under another trust", async (t) => {
  const running = await startServer(t);
  const { ca, host, port } = running;
  const { pin } = await probeServer({ host, port });
  const both = `${ca}\n${(await makeAuthority()).cert}`;
  const trusts: ClientTls[] = [
    { insecure: true },
    { ca },
    { pin },
    { pin, ca },
    { ca: both },
    { ca, serverName: "localhost" },
    { ca, insecure: true },
  ];
  for (const settings of trusts) {
    t.equal(await isResumed(running, settings), false, JSON.stringify(Object.keys(settings)));
  }
  for (const settings of trusts) {
    t.equal(await isResumed(running, settings), true, JSON.stringify(Object.keys(settings)));
  }
});

t.test("a session gained with insecure opens no door for a client that verifies", async (t) => {
  const running = await startServer(t);
  const { host, port } = running;
  await visit(running, { insecure: true });
  const other = await makeAuthority();
  for (const [settings, reason] of [
    [{}, "server_not_trusted"],
    [{ ca: other.cert }, "server_not_trusted"],
    [{ ca: running.ca, serverName: "example.org" }, "server_name_mismatch"],
    [{ pin: "A".repeat(43).concat("=") }, "server_identity_changed"],
  ] as const) {
    t.same(summary(await failure(connect({ host, port, tls: settings })))[1], reason);
  }
});

t.test("a server with another certificate on the same port is judged, whatever sessions there are", async (t) => {
  const first = await startServer(t);
  const { ca, host, port } = first;
  const { pin } = await probeServer({ host, port });
  await visit(first, { ca });
  await visit(first, { pin });
  await first.server.close({ graceMs: 0 });
  const stranger = await makeAuthority("Stranger");
  await takeOver(t, port, await makeCertificate(stranger));
  t.same(summary(await failure(connect({ host, port, tls: { ca } })))[1], "server_not_trusted");
  t.same(summary(await failure(connect({ host, port, tls: { pin } })))[1], "server_identity_changed");
});

t.test("what is offered is refused by a server that does not know it, and the handshake is done in full", async (t) => {
  const first = await startServer(t);
  await visit(first, { ca: first.ca });
  await first.server.close({ graceMs: 0 });
  const { server: certificate } = await testAuthority();
  await takeOver(t, first.port, certificate);
  t.equal(await isResumed(first, { ca: first.ca }), false);
  t.equal(await isResumed(first, { ca: first.ca }), true);
});

t.test("a resumed session of a server that forgot our protocol is refused", async (t) => {
  const { ca, server: certificate } = await testAuthority();
  const ticketKeys = Buffer.alloc(48, 7);
  const context = { ...certificate, ticketKeys, sessionIdContext: "same" };
  let speaks = true;
  const server = tls.createServer({
    ...context,
    ALPNCallback: ({ protocols }) => (speaks ? protocols[0] : undefined),
  });
  server.on("tlsClientError", () => {});
  server.on("secureConnection", (socket) => socket.on("error", () => {}).resume());
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const connection = await connect({ host: "127.0.0.1", port, tls: { ca } });
  await connection.close({ graceMs: 0 });
  speaks = false;
  t.same(summary(await failure(connect({ host: "127.0.0.1", port, tls: { ca } })))[1], "alpn_mismatch");
});

t.test("sessions resume over a reload of the server's certificate, and on its other addresses", async (t) => {
  const running = await startServer(t);
  const { ca, server } = running;
  const second = await server.listen({ host: "127.0.0.1", port: 0 });
  await visit(running, { ca });
  const before = (await visit(running, { ca })).certificate;
  server.reloadTls(await makeCertificate(await makeAuthority("New CA")));
  const resumed = await visit(running, { ca });
  t.equal(resumed.resumed, true);
  t.same(resumed.certificate, before, "the certificate is the one that the session began with");
  t.same(summary(await failure(connect({ ...second, tls: { ca } })))[1], "server_not_trusted");
});
