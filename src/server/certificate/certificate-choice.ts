// Chooses, by content, the one certificate of a folder to serve: a leaf whose public key belongs to a private key there.

import type { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { CertificateError } from "./certificate-error.js";
import type { FoundCertificate, FoundKey, PemFolder } from "./pem-folder.js";

export interface LoadedCertificate {
  /** PEM: the certificate, then the intermediates that the folder holds. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** Name of the certificate's file within the folder. */
  readonly certificateFile: string;
  /** Whether it is marked as an authority, as what `openssl req -x509` makes is. */
  readonly isAuthority: boolean;
  /** Upper-case hex with colons. */
  readonly fingerprint256: string;
  /** Whether its time has come and is not over. */
  readonly isCurrent: boolean;
  /** What a person should look at: expiry, a key that others can read. */
  readonly warnings: readonly string[];
}

interface Pair {
  readonly certificate: FoundCertificate;
  readonly key: FoundKey;
}

const MAX_CHAIN = 10;
const DAY_MS = 24 * 60 * 60 * 1000;
const EXPIRES_SOON_MS = 14 * DAY_MS;

/** @throws CertificateError */
export function chooseCertificate(folder: string, found: PemFolder, nowMs: number): LoadedCertificate {
  const pairs = distinct(pairsOf(found));
  const leaves = pairs.filter(({ certificate }) => !certificate.certificate.ca);
  // `openssl req -x509` marks what it makes as an authority, so a lone one of those is a server certificate too.
  const [pair, second] = leaves.length > 0 ? leaves : pairs;
  if (pair === undefined) {
    throw nothingToServe(folder, found);
  }
  if (second !== undefined) {
    const files = `${pair.certificate.file} and ${second.certificate.file}`;
    const message = `${folder}: holds several server certificates with keys (${files}); leave one of them there`;
    throw new CertificateError("several_candidates", message);
  }
  const { certificate, key } = pair;
  return {
    cert: chainOf(certificate.certificate, found).map(String).join(""),
    key: key.key.export({ type: "pkcs8", format: "pem" }).toString(),
    certificateFile: certificate.file,
    isAuthority: certificate.certificate.ca,
    fingerprint256: certificate.certificate.fingerprint256,
    isCurrent: isCurrent(certificate, nowMs),
    warnings: [...expiryWarnings(folder, certificate, nowMs), ...exposureWarnings(folder, key)],
  };
}

function pairsOf({ certificates, keys }: PemFolder): Pair[] {
  return certificates.flatMap((certificate) => {
    const key = keys.find((candidate) => certificate.certificate.checkPrivateKey(candidate.key));
    return key === undefined ? [] : [{ certificate, key }];
  });
}

/** The same certificate often lies in several files, as in cert.pem and fullchain.pem; the longest chain wins. */
function distinct(pairs: readonly Pair[]): Pair[] {
  const best = new Map<string, Pair>();
  for (const pair of pairs) {
    const { fingerprint256 } = pair.certificate.certificate;
    const known = best.get(fingerprint256);
    if (known === undefined || known.certificate.inFile < pair.certificate.inFile) {
      best.set(fingerprint256, pair);
    }
  }
  return [...best.values()];
}

/** The certificate, then who issued it, and so on; without the root, which clients have or do not trust anyway. */
function chainOf(leaf: X509Certificate, { certificates }: PemFolder): X509Certificate[] {
  const chain = [leaf];
  for (let last = leaf; chain.length < MAX_CHAIN; ) {
    const issuer = certificates.find(({ certificate }) => isIssuer(certificate, last))?.certificate;
    if (issuer === undefined || isIssuer(issuer, issuer)) {
      break;
    }
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

function isIssuer(issuer: X509Certificate, of: X509Certificate): boolean {
  return issuer.ca && of.checkIssued(issuer) && of.verify(issuer.publicKey);
}

function nothingToServe(folder: string, { certificates, keys, problems }: PemFolder): CertificateError {
  const [problem] = problems;
  if (problem !== undefined) {
    return problem;
  }
  const certificateFile = certificates[0]?.file;
  const keyFile = keys[0]?.file;
  if (certificateFile === undefined) {
    const message = `${join(folder, keyFile ?? "")}: there is no certificate for this private key; put it beside it, as PEM`;
    return new CertificateError("key_without_certificate", message);
  }
  if (keyFile === undefined) {
    const message = `${join(folder, certificateFile)}: there is no private key for this certificate; put it beside it, as PEM`;
    return new CertificateError("certificate_without_key", message);
  }
  const message = `${folder}: the private key in ${keyFile} does not belong to the certificate in ${certificateFile}; put the matching one there`;
  return new CertificateError("mismatch", message);
}

function expiryWarnings(folder: string, { certificate, file }: FoundCertificate, nowMs: number): string[] {
  const path = join(folder, file);
  const until = Date.parse(certificate.validTo);
  if (Date.parse(certificate.validFrom) > nowMs) {
    return [`${path}: is valid only from ${certificate.validFrom}; clients will refuse it until then`];
  }
  if (until < nowMs) {
    return [`${path}: expired on ${certificate.validTo}; clients will refuse it: renew it`];
  }
  return until < nowMs + EXPIRES_SOON_MS ? [`${path}: expires on ${certificate.validTo}; renew it`] : [];
}

function isCurrent({ certificate: { validFrom, validTo } }: FoundCertificate, nowMs: number): boolean {
  return Date.parse(validFrom) <= nowMs && nowMs <= Date.parse(validTo);
}

function exposureWarnings(folder: string, { file, isExposed }: FoundKey): string[] {
  const path = join(folder, file);
  return isExposed ? [`${path}: others can read this private key; run: chmod 600 ${path}`] : [];
}
