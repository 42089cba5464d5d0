// Reads blocks of HPACK (RFC 7541) of one direction, in order, within limits: each field with the place of its value in
// the block. A block that is not read whole leaves a table that is not the sender's, so nothing may be read after it.
import { HpackError } from "./hpack-error.js";
import { decodeHuffman } from "./hpack-huffman.js";
import { HpackTable } from "./hpack-table.js";

export interface HpackLimits {
  /** However much the other side allows: the table that a peer may make us hold. */
  readonly maxTableBytes: number;
  /** Names and values of one block, with 32 bytes for each, as SETTINGS_MAX_HEADER_LIST_SIZE counts. */
  readonly maxListBytes: number;
}

export interface HeaderField {
  readonly name: string;
  /** Latin-1. */
  readonly value: string;
  /** Where in the block the value stands: its string as encoded, or where both come from the table, its number. */
  readonly offset: number;
  readonly length: number;
  /** True where it stands there byte by byte: neither in Huffman's code nor a number. */
  readonly verbatim: boolean;
}

/** RFC 9113, 6.5.2: before any settings. */
const FIRST_TABLE_BYTES = 4096;
const FIELD_OVERHEAD_BYTES = 32;

export class HpackDecoder {
  readonly #limits: HpackLimits;
  readonly #table = new HpackTable(FIRST_TABLE_BYTES);
  #allowedTableBytes = FIRST_TABLE_BYTES;

  constructor(limits: HpackLimits) {
    this.#limits = limits;
  }

  get tableBytes(): number {
    return this.#table.bytes;
  }

  /**
   * What the other side announced (SETTINGS_HEADER_TABLE_SIZE). The sender learns of it some time after us, so that the
   * largest one counts; what it then uses it says itself.
   */
  allowTable(bytes: number): void {
    this.#allowedTableBytes = Math.max(this.#allowedTableBytes, bytes);
  }

  /** All fields of a block. Throws HpackError. */
  decode(block: Uint8Array): HeaderField[] {
    const reading = new BlockReading(block, this.#table, this.#limits.maxListBytes);
    while (!reading.atEnd) {
      const resized = reading.field();
      if (resized !== undefined) this.#resize(resized, reading.offset);
    }
    return reading.fields;
  }

  #resize(bytes: number, offset: number): void {
    if (bytes > this.#allowedTableBytes) throw new HpackError("table_size", `a table of ${bytes} bytes`, offset);
    if (bytes > this.#limits.maxTableBytes) throw new HpackError("limit", `a table of ${bytes} bytes`, offset);
    this.#table.resize(bytes);
  }
}

class BlockReading {
  readonly fields: HeaderField[] = [];
  readonly #bytes: Uint8Array;
  readonly #table: HpackTable;
  #left: number;
  offset = 0;

  constructor(bytes: Uint8Array, table: HpackTable, maxListBytes: number) {
    this.#bytes = bytes;
    this.#table = table;
    this.#left = maxListBytes;
  }

  get atEnd(): boolean {
    return this.offset >= this.#bytes.length;
  }

  /** Reads one representation (RFC 7541, 6); the new size where it is an update of the table's. */
  field(): number | undefined {
    const start = this.offset;
    const first = this.#bytes[start] ?? 0;
    if ((first & 0x80) !== 0) {
      const { name, value } = this.#entry(this.#integer(7));
      this.#keep({ name, value, offset: start, length: this.offset - start, verbatim: false });
    } else if ((first & 0xe0) === 0x20) {
      if (this.fields.length > 0) throw new HpackError("table_size", "a new table size amid a block", start);
      return this.#integer(5);
    } else {
      const added = (first & 0xc0) === 0x40;
      const index = this.#integer(added ? 6 : 4);
      const name = index === 0 ? this.#string().text : this.#entry(index).name;
      const { text: value, offset, length, verbatim } = this.#string();
      this.#keep({ name, value, offset, length, verbatim });
      if (added) this.#table.add({ name, value });
    }
    return undefined;
  }

  #keep(field: HeaderField): void {
    this.#left -= field.name.length + field.value.length + FIELD_OVERHEAD_BYTES;
    if (this.#left < 0) throw new HpackError("limit", "more header fields than are kept", field.offset);
    this.fields.push(field);
  }

  #entry(index: number): { name: string; value: string } {
    const entry = this.#table.entry(index);
    if (entry === undefined) throw new HpackError("index", `no entry ${index} in the table`, this.offset);
    return entry;
  }

  /** RFC 7541, 5.1. Larger than 2^28 is none that a table or a block has. */
  #integer(prefixBits: number): number {
    const most = (1 << prefixBits) - 1;
    let value = this.#byte() & most;
    if (value < most) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new HpackError("integer", "a number of too many bytes", this.offset);
  }

  /** RFC 7541, 5.2. */
  #string(): { text: string; offset: number; length: number; verbatim: boolean } {
    const huffman = ((this.#bytes[this.offset] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const offset = this.offset;
    if (length > this.#bytes.length - offset)
      throw new HpackError("truncated", "a string reaches out of its block", offset);
    if (!huffman && length > this.#left) throw new HpackError("limit", "more header fields than are kept", offset);
    const bytes = this.#bytes.subarray(offset, offset + length);
    this.offset += length;
    const text = huffman ? decodeHuffman(bytes, offset, this.#left) : Buffer.from(bytes).toString("latin1");
    return { text, offset, length, verbatim: !huffman };
  }

  #byte(): number {
    const byte = this.#bytes[this.offset];
    if (byte === undefined) throw new HpackError("truncated", "the block ends within a field", this.offset);
    this.offset += 1;
    return byte;
  }
}
