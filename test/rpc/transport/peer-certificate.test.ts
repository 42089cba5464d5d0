// What is read of a certificate: plain names, and no name that somebody hid inside another.

import { X509Certificate } from "node:crypto";
import t from "tap";
import { describeCertificate, publicKeyPin } from "../../../src/rpc/transport/peer-certificate.js";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";

async function namesOf(names: readonly string[], addresses: readonly string[] = []): Promise<readonly string[]> {
  const { cert } = await makeCertificate(await makeAuthority(), { names, addresses });
  return describeCertificate(new X509Certificate(cert)).names;
}

t.test("subject, issuer, names, fingerprint, pin and end are told", async (t) => {
  const notAfter = new Date("2040-01-02T03:04:05Z");
  const { cert } = await makeCertificate(await makeAuthority("Some CA"), { names: ["a.example"], notAfter });
  const certificate = new X509Certificate(cert);
  t.same(describeCertificate(certificate), {
    subject: "CN=a.example",
    issuer: "CN=Some CA",
    names: ["a.example", "127.0.0.1", "0:0:0:0:0:0:0:1"],
    fingerprint256: certificate.fingerprint256,
    pin: publicKeyPin(certificate),
    validTo: notAfter,
  });
});

t.test("a name that pretends to be several stays one", async (t) => {
  t.same(await namesOf(["a, DNS:admin, b", "plain.example"]), ["a, DNS:admin, b", "plain.example"]);
  t.same(await namesOf(['a", DNS:admin, "b']), ['a", DNS:admin, "b']);
});

t.test("control characters do not reach a terminal", async (t) => {
  const [name] = await namesOf(["a\u001b[31mb"]);
  t.notMatch(name, /\p{Cc}/u);
});
