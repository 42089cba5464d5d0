// The key stretching function of this configuration: scrypt(S = zeroes(16), N = 32768, r = 8, p = 1), 32 bytes (RFC 9807, section 7).
import { scrypt } from "node:crypto";
import scryptJs from "scrypt-js";
import { plain } from "./byte-parts.js";
import type { Stretch } from "./envelope.js";
import { SIZES } from "./sizes.js";

const SALT = new Uint8Array(16);
const COST = { N: 32_768, r: 8, p: 1 } as const;
/** scrypt takes 128 N r bytes, 32 MiB, and a little; that is above Node's default limit. */
const MEMORY_BYTES = 64 * 1024 * 1024;

/** node:crypto's scrypt, in the thread pool. Rejects where OpenSSL was built without it. */
export const stretchNatively: Stretch = (input) =>
  new Promise((resolve, reject) => {
    scrypt(input, SALT, SIZES.hash, { ...COST, maxmem: MEMORY_BYTES }, (error, stretched) => {
      if (error) reject(error);
      else resolve(plain(stretched));
    });
  });

/** The same bytes from JavaScript alone, in slices that let other work go on. */
export const stretchInScript: Stretch = (input) => scryptJs.scrypt(input, SALT, COST.N, COST.r, COST.p, SIZES.hash);

/** The native one where it works: OpenSSL can be built or told (FIPS) to do without. */
export const scryptStretch: Stretch = preferring(stretchNatively, stretchInScript);

/** Does by `fallback` what `first` fails to do. Both must give the same bytes. */
export function preferring(first: Stretch, fallback: Stretch): Stretch {
  return (input) => first(input).catch(() => fallback(input));
}
