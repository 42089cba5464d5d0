// The same certificate, version and suite for every peer.
import selfsigned from "selfsigned";

const lifetimeMs = 24 * 3_600_000;

/** A fresh ECDSA P-256 certificate for localhost. PEM. */
export async function makeCertificate() {
  const now = Date.now();
  const pair = await selfsigned.generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now - 3_600_000),
    notAfterDate: new Date(now + lifetimeMs),
    extensions: [
      { name: "basicConstraints", cA: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 2, value: "*.bench.localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { cert: pair.cert, key: pair.private };
}

export const suite = "TLS_AES_128_GCM_SHA256";

/** For `tls.createSecureContext` and all that take its options. */
export const versions = {
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.3",
  // The second is for TLS 1.2, which openssl's client resumes.
  ciphers: `${suite}:ECDHE-ECDSA-AES128-GCM-SHA256`,
};

/** Ends the run where a peer negotiated anything else: the figures would not compare. */
export function requireSuite(socket) {
  const { standardName, version } = socket.getCipher();
  if (standardName !== suite || version !== "TLSv1.3") throw new Error(`negotiated ${version} ${standardName}`);
}
