// Keys from the secrets of a key log: HKDF-Expand-Label of TLS 1.3 (RFC 8446 section 7), the PRF of TLS 1.0 to 1.2 (RFC 5246 section 5).
import { createHmac } from "node:crypto";
import { AeadCipher, AeadCipher13 } from "./aead-cipher.js";
import { CbcCipher, NullCipher } from "./cbc-cipher.js";
import type { CipherSpec, HashName } from "./cipher-spec.js";
import { draft13 } from "./names.js";
import type { RecordCipher } from "./record-cipher.js";

const TLS_1_2 = 0x0303;
/** Numbered downwards, and otherwise TLS 1.1. */
const DTLS_1_0 = 0xfeff;
const NONCE_BYTES = 12;
const MASTER_SECRET_BYTES = 48;

/** What drafts of TLS 1.3 did otherwise: labels up to 19, and up to 24 nothing but the content was authenticated. */
export interface Dialect13 {
  readonly labelPrefix: "tls13 " | "TLS 1.3, ";
  readonly authenticatesHeader: boolean;
}

const FINAL_13: Dialect13 = { labelPrefix: "tls13 ", authenticatesHeader: true };

export function dialectOf(version: number): Dialect13 {
  const draft = draft13(version);
  if (draft === undefined) return FINAL_13;
  return { labelPrefix: draft < 20 ? "TLS 1.3, " : "tls13 ", authenticatesHeader: draft >= 25 };
}

/** The cipher of one traffic secret of TLS 1.3. */
export function cipherOfSecret(spec: CipherSpec, secret: Uint8Array, dialect: Dialect13 = FINAL_13): RecordCipher {
  const { labelPrefix, authenticatesHeader } = dialect;
  const key = expandLabel(spec.prfHash, secret, "key", spec.keyBytes, labelPrefix);
  const iv = expandLabel(spec.prfHash, secret, "iv", NONCE_BYTES, labelPrefix);
  return new AeadCipher13(spec, key, iv, authenticatesHeader);
}

/** The secret after a key update. */
export function nextSecret(spec: CipherSpec, secret: Uint8Array, dialect: Dialect13 = FINAL_13): Uint8Array {
  return expandLabel(spec.prfHash, secret, "traffic upd", secret.length, dialect.labelPrefix);
}

export interface KeyBlockInput {
  readonly version: number;
  readonly masterSecret: Uint8Array;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  readonly encryptThenMac: boolean;
}

export interface MasterSecretInput extends Pick<KeyBlockInput, "version" | "clientRandom" | "serverRandom"> {
  readonly premaster: Uint8Array;
  /** Hash of the handshake up to the key exchange, where extended_master_secret was agreed on (RFC 7627 section 4). */
  readonly sessionHash: Uint8Array | undefined;
}

export function masterOfPremaster(spec: CipherSpec, input: MasterSecretInput): Uint8Array {
  const { version, premaster, sessionHash } = input;
  if (sessionHash !== undefined) {
    return prf(spec, version, premaster, "extended master secret", sessionHash, MASTER_SECRET_BYTES);
  }
  const seed = Buffer.concat([input.clientRandom, input.serverRandom]);
  return prf(spec, version, premaster, "master secret", seed, MASTER_SECRET_BYTES);
}

/** Both directions' ciphers of TLS 1.0 to 1.2 (RFC 5246 section 6.3). */
export function ciphersOfMaster(
  spec: CipherSpec,
  input: KeyBlockInput,
): { client: RecordCipher; server: RecordCipher } {
  const { macBytes, keyBytes, ivBytes } = spec;
  const seed = Buffer.concat([input.serverRandom, input.clientRandom]);
  const block = prf(
    spec,
    input.version,
    input.masterSecret,
    "key expansion",
    seed,
    2 * (macBytes + keyBytes + ivBytes),
  );
  const part = (offset: number, length: number) => block.subarray(offset, offset + length);
  const keysOf = (index: 0 | 1) => ({
    macKey: part(index * macBytes, macBytes),
    key: part(2 * macBytes + index * keyBytes, keyBytes),
    iv: part(2 * (macBytes + keyBytes) + index * ivBytes, ivBytes),
  });
  const cipherOf = (index: 0 | 1): RecordCipher => {
    const keys = keysOf(index);
    if (spec.kind === "aead") return new AeadCipher(spec, keys.key, keys.iv);
    return spec.kind === "null" ? new NullCipher(spec, keys.macKey) : new CbcCipher(spec, keys, input);
  };
  return { client: cipherOf(0), server: cipherOf(1) };
}

/** HKDF-Expand-Label with an empty context. */
export function expandLabel(
  hash: HashName,
  secret: Uint8Array,
  label: string,
  length: number,
  prefix: Dialect13["labelPrefix"] = "tls13 ",
): Uint8Array {
  const name = Buffer.from(prefix + label, "latin1");
  const info = Buffer.concat([Buffer.of(length >>> 8, length & 0xff, name.length), name, Buffer.of(0)]);
  const blocks: Buffer[] = [];
  let block: Buffer = Buffer.alloc(0);
  for (let counter = 1, bytes = 0; bytes < length; counter++, bytes += block.length) {
    block = createHmac(hash, secret).update(block).update(info).update(Buffer.of(counter)).digest();
    blocks.push(block);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function prf(
  spec: CipherSpec,
  version: number,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const input = Buffer.concat([Buffer.from(label, "latin1"), seed]);
  if (version >= TLS_1_2 && version !== DTLS_1_0) return pHash(spec.prfHash, secret, input, length);
  // RFC 2246 section 5: the halves overlap in the middle byte when the length is odd; master secrets have 48.
  const half = Math.ceil(secret.length / 2);
  const md5 = pHash("md5", secret.subarray(0, half), input, length);
  const sha1 = pHash("sha1", secret.subarray(secret.length - half), input, length);
  return md5.map((byte, index) => byte ^ (sha1[index] ?? 0));
}

function pHash(hash: HashName, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Buffer[] = [];
  let link: Uint8Array = seed;
  for (let bytes = 0; bytes < length; ) {
    link = createHmac(hash, secret).update(link).digest();
    const block = createHmac(hash, secret).update(link).update(seed).digest();
    blocks.push(block);
    bytes += block.length;
  }
  return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
}
