// Lengths in bytes of what RFC 9807 names, for P256-SHA256, HKDF-SHA256 and HMAC-SHA256 (RFC 9807 section 2, 4, 5.1 and 6.1).

export const SIZES = {
  /** Noe and Npk: a point in compressed form (SEC 1). */
  point: 33,
  /** Nok and Nsk. */
  scalar: 32,
  /** Nn. */
  nonce: 32,
  /** Nseed. */
  seed: 32,
  /** Nh, Nx and Nm: hash, extracted key and MAC. */
  hash: 32,
  /** Envelope: nonce, MAC. */
  envelope: 64,
  /** RegistrationRequest: blinded element. */
  registrationRequest: 33,
  /** RegistrationResponse: evaluated element, server's public key. */
  registrationResponse: 66,
  /** RegistrationRecord: client's public key, masking key, envelope. */
  record: 129,
  /** KE1: blinded element, client nonce, client's key share. */
  ke1: 98,
  /** CredentialResponse, KE2's first part: evaluated element, masking nonce, masked public key and envelope. */
  credentialResponse: 162,
  /** KE2: credential response, server nonce, server's key share, MAC. */
  ke2: 259,
  /** KE3: MAC. */
  ke3: 32,
  /** What a two-byte length can say of an identity or a context. */
  longestVector: 0xffff,
} as const;
