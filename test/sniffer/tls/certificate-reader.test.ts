import { createHash, X509Certificate } from "node:crypto";
import t from "tap";
import { CertificateReader } from "../../../src/sniffer/tls/certificate-reader.js";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";

t.test("a certificate is decoded once and then remembered, within bounds", async (t) => {
  const authority = new X509Certificate((await makeAuthority()).cert).raw;
  const reader = new CertificateReader(2);
  const first = reader.read(authority);
  t.equal(reader.read(Uint8Array.from(authority)), first);
  reader.read(Buffer.from("3000", "hex"));
  reader.read(Buffer.from("300100", "hex"));
  t.not(reader.read(authority), first, "two others came since, and two is the bound");
  t.same(reader.read(authority).facts, first.facts);
});

t.test("names with commas and quotes do not become several names", async (t) => {
  const authority = await makeAuthority();
  const made = await makeCertificate(authority, {
    names: ["plain.example", "a, DNS:b.example"],
    addresses: ["10.1.2.3"],
  });
  const { facts, fault } = new CertificateReader().read(new X509Certificate(made.cert).raw);
  t.equal(fault, undefined);
  t.same(facts.names, ["plain.example", "a, DNS:b.example", "10.1.2.3"]);
});

t.test("the length inside must agree with the bytes before anything is decoded", async (t) => {
  const whole = new X509Certificate((await makeAuthority()).cert).raw;
  const reader = new CertificateReader();
  for (const bytes of [
    whole.subarray(0, -1),
    Buffer.concat([whole, Buffer.of(0)]),
    Buffer.of(0x30, 0x80),
    Buffer.of(0x30),
  ]) {
    const { facts, fault } = reader.read(bytes);
    t.equal(fault, "its DER length disagrees with its bytes");
    t.equal(facts.sha256, createHash("sha256").update(bytes).digest("hex"));
  }
});
