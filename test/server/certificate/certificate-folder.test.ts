// The folder of --cert: what is made in an empty one, and what is found or refused in one of someone else.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { openCertificateFolder } from "../../../src/server/certificate/certificate-folder.js";
import { createAuthority, createServerCertificate } from "../../../src/server/certificate/development-certificate.js";

const NOW_MS = Date.now();
const DAY_MS = 24 * 60 * 60 * 1000;
const root = t.testdir();
let counter = 0;
const MADE = ["ca-key.pem", "ca.pem", "server-key.pem", "server.pem"];
const ca = await createAuthority(NOW_MS);
const one = await createServerCertificate(ca, NOW_MS);
const two = await createServerCertificate(ca, NOW_MS);

t.test("in an absent folder a CA and a server certificate are made, keys for the owner alone", async (t) => {
  const folder = join(t.testdir(), "certs");
  const loaded = await openCertificateFolder(folder, NOW_MS);
  t.same(readdirSync(folder).sort(), MADE);
  t.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of ["ca-key.pem", "server-key.pem"]) {
    t.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  }
  t.equal(loaded.certificateFile, "server.pem");
  t.same(loaded.warnings, []);
  const server = new X509Certificate(readFileSync(join(folder, "server.pem")));
  const authority = new X509Certificate(readFileSync(join(folder, "ca.pem")));
  t.ok(server.checkIssued(authority) && server.verify(authority.publicKey));
  t.ok(authority.ca && !server.ca);
  t.ok(server.checkHost("localhost") && server.checkIP("127.0.0.1") && server.checkIP("::1"));
  t.notOk(server.checkHost("example.com"));
  t.same(server.keyUsage, ["1.3.6.1.5.5.7.3.1"], "for servers only");
  for (const certificate of [server, authority]) {
    t.match(certificate.publicKey.asymmetricKeyDetails, { namedCurve: "prime256v1" });
    t.match(certificate.raw.toString("hex"), "2a8648ce3d040302", "signed with ECDSA and SHA-256");
  }
});

t.test("the second start uses what the first one made", async (t) => {
  const folder = t.testdir({ "README.md": "not PEM, and no matter" });
  const first = await openCertificateFolder(folder, NOW_MS);
  t.same(await openCertificateFolder(folder, NOW_MS), first);
});

t.test("servers that start at once end up with the same certificate", async (t) => {
  const folder = t.testdir();
  const loaded = await Promise.all(Array.from({ length: 4 }, () => openCertificateFolder(folder, NOW_MS)));
  t.equal(new Set(loaded.map(({ cert }) => cert)).size, 1);
  t.same(readdirSync(folder).sort(), MADE, "and nothing else is left");
});

t.test("with the CA alone, a new server certificate is signed by it", async (t) => {
  const folder = t.testdir();
  await openCertificateFolder(folder, NOW_MS);
  const before = readFileSync(join(folder, "ca.pem"), "utf8");
  rmSync(join(folder, "server.pem"));
  rmSync(join(folder, "server-key.pem"));
  const loaded = await openCertificateFolder(folder, NOW_MS);
  t.equal(readFileSync(join(folder, "ca.pem"), "utf8"), before);
  t.ok(new X509Certificate(loaded.cert).verify(new X509Certificate(before).publicKey));
});

t.test("certificate and key are found whatever their files are called", async (t) => {
  for (const [certificate, key] of [
    ["cert.pem", "key.pem"],
    ["fullchain.pem", "privkey.pem"],
    ["tls.crt", "tls.key"],
    ["server.crt", "server.key"],
    ["a.CER", "b.KEY"],
  ] as const) {
    const folder = put(t, { [certificate]: one.certificate, [key]: one.key });
    const loaded = await openCertificateFolder(folder, NOW_MS);
    t.equal(loaded.certificateFile, certificate);
    t.ok(new X509Certificate(loaded.cert).checkPrivateKey(createPrivateKey(loaded.key)));
  }
  const together = await openCertificateFolder(put(t, { "all.pem": one.key + one.certificate }), NOW_MS);
  t.equal(together.certificateFile, "all.pem");
});

t.test("the same certificate in several files is one, and the fullest file counts", async (t) => {
  const folder = put(t, {
    "cert.pem": one.certificate,
    "chain.pem": ca.certificate,
    "fullchain.pem": one.certificate + ca.certificate,
    "privkey.pem": one.key,
  });
  t.equal((await openCertificateFolder(folder, NOW_MS)).certificateFile, "fullchain.pem");
});

t.test("a lone certificate that is marked as an authority, as openssl makes them, is used", async (t) => {
  const folder = put(t, { "cert.pem": ca.certificate, "key.pem": ca.key });
  t.equal((await openCertificateFolder(folder, NOW_MS)).certificateFile, "cert.pem");
});

t.test("what cannot be used is refused with its own code and a way out", async (t) => {
  const encrypted = createPrivateKey(one.key).export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "x",
  });
  const damaged = one.certificate.replace(/\n[A-Za-z0-9+/]{20}/, "\nAAAAAAAAAAAAAAAAAAAA");
  const cases: [string, Record<string, string>, RegExp][] = [
    ["key_without_certificate", { "key.pem": one.key }, /certificate/],
    ["certificate_without_key", { "cert.pem": one.certificate }, /private key/],
    ["mismatch", { "cert.pem": one.certificate, "key.pem": two.key }, /does not belong/],
    ["encrypted_key", { "cert.pem": one.certificate, "key.pem": String(encrypted) }, /openssl pkey/],
    ["not_pem", { "cert.crt": "\x30\x82\x01", "key.pem": one.key }, /openssl x509 -inform der/],
    ["bad_pem", { "cert.pem": damaged, "key.pem": one.key }, /damaged/],
    [
      "several_candidates",
      { "a.crt": one.certificate, "a.key": one.key, "b.crt": two.certificate, "b.key": two.key },
      /a\.crt and b\.crt/,
    ],
    ["not_pem", { "cert.pem": "x".repeat(1024 * 1024 + 1) }, /1 MiB/],
  ];
  for (const [code, files, message] of cases) {
    await t.rejects(openCertificateFolder(put(t, files), NOW_MS), { name: "CertificateError", code, message }, code);
  }
});

t.test("a file in place of the folder, a missing right and an unreadable key are told", async (t) => {
  const folder = put(t, { "cert.pem": one.certificate });
  await t.rejects(openCertificateFolder(join(folder, "cert.pem"), NOW_MS), { code: "no_folder" });
  await t.rejects(openCertificateFolder(join(folder, "missing", "certs"), NOW_MS), { code: "cannot_write" });
  mkdirSync(join(folder, "key.pem"));
  await t.rejects(openCertificateFolder(folder, NOW_MS), { code: "unreadable", message: /key\.pem/ });
});

t.test("a broken file beside a good pair is no matter", async (t) => {
  const folder = put(t, { "cert.pem": one.certificate, "key.pem": one.key, "old.key": "junk" });
  t.equal((await openCertificateFolder(folder, NOW_MS)).certificateFile, "cert.pem");
});

t.test("expiry and keys that others can read are warned of", async (t) => {
  const folder = put(t, { "cert.pem": one.certificate, "key.pem": one.key });
  const warningsAt = async (nowMs: number) => (await openCertificateFolder(folder, nowMs)).warnings.join("\n");
  t.equal(await warningsAt(NOW_MS), "");
  t.match(await warningsAt(NOW_MS + 390 * DAY_MS), /cert\.pem: expires on/);
  t.match(await warningsAt(NOW_MS + 400 * DAY_MS), /cert\.pem: expired on/);
  t.match(await warningsAt(NOW_MS - DAY_MS), /valid only from/);
  chmodSync(join(folder, "key.pem"), 0o644);
  t.match(await warningsAt(NOW_MS), /chmod 600 .*key\.pem/);
});

function put(t: Test, files: Record<string, string>): string {
  counter += 1;
  const folder = join(root, String(counter));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content, { mode: 0o600, encoding: "latin1" });
  }
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}
