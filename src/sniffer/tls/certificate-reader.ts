// Says what a certificate states about itself. Nothing here is verified: an eavesdropper reads, it does not trust.
import { hash, X509Certificate } from "node:crypto";
import type { CertificateFacts } from "../event.js";
import { printableText } from "./printable.js";

/** `fault` is set when the bytes are no certificate; the hashes are then still those of the bytes. */
export interface ReadCertificate {
  readonly facts: CertificateFacts;
  readonly fault: string | undefined;
}

const DER_SEQUENCE = 0x30;
const DER_LONG_FORM = 0x80;

/** Remembers the last certificates it read, since a capture shows the same few again and again. */
export class CertificateReader {
  readonly #maxRemembered: number;
  readonly #remembered = new Map<string, ReadCertificate>();

  constructor(maxRemembered = 64) {
    this.#maxRemembered = maxRemembered;
  }

  read(der: Uint8Array): ReadCertificate {
    const sha256 = hash("sha256", der);
    const known = this.#remembered.get(sha256);
    if (known !== undefined) return known;
    const certificate = readCertificate(der, sha256);
    const oldest = this.#remembered.keys().next().value;
    if (this.#remembered.size >= this.#maxRemembered && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(sha256, certificate);
    return certificate;
  }
}

function readCertificate(der: Uint8Array, sha256: string): ReadCertificate {
  const hashes = { sha256, sha1: hash("sha1", der) };
  const unread: CertificateFacts = { subject: "", issuer: "", ...hashes, not_before: "", not_after: "", names: [] };
  if (derLength(der) !== der.length) return { facts: unread, fault: "its DER length disagrees with its bytes" };
  try {
    const x509 = new X509Certificate(der);
    const facts: CertificateFacts = {
      subject: distinguishedName(x509.subject),
      issuer: distinguishedName(x509.issuer),
      ...hashes,
      not_before: isoTime(x509.validFrom),
      not_after: isoTime(x509.validTo),
      names: alternativeNames(x509.subjectAltName),
    };
    return { facts, fault: undefined };
  } catch {
    // OpenSSL's messages differ by version; that it could not be read is all there is to say.
    return { facts: unread, fault: "it cannot be decoded as X.509" };
  }
}

/** What the outer SEQUENCE says of its own length, header included, or -1. Checked before OpenSSL sees a byte. */
function derLength(der: Uint8Array): number {
  const first = der[1] ?? 0;
  if (der[0] !== DER_SEQUENCE) return -1;
  if (first < DER_LONG_FORM) return 2 + first;
  const lengthBytes = first - DER_LONG_FORM;
  if (lengthBytes < 1 || lengthBytes > 3) return -1;
  let length = 0;
  for (let index = 0; index < lengthBytes; index++) length = (length << 8) | (der[2 + index] ?? 0);
  return 2 + lengthBytes + length;
}

// Node gives one attribute a line; a peer chose every character of it.
function distinguishedName(text: string | undefined): string {
  return (text ?? "").split("\n").map(printableText).join(", ");
}

// "Nov 23 00:00:00 2026 GMT". Dates that JavaScript cannot hold stay as they are.
function isoTime(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? printableText(text) : time.toISOString();
}

const KEPT_NAME = /^(?:DNS|IP Address):(.*)$/s;

// "DNS:a.example, IP Address:10.0.0.1"; Node puts names with odd characters in JSON quotes.
function alternativeNames(text: string | undefined): string[] {
  const entries = (text ?? "").match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/gs) ?? [];
  return entries.flatMap((entry) => {
    const name = KEPT_NAME.exec(entry.trim())?.[1];
    return name === undefined ? [] : [printableText(unquoted(name))];
  });
}

function unquoted(name: string): string {
  if (!name.startsWith('"')) return name;
  try {
    return String(JSON.parse(name));
  } catch {
    return name;
  }
}
