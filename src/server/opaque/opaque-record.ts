// What the store keeps of an account that logs in by OPAQUE, in the column of password hashes: a form that no password fits.
//
//     $opaque-p256$k=0123456789abcdef$BASE64      k: the keys that it was made under; then the RegistrationRecord of RFC 9807

import { createHash } from "node:crypto";
import type { ServerKeys } from "../../opaque/opaque-server.js";

export const OPAQUE_PREFIX = "$opaque-p256$";

const KEY_ID_BYTES = 8;
const STORED = /^\$opaque-p256\$k=([0-9a-f]{16})\$([A-Za-z0-9+/]{172})$/;

/** Names keys without telling of them: a hash of 64 random bytes. */
export function keyIdOf({ oprfSeed, privateKey }: ServerKeys): string {
  const digest = createHash("sha256").update("earshot opaque keys").update(oprfSeed).update(privateKey).digest();
  return digest.subarray(0, KEY_ID_BYTES).toString("hex");
}

export function isOpaqueRecord(stored: string): boolean {
  return stored.startsWith(OPAQUE_PREFIX);
}

export function encodeRecord(record: Uint8Array, keyId: string): string {
  return `${prefixOfKeys(keyId)}${Buffer.from(record).toString("base64")}`;
}

/** What all records begin with that were made under these keys. */
export function prefixOfKeys(keyId: string): string {
  return `${OPAQUE_PREFIX}k=${keyId}$`;
}

/** Undefined for what was not made under these keys, and for what is no record at all. */
export function decodeRecord(stored: string, keyId: string): Uint8Array | undefined {
  const [, madeUnder, base64 = ""] = STORED.exec(stored) ?? [];
  return madeUnder === keyId ? Buffer.from(base64, "base64") : undefined;
}
