// HKDF-SHA256 (RFC 5869), HMAC-SHA256 and Expand-Label (RFC 9807, section 6.4.2.1).
import { createHash, createHmac } from "node:crypto";
import { ascii, concat, plain } from "./byte-parts.js";
import { SIZES } from "./sizes.js";

const EMPTY = new Uint8Array(0);

export function hash(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return plain(digest.digest());
}

export function mac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const code = createHmac("sha256", key);
  for (const part of parts) code.update(part);
  return plain(code.digest());
}

/** Extract with an empty salt, as everywhere in RFC 9807. */
export function extract(...keyMaterial: readonly Uint8Array[]): Uint8Array {
  return mac(EMPTY, ...keyMaterial);
}

export function expand(key: Uint8Array, info: Uint8Array, length: number = SIZES.hash): Uint8Array {
  const blocks: Uint8Array[] = [];
  let last: Uint8Array = EMPTY;
  for (let counter = 1; blocks.length * SIZES.hash < length; counter++) {
    last = mac(key, last, info, Uint8Array.of(counter));
    blocks.push(last);
  }
  const [only = EMPTY] = blocks;
  return (blocks.length === 1 ? only : concat(...blocks)).subarray(0, length);
}

/** Derive-Secret: 32 bytes under "OPAQUE-" and the label, bound to the hash of what was said. */
export function deriveSecret(secret: Uint8Array, label: string, transcriptHash: Uint8Array): Uint8Array {
  const fullLabel = ascii(`OPAQUE-${label}`);
  const lengthAndLabel = concat(Uint8Array.of(0, SIZES.hash, fullLabel.length), fullLabel);
  return expand(secret, concat(lengthAndLabel, Uint8Array.of(transcriptHash.length), transcriptHash));
}
