// Session tokens: 32 random bytes in base64url, known to the client alone; the store holds their SHA-256.

import { createHash, randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;
/** The scheme's name is compared without regard to case (RFC 9110, section 11.1). */
const BEARER = /^Bearer ([A-Za-z0-9_-]{43})$/i;

export function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** A random token has 256 bits, so that a fast hash without salt is enough: there is nothing to guess. */
export function tokenHash(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** The token of an authorization metadata entry, or undefined if there is none of the right form. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? "")?.[1];
}
