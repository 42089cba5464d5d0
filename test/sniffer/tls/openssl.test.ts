// Hellos of the openssl command against Node's server: another stack's bytes, and its own words on what was agreed.
import { execFile, execFileSync } from "node:child_process";
import { createServer } from "node:tls";
import t from "tap";
import { cipherSuiteName } from "../../../src/sniffer/tls/cipher-suite-names.js";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";
import { NO_OPENSSL } from "./openssl-talk.js";
import { listen, tap } from "./tapped-connection.js";
import { findingLines, ofKind, type Watched, watch } from "./watched-talk.js";

const identity = await makeCertificate(await makeAuthority());

/** What s_client printed, and what was seen on the wire meanwhile. */
async function connectOpenssl(...options: string[]): Promise<{ said: string; watched: Watched }> {
  const server = createServer({ ...identity, ALPNProtocols: ["h2", "earshot/1"], minVersion: "TLSv1.2" });
  server.on("secureConnection", (socket) => socket.end("bye"));
  server.on("tlsClientError", () => {});
  const relay = await tap(await listen(server));
  const said = await new Promise<string>((resolve) => {
    const words = ["s_client", "-connect", `127.0.0.1:${relay.port}`, ...options];
    execFile("openssl", words, { timeout: 120_000 }, (_, stdout) => resolve(stdout)).stdin?.end();
  });
  await relay.close();
  server.close();
  return { said, watched: watch(relay.talks[0] ?? []) };
}

const TALKS: readonly (readonly [what: string, options: string[]])[] = [
  ["TLS 1.3", ["-tls1_3"]],
  ["TLS 1.3 with one suite", ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"]],
  ["TLS 1.2 with AES-GCM", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"]],
  ["TLS 1.2 with ChaCha20", ["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"]],
  ["TLS 1.2 in small fragments", ["-tls1_2", "-max_send_frag", "512", "-maxfraglen", "512"]],
];

for (const [what, options] of TALKS) {
  t.test(`${what}: openssl and the wire agree`, { skip: NO_OPENSSL }, async (t) => {
    const { said, watched } = await connectOpenssl(
      ...options,
      "-servername",
      "name.example",
      "-alpn",
      "earshot/1,http/1.1",
    );
    t.match(ofKind(watched, "client_hello"), [{ sni: "name.example", alpn: ["earshot/1", "http/1.1"] }]);
    const [hello] = ofKind(watched, "server_hello");
    const suite = Number(hello?.cipher_suite);
    const agreed = /Cipher is (\S+)/.exec(said)?.[1] ?? "";
    const openssl = execFileSync("openssl", ["ciphers", "-stdname", "ALL:COMPLEMENTOFALL"], { encoding: "utf8" });
    const standard = openssl
      .split("\n")
      .find((line) => line.includes(` ${agreed} `))
      ?.split(" ")[0];
    t.equal(cipherSuiteName(suite), standard);
    t.equal(hello?.version, options.includes("-tls1_3") ? "0x0304" : "0x0303");
    t.equal(watched.tally.not_understood + watched.tally.gap, 0);
    t.same(
      findingLines(watched).filter((line) => line.startsWith("damaged")),
      [],
    );
  });
}

t.test("cipher suite names agree with openssl's", { skip: NO_OPENSSL }, async (t) => {
  const listing = execFileSync("openssl", ["ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL"], { encoding: "utf8" });
  const lines = listing.matchAll(/0x(\w\w),0x(\w\w) - (\S+)/g);
  let compared = 0;
  for (const [, high, low, name] of lines) {
    t.equal(cipherSuiteName(Number(`0x${high}${low}`)), name);
    compared += 1;
  }
  t.ok(compared > 50);
});
