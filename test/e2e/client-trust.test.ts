// The client before servers that it should not trust, and before things that are no Earshot server at all.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import t, { type Test } from "tap";
import { runClient } from "../client/client-program.js";
import { startServer } from "../client/server-program.js";
import { makeAuthority, makeCertificate } from "../fixtures/certificates.js";

const PASSWORD = "stapler-Battery-horse-9";

t.test("a new server is refused without a person, accepted with --accept-new, and known from then on", async (t) => {
  const { client, home } = await fixture(t);
  const refused = await client("register", "alice");
  t.match(refused, { status: 4, stderr: /not known yet.*--ca certs\/ca\.pem, or --accept-new/ });
  t.notOk(existsSync(join(home, "known_servers")));
  t.match(await client("register", "alice", "--accept-new"), { status: 0, stderr: /is now kept in/ });
  t.equal(statSync(join(home, "known_servers")).mode & 0o777, 0o600);
  t.match(await client("login", "alice"), { status: 0, stderr: "" });
});

t.test("a changed key is refused loudly, and neither password nor token is sent", async (t) => {
  const { client, home, server } = await fixture(t);
  await client("register", "alice", "--accept-new");
  await client("login", "alice");
  const path = join(home, "known_servers");
  const known = readFileSync(path, "utf8");
  writeFileSync(path, known.replace(/sha256\/\S+/, `sha256/${Buffer.alloc(32).toString("base64")}`));
  const before = server.log();
  for (const args of [["login", "alice"], ["whoami"], ["login", "alice", "--accept-new"]]) {
    const { status, stderr, stdout } = await client(...args);
    t.equal(status, 4);
    t.match(stderr, /@@@@[\s\S]*THE KEY OF THIS SERVER IS NOT THE ONE[\s\S]*Nothing was sent/);
    t.match(stderr, /it now shows sha256\//);
    t.equal(stdout, "");
  }
  t.match(JSON.parse((await client("whoami", "--json")).stdout).error, { reason: "server_identity_changed" });
  t.notMatch(server.log().slice(before.length), /[Ll]ogin/);
});

t.test("a known_servers line that is not understood stops everything", async (t) => {
  const { client, home } = await fixture(t);
  writeFileSync(join(home, "known_servers"), "# fine\nwhat is this\n", { mode: 0o600 });
  t.match(await client("login", "alice", "--accept-new"), { status: 4, stderr: /known_servers, line 2 / });
});

t.test("a certificate of another authority, or for another name, is refused", async (t) => {
  const { client, home, server } = await fixture(t);
  const other = join(home, "other.pem");
  writeFileSync(other, (await makeAuthority()).cert);
  t.match(await client("login", "alice", "--ca", other), { status: 4, stderr: /not trusted, so nothing was sent/ });
  writeFileSync(other, "no PEM");
  t.match(await client("login", "alice", "--ca", other), { status: 1, stderr: /PEM/ });
  t.match(await client("login", "alice", "--ca", join(home, "none")), { status: 1, stderr: /Could not read/ });
  t.match(await client("register", "alice", "--ca", server.ca), { status: 0 });
});

t.test("an authority that Node trusts vouches for a server, and nothing is pinned", async (t) => {
  const { client, home, server } = await fixture(t);
  t.match(await client("register", "alice", { extraCa: server.ca }), { status: 0, stderr: "" });
  t.notOk(existsSync(join(home, "known_servers")));
});

t.test("--insecure and --keylog work, with a warning each", async (t) => {
  const { client, home } = await fixture(t);
  const keys = join(home, "keys");
  const { status, stderr } = await client("register", "alice", "--insecure", "--keylog", keys);
  t.equal(status, 0);
  t.match(stderr, /client: --insecure: .*\n/);
  t.match(stderr, /client: --keylog: .*\n/);
  t.match(readFileSync(keys, "utf8"), /^CLIENT_TRAFFIC_SECRET_0 /m);
  t.equal(statSync(keys).mode & 0o777, 0o600);
});

t.test("--max-tls 1.2 is refused but by a server that allows it", async (t) => {
  const { client, server } = await fixture(t);
  const refused = await client("register", "alice", "--max-tls", "1.2", "--ca", server.ca);
  t.match(refused, { status: 3, stderr: /version of TLS/ });
});

t.test("--max-tls 1.2 meets a server that allows it, with a warning", async (t) => {
  const { client, server } = await fixture(t, ["--min-tls", "1.2"]);
  const { status, stderr } = await client("register", "alice", "--max-tls", "1.2", "--ca", server.ca);
  t.equal(status, 0);
  t.match(stderr, /--max-tls 1\.2: /);
});

t.test("--plaintext meets a plaintext server, and its token is kept apart from those of TLS", async (t) => {
  const { client } = await fixture(t, ["--plaintext"]);
  t.match(await client("register", "alice", "--plaintext"), { status: 0, stderr: /everyone .* reads the password/ });
  t.match(await client("login", "alice", "--plaintext"), { status: 0 });
  t.match(await client("whoami", "--plaintext"), { status: 0 });
  t.match(await client("whoami"), { status: 5 });
  t.match(await client("login", "alice", "--timeout", "60"), { status: 3, stderr: /does not speak TLS|broke off/ });
});

t.test("a server that was stopped, a name that nobody has, a port that nobody listens on", async (t) => {
  const { client, server } = await fixture(t);
  await server.stop();
  t.match(await client("login", "alice", "--insecure"), { status: 3, stderr: /Nothing listens at 127\.0\.0\.1:\d+/ });
  const unknown = await client("login", "alice", "--insecure", "--server", "no-such-host.invalid:7443");
  t.match(unknown, { status: 3, stderr: /no host of the name in no-such-host\.invalid:7443/ });
  t.match(await client("login", "alice", "--server", "https://x/"), { status: 2, stderr: /not as a URL/ });
});

t.test("what listens may be something else altogether", async (t) => {
  const { client } = await fixture(t);
  const talker = await listening(
    t,
    createServer((socket) => talk(socket, "220 mail.example ESMTP\r\n")),
  );
  t.match(await client("login", "a1b", "--server", talker), { status: 3, stderr: /does not speak TLS/ });
  const silent = await listening(
    t,
    createServer((socket) => talk(socket, "")),
  );
  t.match(await client("login", "a1b", "--server", silent, "--timeout", "0.3"), { status: 3, stderr: /in time/ });
  const closer = await listening(
    t,
    createServer((socket) => socket.destroy()),
  );
  t.match(await client("login", "a1b", "--server", closer), { status: 3, stderr: /broke off/ });
  const certificate = await makeCertificate(await makeAuthority());
  const web = await listening(
    t,
    createTlsServer(certificate, (socket) => talk(socket, "HTTP/1.1 400\r\n\r\n")),
  );
  t.match(await client("login", "a1b", "--server", web, "--insecure"), { status: 3, stderr: /no Earshot server/ });
  t.match(await client("login", "a1b", "--server", talker, "--plaintext", "--timeout", "0.3"), {
    status: 3,
    stderr: /.+/,
  });
});

async function fixture(t: Test, serverFlags: readonly string[] = []) {
  const folder = t.testdir({ home: {} });
  const home = join(folder, "home");
  const server = await startServer(t, folder, serverFlags);
  const client = (...words: (string | { extraCa: string })[]) => {
    const args = words.filter((word) => typeof word === "string");
    const extraCa = words.find((word) => typeof word === "object")?.extraCa;
    const target = args.includes("--server") ? [] : ["--server", server.address];
    return runClient([...args, ...target], { home, password: PASSWORD, extraCa });
  };
  return { client, home, server };
}

function talk(socket: Socket, greeting: string): void {
  socket.on("error", () => undefined);
  if (greeting !== "") socket.write(greeting);
}

function listening(t: Test, server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`);
    });
  });
}
