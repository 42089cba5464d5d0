// Opens records of CBC and NULL suites (RFC 5246 section 6.2.3.1 and 6.2.3.2), with encrypt-then-MAC or without (RFC 7366).
import { createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";
import type { CipherSpec } from "./cipher-spec.js";
import { type OpenedRecord, pseudoHeader, type RecordCipher, type SealedRecord } from "./record-cipher.js";

const TLS_1_1 = 0x0302;

export interface CbcKeys {
  readonly macKey: Uint8Array;
  readonly key: Uint8Array;
  /** The first IV; only TLS 1.0 uses it. */
  readonly iv: Uint8Array;
}

export class CbcCipher implements RecordCipher {
  readonly #spec: CipherSpec;
  readonly #keys: CbcKeys;
  readonly #encryptThenMac: boolean;
  readonly #hasExplicitIv: boolean;
  /** TLS 1.0 takes the last block of the record before as IV. */
  #chainedIv: Uint8Array;
  #lastBlock: Uint8Array;
  #lastRecord: SealedRecord | undefined;

  constructor(
    spec: CipherSpec,
    keys: CbcKeys,
    options: { readonly encryptThenMac: boolean; readonly version: number },
  ) {
    this.#spec = spec;
    this.#keys = keys;
    this.#encryptThenMac = options.encryptThenMac;
    this.#hasExplicitIv = options.version >= TLS_1_1;
    this.#chainedIv = keys.iv;
    this.#lastBlock = keys.iv;
  }

  open(record: SealedRecord, sequence: number): OpenedRecord | undefined {
    this.#chain(record);
    const { macBytes } = this.#spec;
    const mac = this.#encryptThenMac ? macBytes : 0;
    const sealed = record.fragment.subarray(0, Math.max(0, record.fragment.length - mac));
    if (this.#encryptThenMac && !this.#verifies(record, sequence, sealed, record.fragment.subarray(sealed.length))) {
      return undefined;
    }
    const padded = this.#decrypt(sealed);
    const length = padded === undefined ? -1 : unpaddedLength(padded);
    if (padded === undefined || length < 0) return undefined;
    if (this.#encryptThenMac) return { type: record.type, content: padded.subarray(0, length), paddingBytes: 0 };
    return this.#withoutMac(record, sequence, padded.subarray(0, length));
  }

  #withoutMac(record: SealedRecord, sequence: number, bytes: Uint8Array): OpenedRecord | undefined {
    const length = bytes.length - this.#spec.macBytes;
    if (length < 0) return undefined;
    const content = bytes.subarray(0, length);
    if (!this.#verifies(record, sequence, content, bytes.subarray(length))) return undefined;
    return { type: record.type, content, paddingBytes: 0 };
  }

  #verifies(record: SealedRecord, sequence: number, content: Uint8Array, mac: Uint8Array): boolean {
    return macFits(this.#spec, this.#keys.macKey, record, sequence, content, mac);
  }

  /** The same record may be tried under several sequence numbers; only a new one moves the chain on. */
  #chain(record: SealedRecord): void {
    if (record === this.#lastRecord) return;
    this.#chainedIv = this.#lastBlock;
    const mac = this.#encryptThenMac ? this.#spec.macBytes : 0;
    const end = record.fragment.length - mac;
    this.#lastBlock = Uint8Array.from(
      record.fragment.subarray(Math.max(0, end - this.#spec.blockBytes), Math.max(0, end)),
    );
    this.#lastRecord = record;
  }

  #decrypt(sealed: Uint8Array): Uint8Array | undefined {
    const { algorithm, blockBytes } = this.#spec;
    const ivBytes = this.#hasExplicitIv ? blockBytes : 0;
    const blocks = sealed.subarray(ivBytes);
    if (blocks.length < blockBytes || blocks.length % blockBytes !== 0) return undefined;
    if (this.#chainedIv.length !== blockBytes) return undefined;
    const iv = this.#hasExplicitIv ? sealed.subarray(0, ivBytes) : this.#chainedIv;
    const decipher = createDecipheriv(algorithm, this.#keys.key, iv).setAutoPadding(false);
    return Buffer.concat([decipher.update(blocks), decipher.final()]);
  }
}

/** Authenticated but readable by anyone: without keys the MAC is only cut off. */
export class NullCipher implements RecordCipher {
  readonly #spec: CipherSpec;
  readonly #macKey: Uint8Array | undefined;

  constructor(spec: CipherSpec, macKey: Uint8Array | undefined) {
    this.#spec = spec;
    this.#macKey = macKey;
  }

  open(record: SealedRecord, sequence: number): OpenedRecord | undefined {
    const length = record.fragment.length - this.#spec.macBytes;
    if (length < 0) return undefined;
    const content = Uint8Array.from(record.fragment.subarray(0, length));
    const mac = record.fragment.subarray(length);
    if (this.#macKey !== undefined && !macFits(this.#spec, this.#macKey, record, sequence, content, mac))
      return undefined;
    return { type: record.type, content, paddingBytes: 0 };
  }
}

function macFits(
  spec: CipherSpec,
  macKey: Uint8Array,
  record: SealedRecord,
  sequence: number,
  content: Uint8Array,
  mac: Uint8Array,
): boolean {
  const hmac = createHmac(spec.macHash, macKey)
    .update(pseudoHeader(record, sequence, content.length))
    .update(content);
  return mac.length === spec.macBytes && timingSafeEqual(hmac.digest(), mac);
}

/** Length before the padding, -1 when the padding is not what RFC 5246 asks: n bytes of value n, and n itself. */
function unpaddedLength(padded: Uint8Array): number {
  const padding = padded.at(-1) ?? 0;
  const length = padded.length - padding - 1;
  if (length < 0) return -1;
  return padded.subarray(length).every((byte) => byte === padding) ? length : -1;
}
