// A protobuf reader (protobuf.dev, "Encoding") that is used again and again, and takes no text that is not UTF-8. It is a
// BinaryReader by class only, since generated code asks for that: what it reads with is its own.

import { BinaryReader } from "@bufbuild/protobuf/wire";

const NOTHING = Buffer.alloc(0);
/** Up to this length a loop is faster than a call into native code. */
const MAX_LOOPED_BYTES = 24;
const REPLACEMENT = "\ufffd";
const MAX_SKIPPED_DEPTH = 100;
const strictText = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Every method throws RangeError at the end of the bytes. */
export class MessageReader extends BinaryReader {
  #bytes: Buffer = NOTHING;

  constructor() {
    super(NOTHING);
  }

  /** Reads these bytes from here on. They must not change while a message holds views of them. */
  begin(bytes: Uint8Array): void {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.pos = 0;
    // Read-only to those who read, as it does not change within a message.
    (this as { len: number }).len = bytes.length;
  }

  /** Lets go of the bytes. */
  release(): void {
    this.begin(NOTHING);
  }

  /** A field, since the stock reader has it as one. */
  override readonly uint32 = (): number => {
    const first = this.#byte();
    if (first < 0x80) {
      return first;
    }
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    let byte = this.#byte();
    value |= (byte & 0x0f) << 28;
    for (let count = 5; byte >= 0x80; count += 1) {
      if (count === 10) {
        throw new RangeError("a varint of more than 10 bytes");
      }
      byte = this.#byte();
    }
    return value >>> 0;
  };

  override int32(): number {
    return this.uint32() | 0;
  }

  override sint32(): number {
    const zigzag = this.uint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  override bool(): boolean {
    const first = this.#bytes[this.pos];
    if (first !== undefined && first < 0x80) {
      this.pos += 1;
      return first !== 0;
    }
    return this.uint64() !== 0n;
  }

  override uint64(): bigint {
    let low = 0;
    // Up to seven bytes a number holds them all; most values are that small.
    for (let count = 0, unit = 1; count < 7; count += 1, unit *= 0x80) {
      const byte = this.#byte();
      low += (byte & 0x7f) * unit;
      if (byte < 0x80) {
        return BigInt(low);
      }
    }
    let value = BigInt(low);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return BigInt.asUintN(64, value);
      }
    }
    throw new RangeError("a varint of more than 10 bytes");
  }

  override int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  override sint64(): bigint {
    const zigzag = this.uint64();
    return BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n));
  }

  override fixed32(): number {
    return this.#bytes.readUInt32LE(this.#advance(4));
  }

  override sfixed32(): number {
    return this.#bytes.readInt32LE(this.#advance(4));
  }

  override fixed64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#advance(8));
  }

  override sfixed64(): bigint {
    return this.#bytes.readBigInt64LE(this.#advance(8));
  }

  override float(): number {
    return this.#bytes.readFloatLE(this.#advance(4));
  }

  override double(): number {
    return this.#bytes.readDoubleLE(this.#advance(8));
  }

  /** A view, not a copy. */
  override bytes(): Uint8Array {
    const start = this.#advance(this.uint32());
    return this.#bytes.subarray(start, this.pos);
  }

  /** @throws TypeError for bytes that are no UTF-8, as proto3 wants it. */
  override string(): string {
    const start = this.#advance(this.uint32());
    const end = this.pos;
    return (end - start <= MAX_LOOPED_BYTES ? this.#shortAscii(start, end) : undefined) ?? this.#utf8(start, end);
  }

  override tag(): ReturnType<BinaryReader["tag"]> {
    const start = this.pos;
    const tag = this.uint32();
    const wireType = tag & 7;
    const overflows = this.pos - start > 5 || (this.pos - start === 5 && (this.#bytes[this.pos - 1] ?? 0) > 0x0f);
    if (overflows || tag >>> 3 === 0 || wireType > 5) {
      throw new RangeError("no tag of a field");
    }
    return [tag >>> 3, wireType];
  }

  override skip(wireType: number, field?: number): Uint8Array {
    const start = this.pos;
    this.#pass(wireType, field, MAX_SKIPPED_DEPTH);
    return this.#bytes.subarray(start, this.pos);
  }

  /** Goes past all fields. @throws RangeError when the bytes are not fields to the last one. */
  passAll(): void {
    while (this.pos < this.len) {
      const [field, wireType] = this.tag();
      this.#pass(wireType, field, MAX_SKIPPED_DEPTH);
    }
  }

  #pass(wireType: number, field: number | undefined, depth: number): void {
    if (wireType === 0) {
      while (this.#byte() > 0x7f) {
        // As long as it likes: nobody reads the number.
      }
    } else if (wireType === 1) {
      this.#advance(8);
    } else if (wireType === 2) {
      this.#advance(this.uint32());
    } else if (wireType === 3 && depth > 0) {
      this.#passGroup(field, depth);
    } else if (wireType === 5) {
      this.#advance(4);
    } else {
      throw new RangeError(`a field of wire type ${wireType}, or groups too deep in one another`);
    }
  }

  #passGroup(field: number | undefined, depth: number): void {
    for (;;) {
      const [inner, wireType] = this.tag();
      if (wireType === 4) {
        if (field !== undefined && inner !== field) {
          throw new RangeError("the end of another group");
        }
        return;
      }
      this.#pass(wireType, inner, depth - 1);
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.pos];
    if (byte === undefined) {
      throw new RangeError("the message ends within a field");
    }
    this.pos += 1;
    return byte;
  }

  /** Goes past so many bytes and returns where they begin. */
  #advance(bytes: number): number {
    const start = this.pos;
    if (bytes > this.len - start) {
      throw new RangeError("the message ends within a field");
    }
    this.pos = start + bytes;
    return start;
  }

  #shortAscii(start: number, end: number): string | undefined {
    const codes = new Array<number>(end - start);
    for (let at = start; at < end; at += 1) {
      const byte = this.#bytes[at] ?? 0;
      if (byte > 0x7f) {
        return undefined;
      }
      codes[at - start] = byte;
    }
    return String.fromCharCode.apply(String, codes);
  }

  /** Node's own decoder is fast and lenient: only text with a replacement character needs a look by a strict one. */
  #utf8(start: number, end: number): string {
    const text = this.#bytes.toString("utf8", start, end);
    return text.includes(REPLACEMENT) ? strictText.decode(this.#bytes.subarray(start, end)) : text;
  }
}
