// What a certificate says of its owner (RFC 5280), for handlers and for people.

import { createHash, type X509Certificate } from "node:crypto";
import type { PeerCertificate } from "../call-context.js";

export function describeCertificate(certificate: X509Certificate): PeerCertificate {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: namesOf(certificate.subjectAltName),
    fingerprint256: certificate.fingerprint256,
    pin: publicKeyPin(certificate),
    validTo: new Date(certificate.validTo),
  };
}

/** Base64 SHA-256 of the certificate's SubjectPublicKeyInfo. It survives renewal as long as the key is kept. */
export function publicKeyPin(certificate: X509Certificate): string {
  return createHash("sha256")
    .update(certificate.publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
}

export function isOutOfDate({ validFrom, validTo }: X509Certificate, nowMs = Date.now()): boolean {
  return nowMs < Date.parse(validFrom) || nowMs > Date.parse(validTo);
}

/** Node gives one part a line. A stranger wrote them, and they may end on a terminal: control characters go. */
function oneLine(name: string | undefined): string {
  return printable((name ?? "").split("\n").join(", "));
}

/** One entry, quoted by Node (as JSON) where its value could be taken for several: `DNS:localhost, URI:"a, DNS:b"`. */
const ALT_NAME = /([^:,"]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g;

/** Without the kinds of what is a name or an address; "URI:spiffe://…" and the like keep theirs. */
function namesOf(subjectAltName: string | undefined): string[] {
  return [...(subjectAltName ?? "").matchAll(ALT_NAME)]
    .map(([, kind, value]) => {
      const name = printable(unquoted(value ?? ""));
      return kind === "DNS" || kind === "IP Address" ? name : `${kind}:${name}`;
    })
    .filter((name) => name !== "");
}

function unquoted(value: string): string {
  try {
    return value.startsWith('"') ? String(JSON.parse(value)) : value;
  } catch {
    return value;
  }
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\u{fffd}");
}
