// Makes the certificates to start with: a development CA and a server certificate for this very machine.

export interface KeyAndCertificate {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
}

export const DEVELOPMENT_CA_NAME = "Earshot development CA";
const CA_DAYS = 3_650;
/** What browsers and others accept of a server certificate at most. */
const SERVER_DAYS = 397;
const HOUR_MS = 60 * 60 * 1000;
/** All of it said: the defaults of selfsigned are RSA and SHA-1. */
const ALGORITHM = { keyType: "ec", curve: "P-256", algorithm: "sha256" } as const;

export async function createAuthority(nowMs: number): Promise<KeyAndCertificate> {
  const { generate } = await selfsigned();
  const made = await generate([{ name: "commonName", value: DEVELOPMENT_CA_NAME }], {
    ...ALGORITHM,
    ...validity(nowMs, CA_DAYS),
    extensions: [
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key: made.private, certificate: made.cert };
}

/** For localhost, 127.0.0.1 and ::1, signed by the authority. */
export async function createServerCertificate(ca: KeyAndCertificate, nowMs: number): Promise<KeyAndCertificate> {
  const { generate } = await selfsigned();
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    ...ALGORITHM,
    ...validity(nowMs, SERVER_DAYS),
    ca: { key: ca.key, cert: ca.certificate },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  return { key: made.private, certificate: made.cert };
}

/** Loaded only to make one, for it takes a tenth of a second, and most servers start with certificates that are there. */
function selfsigned(): Promise<typeof import("selfsigned")> {
  return import("selfsigned");
}

/** From an hour ago, for clients whose clock is late. */
function validity(nowMs: number, days: number): { notBeforeDate: Date; notAfterDate: Date } {
  return { notBeforeDate: new Date(nowMs - HOUR_MS), notAfterDate: new Date(nowMs + days * 24 * HOUR_MS) };
}
