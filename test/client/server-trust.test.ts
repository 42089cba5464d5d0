// Whom the client trusts: each flag, each state of known_servers, and each answer to the question.
import { join } from "node:path";
import t, { type Test } from "tap";
import { KnownServers } from "../../src/client/known-servers.js";
import { serverAddress } from "../../src/client/server-address.js";
import {
  changedKeyBanner,
  changedOpaqueKeyBanner,
  decideTransport,
  type TrustFlags,
} from "../../src/client/server-trust.js";
import { probeServer } from "../../src/rpc/index.js";
import { startStandIn } from "./stand-in-server.js";

const PEM = "-----BEGIN CERTIFICATE-----\n";

t.test("--plaintext and --insecure are taken with a warning, without contact", async (t) => {
  const { decide, warnings } = fixture(t, 1);
  t.same(await decide({ plaintext: true }), { plaintext: true });
  t.same(await decide({ insecure: true }), { tls: { maxVersion: "TLSv1.3", insecure: true } });
  t.match(warnings, [/^--plaintext: .*reads the password/, /^--insecure: .*not verified/]);
});

t.test("--ca gives the authority, without contact; a file that cannot be read is an error", async (t) => {
  const { decide, folder } = fixture(t, 1, { "ca.pem": PEM, "no.pem": "words" });
  t.same(await decide({ ca: join(folder, "ca.pem") }), { tls: { maxVersion: "TLSv1.3", ca: PEM } });
  await t.rejects(decide({ ca: join(folder, "none.pem") }), { code: "file_unusable", message: /none\.pem/ });
  await t.rejects(decide({ ca: join(folder, "no.pem") }), { code: "file_unusable", message: /PEM/ });
});

t.test("a server that is known is held to its pin, without contact", async (t) => {
  const pin = Buffer.alloc(32).toString("base64");
  const { decide, knownServers } = fixture(t, 1);
  await knownServers.add("127.0.0.1:1", pin, new Date(0));
  t.same(await decide({}), { tls: { maxVersion: "TLSv1.3", pin } });
  t.same(await decide({ acceptNew: true }), { tls: { maxVersion: "TLSv1.3", pin } });
});

t.test("a new server is refused when nobody can be asked, with what to do", async (t) => {
  const server = await standIn(t);
  const { decide, knownServers } = fixture(t, server.port);
  await t.rejects(decide({}), { code: "server_not_trusted", message: /--ca .*--accept-new/ });
  t.equal(await knownServers.find(`127.0.0.1:${server.port}`), undefined);
});

t.test("--accept-new keeps the key of a new server and holds it to that at once", async (t) => {
  const server = await standIn(t);
  const { decide, knownServers, warnings } = fixture(t, server.port);
  const { pin } = await probeServer({ host: "127.0.0.1", port: server.port });
  t.same(await decide({ acceptNew: true }), { tls: { maxVersion: "TLSv1.3", pin } });
  t.equal(await knownServers.find(`127.0.0.1:${server.port}`), pin);
  t.match(warnings, [/is now kept in/]);
});

t.test("a server that cannot be reached is no question of trust", async (t) => {
  const server = await startStandIn({});
  await server.close();
  await t.rejects(fixture(t, server.port).decide({ acceptNew: true }), { code: "not_connected" });
});

t.test("the banner names the file and the line to delete", async (t) => {
  const banner = changedKeyBanner(serverAddress("a.example", 7443), "/home/x/known_servers");
  t.match(banner, /WARNING[\s\S]*Nothing was sent[\s\S]*a\.example:7443[\s\S]*\/home\/x\/known_servers/);
  const opaque = changedOpaqueKeyBanner(serverAddress("a.example", 7443), "/home/x/opaque_accounts");
  t.match(opaque, /WARNING[\s\S]*not sent[\s\S]*"a\.example:7443 key …"[\s\S]*\/home\/x\/opaque_accounts/);
});

async function standIn(t: Test) {
  const server = await startStandIn({});
  t.teardown(server.close);
  return server;
}

function fixture(t: Test, port: number, files: Record<string, string> = {}) {
  const folder = t.testdir(files);
  const warnings: string[] = [];
  const warn = (text: string) => warnings.push(text);
  const knownServers = new KnownServers(join(folder, "known_servers"), warn);
  const decide = (flags: TrustFlags) =>
    decideTransport({
      address: serverAddress("127.0.0.1", port),
      flags,
      knownServers,
      terminal: () => undefined,
      tls: { maxVersion: "TLSv1.3" },
      timeoutMs: 60_000,
      signal: new AbortController().signal,
      warn,
      now: () => new Date(0),
    });
  return { folder, warnings, knownServers, decide };
}
