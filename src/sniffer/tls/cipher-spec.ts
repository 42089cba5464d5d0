// What a cipher suite means for its records: algorithm, sizes, hashes. Read off the suite's own name.
import { getCiphers } from "node:crypto";
import { cipherSuiteName } from "./cipher-suite-names.js";
import { TlsError } from "./tls-error.js";

export type HashName = "md5" | "sha1" | "sha256" | "sha384";

export interface CipherSpec {
  /** "xor": the nonce is the sequence number over the IV; "explicit": 8 bytes of it stand in the record. */
  readonly kind: "aead" | "cbc" | "null";
  readonly nonce: "xor" | "explicit";
  /** The name that node:crypto knows; "" for NULL. */
  readonly algorithm: string;
  readonly keyBytes: number;
  /** Part of the nonce that comes from the key block; for CBC the first IV of TLS 1.0. */
  readonly ivBytes: number;
  readonly tagBytes: number;
  readonly blockBytes: number;
  readonly macHash: HashName;
  readonly macBytes: number;
  /** For the key schedule of TLS 1.2 and 1.3. */
  readonly prfHash: "sha256" | "sha384";
}

const MAC_BYTES: Record<HashName, number> = { md5: 16, sha1: 20, sha256: 32, sha384: 48 };
const NONCE_BYTES = 12;
const SALT_BYTES = 4;
const available = new Set(getCiphers());

/** Throws TlsError `unsupported`, naming the suite, when this runtime has no such cipher. */
export function cipherSpec(suite: number, isTls13: boolean): CipherSpec {
  const name = cipherSuiteName(suite);
  const spec = specOf(name.replace(/^.*_WITH_/, "").replace(/^TLS_/, ""), isTls13);
  if (spec !== undefined && (spec.algorithm === "" || available.has(spec.algorithm))) return spec;
  throw new TlsError("unsupported", `${name} cannot be decrypted here: this runtime lacks its cipher`);
}

/** The hash of a suite's key schedule in TLS 1.2 and 1.3, whether or not this runtime has its cipher. */
export function prfHashOf(suite: number): CipherSpec["prfHash"] {
  return prfHashOfName(cipherSuiteName(suite));
}

function prfHashOfName(name: string): CipherSpec["prfHash"] {
  return name.endsWith("SHA384") ? "sha384" : "sha256";
}

function specOf(cipher: string, isTls13: boolean): CipherSpec | undefined {
  const prfHash = prfHashOfName(cipher);
  return aeadSpec(cipher, isTls13, prfHash) ?? macSpec(cipher, prfHash);
}

function aeadSpec(cipher: string, isTls13: boolean, prfHash: "sha256" | "sha384"): CipherSpec | undefined {
  const chacha = cipher.startsWith("CHACHA20_POLY1305");
  const [, family = "", bits = "256", mode, short] =
    /^(AES|ARIA)_(128|256)_(GCM|CCM)(_8)?(?:_SHA\d+)?$/.exec(cipher) ?? [];
  if (!chacha && mode === undefined) return undefined;
  const xor = chacha || isTls13;
  return {
    kind: "aead",
    nonce: xor ? "xor" : "explicit",
    algorithm: chacha ? "chacha20-poly1305" : algorithmName(family, bits, mode ?? ""),
    keyBytes: Number(bits) / 8,
    ivBytes: xor ? NONCE_BYTES : SALT_BYTES,
    tagBytes: short === undefined ? 16 : 8,
    blockBytes: 1,
    macHash: "sha256",
    macBytes: 0,
    prfHash,
  };
}

function macSpec(cipher: string, prfHash: "sha256" | "sha384"): CipherSpec | undefined {
  const [, family, bits, hash] =
    /^(AES|ARIA|CAMELLIA|3DES_EDE|NULL)(?:_(128|256))?(?:_CBC)?_(MD5|SHA|SHA256|SHA384)$/.exec(cipher) ?? [];
  if (family === undefined || hash === undefined) return undefined;
  const macHash = hash === "SHA" ? "sha1" : (hash.toLowerCase() as HashName);
  const common = { nonce: "explicit", tagBytes: 0, macHash, macBytes: MAC_BYTES[macHash], prfHash } as const;
  if (family === "NULL") return { ...common, kind: "null", algorithm: "", keyBytes: 0, ivBytes: 0, blockBytes: 1 };
  if (family === "3DES_EDE") {
    return { ...common, kind: "cbc", algorithm: "des-ede3-cbc", keyBytes: 24, ivBytes: 8, blockBytes: 8 };
  }
  const algorithm = algorithmName(family, bits ?? "", "CBC");
  return { ...common, kind: "cbc", algorithm, keyBytes: Number(bits) / 8, ivBytes: 16, blockBytes: 16 };
}

function algorithmName(family: string, bits: string, mode: string): string {
  return `${family}-${bits}-${mode}`.toLowerCase();
}
