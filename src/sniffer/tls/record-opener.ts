// Opens one direction's records under one key, by their own numbers or counting them; after a hole it tries the numbers that
// may have come.
import type { OpenedRecord, RecordCipher, SealedRecord } from "./record-cipher.js";

/** How many unseen records are searched for. Each costs a decryption, so an attacker must not choose the number. */
const MAX_UNSEEN_RECORDS = 64;

export interface Opener {
  /** undefined when the record does not verify under any number or key that is possible now. */
  open(record: SealedRecord): OpenedRecord | undefined;
  /** Up to `records` records passed that nobody saw. */
  miss(records: number): void;
  /** So many records, or a few less, came before the key was known. */
  pass(records: number): void;
}

export class RecordOpener implements Opener {
  readonly #cipher: RecordCipher;
  #sequence = 0;
  #unseen = 0;

  constructor(cipher: RecordCipher) {
    this.#cipher = cipher;
  }

  open(record: SealedRecord): OpenedRecord | undefined {
    if (record.sequence !== undefined) return this.#cipher.open(record, record.sequence);
    for (let unseen = 0; unseen <= this.#unseen; unseen++) {
      const opened = this.#cipher.open(record, this.#sequence + unseen);
      if (opened === undefined) continue;
      this.#sequence += unseen + 1;
      this.#unseen = 0;
      return opened;
    }
    return undefined;
  }

  miss(records: number): void {
    this.#unseen = Math.min(this.#unseen + records, MAX_UNSEEN_RECORDS);
  }

  pass(records: number): void {
    this.#sequence += Math.max(0, records - MAX_UNSEEN_RECORDS);
    this.miss(records);
  }
}
