// The `server` program and its certificate: SIGHUP and changed files, with a connection that stays; several addresses.

import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect, probeServer, StatusCode } from "../../src/rpc/index.js";
import { makeAuthority, makeCertificate, type TestCertificate } from "../fixtures/certificates.js";
import { ServerProcess, stop } from "./server-program.js";

const host = "127.0.0.1";
const authority = await makeAuthority();

function place(folder: string, certificate: TestCertificate): void {
  for (const name of ["key", "cert"] as const) {
    writeFileSync(join(folder, ".new"), certificate[name], { mode: 0o600 });
    renameSync(join(folder, ".new"), join(folder, `${name}.pem`));
  }
}

async function pinOf(port: number): Promise<string> {
  return (await probeServer({ host, port })).pin;
}

async function startedWith(t: Test, certificate: TestCertificate) {
  const folder = t.testdir({ certs: {} });
  const certs = join(folder, "certs");
  place(certs, certificate);
  const args = ["--cert", certs, "--listen", `${host}:0`, "--database", join(folder, "db")];
  const server = new ServerProcess(t, args);
  return { server, certs, port: await server.listening() };
}

async function staysOpen(t: Test, port: number) {
  const connection = await connect({ host, port, tls: { ca: authority.cert } });
  t.teardown(() => connection.close({ graceMs: 0 }));
  const accounts = connection.client(AccountServiceDefinition);
  return async (): Promise<void> => {
    await t.rejects(accounts.whoAmI({}), { code: StatusCode.UNAUTHENTICATED });
    t.ok(connection.open);
  };
}

t.test(
  "SIGHUP takes a new certificate; a bad one leaves the old; no connection is lost, no key is logged",
  async (t) => {
    const [first, second] = [await makeCertificate(authority), await makeCertificate(authority)];
    const { server, certs, port } = await startedWith(t, first);
    const check = await staysOpen(t, port);
    await check();
    const before = await pinOf(port);
    writeFileSync(join(certs, "key.pem"), second.key);
    server.signal("SIGHUP");
    await server.logged(/warning certificate_kept code=mismatch/);
    t.equal(await pinOf(port), before);
    place(certs, second);
    server.signal("SIGHUP");
    await server.logged(/info certificate_reloaded file=cert\.pem fingerprint=/);
    t.not(await pinOf(port), before);
    await check();
    const { code, stdout, stderr } = await stop(server);
    t.equal(code, 0);
    const keyText = second.key.split("\n")[1] ?? "";
    t.ok(keyText.length > 40);
    t.notOk(`${stdout}${stderr}`.includes(keyText));
    t.notMatch(stderr, /BEGIN/);
  },
);

t.test("changed files are noticed without a signal", async (t) => {
  const { server, certs, port } = await startedWith(t, await makeCertificate(authority));
  const check = await staysOpen(t, port);
  const before = await pinOf(port);
  place(certs, await makeCertificate(authority));
  await server.logged(/info certificate_reloaded/);
  t.not(await pinOf(port), before);
  await check();
  await stop(server);
});

t.test("--listen may be repeated and may name a Unix socket, whose file goes at the end", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "es-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "s.sock");
  const certs = join(folder, "certs");
  const listens = [`unix:${path}`, "[::1]:0", `${host}:0`].flatMap((address) => ["--listen", address]);
  const server = new ServerProcess(t, ["--cert", certs, "--database", join(folder, "db"), ...listens]);
  await server.wrote(/^listening on 127/m);
  const ca = readFileSync(join(certs, "ca.pem"));
  const connection = await connect({ path, tls: { ca } });
  const { whoAmI } = connection.client(AccountServiceDefinition);
  await t.rejects(whoAmI({}), { code: StatusCode.UNAUTHENTICATED });
  await connection.close();
  const { code, stdout } = await stop(server);
  t.equal(code, 0);
  t.match(
    stdout,
    /^listening on unix:\S+ \(TLS 1\.3.*\nlistening on \[::1\]:\d+ \(.*\nlistening on 127\.0\.0\.1:\d+ \(.*\n$/,
  );
  t.notOk(existsSync(path));
});
