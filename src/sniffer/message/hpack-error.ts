// What can be wrong with a block of HPACK (RFC 7541): after any of these the table is not the sender's any more.

export type HpackErrorCode = "truncated" | "huffman" | "integer" | "index" | "table_size" | "limit";

export class HpackError extends Error {
  override readonly name = "HpackError";
  readonly code: HpackErrorCode;
  /** Where in the block. */
  readonly offset: number;

  constructor(code: HpackErrorCode, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}
