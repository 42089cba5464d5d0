// Protocols that hide their content themselves.

const ENCRYPTED: ReadonlySet<string | undefined> = new Set(["tls", "dtls", "quic", "ssh", "openvpn"]);

/** False also for what is not known yet. */
export function isEncryptedApplication(application: string | undefined): boolean {
  return ENCRYPTED.has(application);
}
