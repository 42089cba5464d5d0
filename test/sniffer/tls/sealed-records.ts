// Makes protected records of TLS 1.3 for tests: the sender's half of RFC 8446 section 5.2, written apart from the code under test.
import { createCipheriv, createHmac } from "node:crypto";

/** HKDF-Expand-Label for outputs of one block, which is all that is needed here. */
function expandLabel(secret: Uint8Array, label: string, length: number): Buffer {
  const name = Buffer.from(label);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac("sha256", secret).update(info).digest().subarray(0, length);
}

/** What drafts of TLS 1.3 did otherwise. */
export interface SealerDialect {
  readonly labelPrefix: string;
  readonly hasHeader: boolean;
}

/** Seals with TLS_AES_128_GCM_SHA256 under one traffic secret, counting its records. */
export class RecordSealer {
  #secret: Uint8Array;
  readonly #dialect: SealerDialect;
  #sequence = 0n;

  constructor(secret: Uint8Array, dialect: SealerDialect = { labelPrefix: "tls13 ", hasHeader: true }) {
    this.#secret = secret;
    this.#dialect = dialect;
  }

  seal(type: number, content: Uint8Array, paddingBytes = 0): Uint8Array {
    const inner = Buffer.concat([content, Buffer.from([type]), Buffer.alloc(paddingBytes)]);
    const header = Buffer.from([0x17, 3, 3, (inner.length + 16) >>> 8, (inner.length + 16) & 0xff]);
    const nonce = this.#expand("iv", 12);
    nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ this.#sequence, 4);
    this.#sequence += 1n;
    const cipher = createCipheriv("aes-128-gcm", this.#expand("key", 16), nonce);
    cipher.setAAD(this.#dialect.hasHeader ? header : new Uint8Array(0));
    const sealed = Buffer.concat([cipher.update(inner), cipher.final()]);
    return Buffer.concat([header, sealed, cipher.getAuthTag()]);
  }

  /** A key update message under the old keys; the next record is under the new ones. */
  update(): Uint8Array {
    const message = this.seal(0x16, Buffer.from([24, 0, 0, 1, 0]));
    this.#secret = this.#expand("traffic upd", 32);
    this.#sequence = 0n;
    return message;
  }

  #expand(label: string, length: number): Buffer {
    return expandLabel(this.#secret, this.#dialect.labelPrefix + label, length);
  }
}
