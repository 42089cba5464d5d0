// Who is trusted: every way in which connecting can fail has its own reason, and nothing is sent before trust.

import { createServer, type Server } from "node:net";
import * as tls from "node:tls";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import type { ConnectSettings } from "../../../src/rpc/calling/connect.js";
import {
  type ConnectOptions,
  connect,
  type Limits,
  probeServer,
  type ReconnectPolicy,
} from "../../../src/rpc/index.js";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";
import { lastingPort } from "../../helpers/lasting-port.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { type RunningServer, startServer, testAuthority } from "../../helpers/rpc-pair.js";

async function portOf(t: Test, server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A TLS server that counts the application bytes it gets. */
async function foreignTls(t: Test, options: tls.TlsOptions) {
  const { server: certificate } = await testAuthority();
  let bytes = 0;
  const server = tls.createServer({ ...certificate, ...options }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      bytes += chunk.length;
    });
  });
  server.on("tlsClientError", () => {});
  return { port: await portOf(t, server), bytes: () => bytes };
}

async function refused(options: ConnectOptions) {
  const error = await failure(connect({ connectTimeoutMs: 5_000, ...options }));
  const [code, reason, delivery] = summary(error);
  return { code, reason, delivery, cause: error.cause };
}

async function works(
  t: Test,
  { host, port }: RunningServer,
  options: Partial<ConnectSettings & { host: string }>,
): Promise<void> {
  const connection = await connect({ host, port, ...options });
  const { sessionToken } = await connection.client(AccountServiceDefinition).login({ username: "alice" });
  t.equal(sessionToken, "alice");
  await connection.close();
}

t.test("a server of a trusted authority is reached by name and by address, over TLS 1.3 alone", async (t) => {
  const running = await startServer(t);
  const { ca, host, port } = running;
  await works(t, running, { tls: { ca } });
  await works(t, running, { host: "localhost", tls: { ca } });
  await works(t, running, { tls: { ca, serverName: "localhost" } });
  t.match(await refused({ host, port, tls: { ca, maxVersion: "TLSv1.2" } }), { reason: "tls_version_mismatch" });
});

t.test("a stranger's certificate is not trusted, unless the client says that it does not care", async (t) => {
  const running = await startServer(t);
  const { host, port } = running;
  const expected = { code: "UNAVAILABLE", reason: "server_not_trusted", delivery: "not_sent" };
  t.match(await refused({ host, port }), expected);
  const other = await makeAuthority("Another CA");
  t.match(await refused({ host, port, tls: { ca: other.cert } }), expected);
  await works(t, running, { tls: { insecure: true } });
});

t.test("an expired certificate is not trusted", async (t) => {
  const authority = await makeAuthority();
  const day = 86_400_000;
  const notAfter = new Date(Date.now() - day);
  const expired = await makeCertificate(authority, { notBefore: new Date(Date.now() - 2 * day), notAfter });
  const { port } = await foreignTls(t, { ...expired, ALPNProtocols: ["earshot/1"] });
  const tlsSettings = { ca: authority.cert };
  t.match(await refused({ host: "127.0.0.1", port, tls: tlsSettings }), { reason: "certificate_expired" });
});

t.test("a name or an address that the certificate does not carry is a mismatch", async (t) => {
  const { port, host, ca } = await startServer(t);
  for (const serverName of ["example.org", "127.0.0.2"]) {
    t.match(await refused({ host, port, tls: { ca, serverName } }), { reason: "server_name_mismatch" });
  }
});

t.test("a pin stands in for authority and name, and a changed key is refused before a byte is sent", async (t) => {
  const running = await startServer(t);
  const { host, port } = running;
  const { pin } = await probeServer({ host, port });
  await works(t, running, { tls: { pin } });
  await works(t, running, { tls: { pin, serverName: "example.org" } });
  const authority = await makeAuthority();
  const foreign = await foreignTls(t, { ...(await makeCertificate(authority)), ALPNProtocols: ["earshot/1"] });
  const changed = await refused({ host, port: foreign.port, tls: { pin } });
  t.match(changed, { code: "UNAVAILABLE", reason: "server_identity_changed", delivery: "not_sent" });
  t.equal(foreign.bytes(), 0);
});

t.test("with a pin and an authority both must hold", async (t) => {
  const running = await startServer(t);
  const { host, port, ca } = running;
  const { pin } = await probeServer({ host, port });
  await works(t, running, { tls: { pin, ca } });
  const other = await makeAuthority();
  t.match(await refused({ host, port, tls: { pin, ca: other.cert } }), { reason: "server_not_trusted" });
});

t.test("a TLS server of another protocol is an ALPN mismatch", async (t) => {
  const { ca } = await testAuthority();
  for (const options of [{}, { ALPNProtocols: ["h2"] }]) {
    const { port, bytes } = await foreignTls(t, options);
    t.match(await refused({ host: "127.0.0.1", port, tls: { ca } }), { reason: "alpn_mismatch", delivery: "not_sent" });
    t.equal(bytes(), 0);
  }
});

t.test("a server that answers in clear text speaks no TLS", async (t) => {
  const answers = ["HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail.example ESMTP\r\n", "SSH-2.0-OpenSSH_9.6\r\n"];
  for (const answer of answers) {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    });
    const port = await portOf(t, server);
    t.match(await refused({ host: "127.0.0.1", port }), { reason: "not_tls", delivery: "not_sent" }, answer);
  }
});

t.test("an earshot server in plaintext mode speaks no TLS, and answers a client that says so", async (t) => {
  const running = await startServer(t, {}, { plaintext: true });
  const { host, port } = running;
  t.match(await refused({ host, port }), { reason: "not_tls" });
  await works(t, running, { plaintext: true });
});

t.test("nothing listening, an unknown name, silence and a hang-up are told apart", async (t) => {
  const port = await lastingPort();
  t.match(await refused({ host: "127.0.0.1", port }), { reason: "connection_refused", delivery: "not_sent" });
  t.match(await refused({ host: "no-such-host.invalid", port: 1 }), { reason: "name_not_found" });
  const sockets: { destroy(): void }[] = [];
  const silent = createServer((socket) => sockets.push(socket.on("error", () => {})));
  const silentPort = await portOf(t, silent);
  t.teardown(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  const silence = await refused({ host: "127.0.0.1", port: silentPort, connectTimeoutMs: 30 });
  t.match(silence, { reason: "connect_timeout", delivery: "not_sent" });
  const rude = createServer((socket) => socket.destroy());
  t.match(await refused({ host: "127.0.0.1", port: await portOf(t, rude) }), { reason: "connection_lost" });
});

t.test("connecting can be cancelled", async (t) => {
  const { host, port, ca } = await startServer(t);
  const abort = new AbortController();
  const attempt = refused({ host, port, tls: { ca }, signal: abort.signal });
  abort.abort();
  t.match(await attempt, { code: "CANCELLED", reason: "cancelled" });
  t.match(await refused({ host, port, signal: AbortSignal.abort() }), { code: "CANCELLED" });
});

t.test("settings that cannot work are refused with what to do", async (t) => {
  const host = "127.0.0.1";
  for (const options of [
    { host, port: 70_000, plaintext: true as const },
    { host, port: 1, tls: { ca: "no pem" } },
    { host, port: 1, tls: { minVersion: "TLSv1.3", maxVersion: "TLSv1.2" } as const },
    { host, port: 1, limits: { maxStreams: 1 } },
    { host, port: 1, limits: { idleTimeoutMs: Number.NaN } },
  ]) {
    t.match(await refused(options), { code: "INVALID_ARGUMENT", reason: "bad_options", delivery: "not_sent" });
  }
});

t.test("TLS 1.2 works where both sides ask for it, and the key log is given out", async (t) => {
  const { ca, server: certificate } = await testAuthority();
  const { port } = await foreignTls(t, { ...certificate, ALPNProtocols: ["earshot/1"], maxVersion: "TLSv1.2" });
  const lines: string[] = [];
  const onKeylog = (line: Buffer): void => {
    lines.push(line.toString());
  };
  const connection = await connect({ host: "127.0.0.1", port, tls: { ca, maxVersion: "TLSv1.2", onKeylog } });
  await connection.close({ graceMs: 0 });
  t.match(lines.join(""), /^CLIENT_RANDOM [0-9a-f]{64} /);
});

t.test("a probe tells what the certificate says, and trusts nothing", async (t) => {
  const { host, port } = await startServer(t);
  const probed = await probeServer({ host, port, serverName: "localhost" });
  t.match(probed, { subject: "CN=localhost", issuer: "CN=Earshot test CA", pin: /^[A-Za-z0-9+/]{43}=$/ });
  t.same(probed.names.slice(0, 2), ["localhost", "127.0.0.1"]);
  t.ok(probed.validFrom.getTime() < probed.validTo.getTime());
  t.match(probed.fingerprint256, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  t.same(summary(await failure(probeServer({ host, port: 70_000 })))[1], "bad_options");
});

t.test("a probe of what is no server of ours says so: nobody is asked to trust it", async (t) => {
  const { port } = await foreignTls(t, {});
  t.same(summary(await failure(probeServer({ host: "127.0.0.1", port })))[1], "alpn_mismatch");
});

t.test("times beyond what timers can hold are no times of zero", async (t) => {
  const running = await startServer(t, {}, { limits: { handshakeTimeoutMs: Number.POSITIVE_INFINITY } });
  const { host, port, ca } = running;
  for (const connectTimeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31]) {
    const connection = await connect({ host, port, tls: { ca }, connectTimeoutMs });
    await connection.client(AccountServiceDefinition).whoAmI({});
    await connection.close();
  }
});

t.test("options given as undefined are the defaults; a policy that is none is refused", async (t) => {
  const { host, port, ca } = await startServer(t);
  const undefinedLimits = { maxStreams: undefined } as unknown as Partial<Limits>;
  const undefinedPolicy = { firstDelayMs: undefined } as unknown as Partial<ReconnectPolicy>;
  const connection = await connect({ host, port, tls: { ca }, limits: undefinedLimits, reconnect: undefinedPolicy });
  await connection.close();
  for (const reconnect of [{ firstDelayMs: Number.NaN }, { maxDelayMs: -1 }, { maxWaitMs: Number.NaN }]) {
    t.equal((await failure(connect({ host, port, tls: { ca }, reconnect }))).reason, "bad_options");
  }
});
