// Opens one direction of TLS 1.3 through its keys in turn: early data, handshake, application, and each key update.
import type { CipherSpec } from "./cipher-spec.js";
import { cipherOfSecret, type Dialect13, nextSecret } from "./key-schedule.js";
import type { OpenedRecord, SealedRecord } from "./record-cipher.js";
import { type Opener, RecordOpener } from "./record-opener.js";

/**
 * A change of keys shows in that a record verifies under the next key and not under the current one. That holds also where the
 * message announcing it was lost, or where the key log lacks the handshake's secrets.
 */
export class Tls13Opener implements Opener {
  readonly #spec: CipherSpec;
  readonly #dialect: Dialect13;
  /** Keys not yet passed, in the order in which they come into use. */
  readonly #openers: RecordOpener[];
  #lastSecret: Uint8Array | undefined;
  #update: RecordOpener | undefined;

  /** `early` is already made, since it may have opened records; `applicationSecret` is also the origin of key updates. */
  constructor(
    spec: CipherSpec,
    dialect: Dialect13,
    early: RecordOpener | undefined,
    handshakeSecret: Uint8Array | undefined,
    applicationSecret: Uint8Array | undefined,
  ) {
    this.#spec = spec;
    this.#dialect = dialect;
    const secrets = [handshakeSecret, applicationSecret].filter((secret) => secret !== undefined);
    const openers = secrets.map((secret) => new RecordOpener(cipherOfSecret(spec, secret, dialect)));
    this.#openers = early === undefined ? openers : [early, ...openers];
    this.#lastSecret = applicationSecret;
  }

  open(record: SealedRecord): OpenedRecord | undefined {
    for (const [index, opener] of this.#openers.entries()) {
      const opened = opener.open(record);
      if (opened === undefined) continue;
      this.#openers.splice(0, index);
      return opened;
    }
    // Only under the last key may a key update come.
    return this.#openers.length <= 1 ? this.#openUpdated(record) : undefined;
  }

  miss(records: number): void {
    for (const opener of this.#openers) opener.miss(records);
  }

  pass(records: number): void {
    for (const opener of this.#openers) opener.pass(records);
  }

  #openUpdated(record: SealedRecord): OpenedRecord | undefined {
    if (this.#lastSecret === undefined) return undefined;
    const secret = nextSecret(this.#spec, this.#lastSecret, this.#dialect);
    this.#update ??= new RecordOpener(cipherOfSecret(this.#spec, secret, this.#dialect));
    const opened = this.#update.open(record);
    if (opened === undefined) return undefined;
    this.#openers.splice(0, this.#openers.length, this.#update);
    this.#lastSecret = secret;
    this.#update = undefined;
    return opened;
  }
}
