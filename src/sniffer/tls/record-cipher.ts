// What opens a protected record, whatever the cipher. Authentication is always checked: bytes that do not verify are not shown.

export interface SealedRecord {
  readonly type: number;
  readonly version: number;
  readonly fragment: Uint8Array;
  /** Where the record says it itself, as DTLS does: epoch and number in one. Else records are counted. */
  readonly sequence?: number;
}

export interface OpenedRecord {
  /** The true content type: TLS 1.3 hides it inside. */
  readonly type: number;
  /** Fresh bytes, the receiver's to keep. */
  readonly content: Uint8Array;
  /** Zeros that TLS 1.3 appended to hide the length. */
  readonly paddingBytes: number;
}

export interface RecordCipher {
  /** undefined when the record does not verify: another key, another sequence number, or damage. */
  open(record: SealedRecord, sequence: number): OpenedRecord | undefined;
}

/** Sequence, type, version, length: what TLS 1.2 and before authenticate besides the content. */
export function pseudoHeader(record: SealedRecord, sequence: number, length: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeBigUInt64BE(BigInt(sequence), 0);
  header.writeUInt8(record.type, 8);
  header.writeUInt16BE(record.version, 9);
  header.writeUInt16BE(length, 11);
  return header;
}
