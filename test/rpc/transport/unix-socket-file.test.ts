// Unix sockets: over TLS and without, the file's mode, its stale and its living predecessors, and its end.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { type ConnectSettings, connect, RpcServer } from "../../../src/rpc/index.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { ECHO, next, testAuthority } from "../../helpers/rpc-pair.js";

/** What `t.testdir()` gives is too long for the path of a socket. */
function shortFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), "es-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function newServer(t: Test, plaintext = false): Promise<RpcServer> {
  const { server: certificate } = await testAuthority();
  const server = new RpcServer(plaintext ? { plaintext: true } : { tls: certificate });
  t.teardown(() => server.close({ graceMs: 0 }));
  return server.serve(AccountServiceDefinition, ECHO);
}

async function works(t: Test, path: string, settings: ConnectSettings): Promise<void> {
  const connection = await connect({ path, ...settings });
  t.match(connection.peer, { address: "unix", port: 0, encrypted: settings.plaintext !== true });
  t.match(await connection.client(AccountServiceDefinition).login({ username: "a" }), { sessionToken: "a" });
  await connection.close();
}

t.test("calls work over a Unix socket, with TLS and without; the peer's address is unix", async (t) => {
  const { ca } = await testAuthority();
  for (const plaintext of [false, true]) {
    const server = await newServer(t, plaintext);
    const path = join(shortFolder(t), `${plaintext}.sock`);
    t.same(await server.listen({ path }), { path });
    const connected = next(server, "connection");
    await works(t, path, plaintext ? { plaintext: true } : { tls: { ca } });
    t.match(await connected, [{ address: "unix", port: 0 }]);
  }
});

t.test("a session resumes there too, and the name must match: localhost, unless another is given", async (t) => {
  const { ca } = await testAuthority();
  const server = await newServer(t);
  const path = join(shortFolder(t), "s");
  await server.listen({ path });
  await works(t, path, { tls: { ca } });
  const connection = await connect({ path, tls: { ca } });
  t.equal(connection.peer.resumed, true);
  await connection.close();
  const error = await failure(connect({ path, tls: { ca, serverName: "example.org" } }));
  t.same(summary(error)[1], "server_name_mismatch");
});

t.test("the file is this user's alone, or as asked, and goes when the server does", async (t) => {
  const folder = shortFolder(t);
  const server = await newServer(t);
  await server.listen({ path: join(folder, "own") });
  await server.listen({ path: join(folder, "shared"), mode: 0o660 });
  t.equal(lstatSync(join(folder, "own")).mode & 0o777, 0o600);
  t.equal(lstatSync(join(folder, "shared")).mode & 0o777, 0o660);
  t.same(readdirSync(folder).sort(), ["own", "shared"], "no other name is left");
  await server.close({ graceMs: 0 });
  t.same(readdirSync(folder), []);
});

/** A socket file whose process is gone. */
function leaveStale(path: string): void {
  const script = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script, path]);
}

t.test("a file that nobody listens on is replaced", async (t) => {
  const { ca } = await testAuthority();
  const path = join(shortFolder(t), "s");
  leaveStale(path);
  t.ok(existsSync(path));
  t.same(summary(await failure(connect({ path, tls: { ca } })))[1], "connection_refused");
  await (await newServer(t)).listen({ path });
  await works(t, path, { tls: { ca } });
});

t.test("a living one is in use, and stays as it is", async (t) => {
  const { ca } = await testAuthority();
  const path = join(shortFolder(t), "s");
  await (await newServer(t)).listen({ path });
  const late = await newServer(t);
  t.same(summary(await failure(late.listen({ path }))), ["UNAVAILABLE", "address_in_use", "not_sent"]);
  await late.close();
  await works(t, path, { tls: { ca } });
});

t.test("servers that start at once on one path: one gets it, the others are told", async (t) => {
  const path = join(shortFolder(t), "s");
  const servers = await Promise.all([newServer(t), newServer(t), newServer(t), newServer(t)]);
  const outcomes = await Promise.allSettled(servers.map((server) => server.listen({ path })));
  t.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
});

t.test("nothing else is ever replaced: a file, a link, a folder", async (t) => {
  const folder = shortFolder(t);
  writeFileSync(join(folder, "file"), "precious");
  mkdirSync(join(folder, "folder"));
  symlinkSync("file", join(folder, "link"));
  for (const name of ["file", "link", "folder"]) {
    t.same(
      summary(await failure((await newServer(t)).listen({ path: join(folder, name) })))[1],
      "address_in_use",
      name,
    );
  }
  t.same(readdirSync(folder).sort(), ["file", "folder", "link"]);
});

t.test("a file that another server has taken over is left to it", async (t) => {
  const { ca } = await testAuthority();
  const path = join(shortFolder(t), "s");
  const first = await newServer(t);
  await first.listen({ path });
  renameSync(path, `${path}.old`);
  await (await newServer(t)).listen({ path });
  await first.close();
  await works(t, path, { tls: { ca } });
});

t.test("paths that cannot be are refused with what to do", async (t) => {
  const folder = shortFolder(t);
  const server = await newServer(t);
  for (const path of ["", join(folder, "x".repeat(200)), join(folder, "a\0b")]) {
    t.match(summary(await failure(server.listen({ path }))), ["INVALID_ARGUMENT", "bad_options", "not_sent"]);
  }
  t.match(summary(await failure(server.listen({ path: join(folder, "absent", "s") })))[2], "not_sent");
  t.same(summary(await failure(connect({ path: join(folder, "nobody"), plaintext: true })))[1], "connection_refused");
});

t.test("a path without a folder is one too, whatever the file is called until it has its name", async (t) => {
  const cwd = process.cwd();
  process.chdir(shortFolder(t));
  t.teardown(() => process.chdir(cwd));
  // Names of digits alone, which Node takes for the number of a port, come about once in forty times.
  for (let round = 0; round < 400; round++) {
    const server = new RpcServer({ plaintext: true }).serve(AccountServiceDefinition, ECHO);
    await server.listen({ path: "8443" });
    await server.close({ graceMs: 0 });
  }
  t.same(readdirSync("."), []);
});
