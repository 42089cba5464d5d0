// How much of a peer's bytes is held at a time. All of it is attacker-controlled.
import type { HandshakeLimits } from "./handshake-joiner.js";

export interface TlsLimits extends HandshakeLimits {
  readonly maxCertificates: number;
}

export const DEFAULT_TLS_LIMITS: TlsLimits = {
  // Four times the largest hello with post-quantum key shares and ECH.
  maxMessageBytes: 64 * 1024,
  maxCertificateBytes: 256 * 1024,
  // Real chains are far shorter, but test suites send longer ones; the bytes are bounded above anyway.
  maxCertificates: 512,
};
