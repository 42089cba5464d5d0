// Opens AEAD records: AES-GCM, AES-CCM, ARIA-GCM, ChaCha20-Poly1305, of TLS 1.2 (RFC 5246 section 6.2.3.3, RFC 7905) and 1.3 (RFC 8446 section 5.2).
import { type CipherGCMTypes, createDecipheriv } from "node:crypto";
import type { CipherSpec } from "./cipher-spec.js";
import { ContentType } from "./names.js";
import { type OpenedRecord, pseudoHeader, type RecordCipher, type SealedRecord } from "./record-cipher.js";

const EXPLICIT_NONCE_BYTES = 8;
const SEQUENCE_BYTES = 8;
const NO_BYTES = new Uint8Array(0);

/** TLS 1.2. */
export class AeadCipher implements RecordCipher {
  readonly #spec: CipherSpec;
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;

  constructor(spec: CipherSpec, key: Uint8Array, iv: Uint8Array) {
    this.#spec = spec;
    this.#key = key;
    this.#iv = iv;
  }

  open(record: SealedRecord, sequence: number): OpenedRecord | undefined {
    const isExplicit = this.#spec.nonce === "explicit";
    const nonceBytes = isExplicit ? EXPLICIT_NONCE_BYTES : 0;
    const length = record.fragment.length - nonceBytes - this.#spec.tagBytes;
    if (length < 0) return undefined;
    const explicit = record.fragment.subarray(0, nonceBytes);
    const nonce = isExplicit ? Buffer.concat([this.#iv, explicit]) : xorNonce(this.#iv, sequence);
    const sealed = record.fragment.subarray(nonceBytes);
    const content = unseal(this.#spec, this.#key, nonce, pseudoHeader(record, sequence, length), sealed);
    return content === undefined ? undefined : { type: record.type, content, paddingBytes: 0 };
  }
}

/** TLS 1.3: the header is what is authenticated, the content type is the last byte that is not zero. */
export class AeadCipher13 implements RecordCipher {
  readonly #spec: CipherSpec;
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;
  readonly #authenticatesHeader: boolean;

  /** `authenticatesHeader`: false in drafts before 25. */
  constructor(spec: CipherSpec, key: Uint8Array, iv: Uint8Array, authenticatesHeader: boolean) {
    this.#spec = spec;
    this.#key = key;
    this.#iv = iv;
    this.#authenticatesHeader = authenticatesHeader;
  }

  open(record: SealedRecord, sequence: number): OpenedRecord | undefined {
    if (record.type !== ContentType.ApplicationData || record.fragment.length < this.#spec.tagBytes + 1)
      return undefined;
    const header = this.#authenticatesHeader ? headerOf(record) : NO_BYTES;
    const inner = unseal(this.#spec, this.#key, xorNonce(this.#iv, sequence), header, record.fragment);
    return inner === undefined ? undefined : withoutPadding(inner);
  }
}

function headerOf({ type, version, fragment }: SealedRecord): Uint8Array {
  return Buffer.of(type, version >>> 8, version & 0xff, fragment.length >>> 8, fragment.length & 0xff);
}

function withoutPadding(inner: Uint8Array): OpenedRecord | undefined {
  let end = inner.length - 1;
  while (end >= 0 && inner[end] === 0) end -= 1;
  const type = inner[end];
  if (type === undefined) return undefined;
  return { type, content: inner.subarray(0, end), paddingBytes: inner.length - 1 - end };
}

/** The nonce of a record or packet: its number over the IV. */
export function xorNonce(iv: Uint8Array, sequence: number): Uint8Array {
  const nonce = new Uint8Array(iv);
  // The last 8 bytes; numbers beyond 2^53 are not reached.
  let rest = sequence;
  for (let at = nonce.length - 1; rest > 0 && at >= nonce.length - SEQUENCE_BYTES; at--) {
    nonce[at] = (nonce[at] ?? 0) ^ (rest & 0xff);
    rest = Math.floor(rest / 0x100);
  }
  return nonce;
}

/** undefined when the tag, at the end, does not fit. */
export function unseal(
  spec: CipherSpec,
  key: Uint8Array,
  nonce: Uint8Array,
  header: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const length = sealed.length - spec.tagBytes;
  // All AEAD modes of node:crypto share the interface that its types give to GCM alone.
  const algorithm = spec.algorithm as CipherGCMTypes;
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: spec.tagBytes });
  decipher.setAuthTag(sealed.subarray(length));
  decipher.setAAD(header, { plaintextLength: length });
  try {
    // CCM verifies in update, the others in final; both throw when the tag does not fit.
    const content = decipher.update(sealed.subarray(0, length));
    const rest = decipher.final();
    return rest.length === 0 ? content : Buffer.concat([content, rest]);
  } catch {
    return undefined;
  }
}
