// A protobuf writer (protobuf.dev, "Encoding") that is used again and again: the one of @bufbuild/protobuf makes some
// objects, a buffer and a copy for each message, and that takes longer than writing it.

import type { BinaryWriter } from "@bufbuild/protobuf/wire";
import { float32Of, int32Of, int64Of, uint32Of, uint64Of } from "./message-numbers.js";

/** Messages stand one behind the other in a block of this size; each is handed out as a view. */
const BLOCK_BYTES = 16 * 1024;
/** A message that needs more gets a block of its own, so that none keeps the memory of many small ones. */
const MAX_SHARED_BYTES = 2 * 1024;
/** Up to this length a loop is faster than a call into native code. */
const MAX_LOOPED_CHARS = 48;
const MAX_VARINT32_BYTES = 5;
const MAX_VARINT64_BYTES = 10;
/** Above this, shifts of 32 bits do not hold a number. */
const MAX_SHIFTED = 0x7fff_ffff;

type Int64 = bigint | number | string;

/**
 * Has each method of BinaryWriter, so that generated code writes to it. Between `begin` and `finish` it holds one
 * message. What `finish` returned is never written to again.
 */
export class MessageWriter implements Record<keyof BinaryWriter, unknown> {
  #block = Buffer.alloc(0);
  #start = 0;
  #at = 0;
  /** Where the lengths of open fields stand, counted from the start: the message may move to another block. */
  readonly #forks: number[] = [];

  /** Begins a message, and forgets one that an encoder left when it threw. */
  begin(): void {
    this.#at = this.#start;
    if (this.#forks.length > 0) {
      this.#forks.length = 0; // Setting it costs as much as a short text.
    }
  }

  finish(): Uint8Array {
    // A third of what Buffer.subarray takes.
    const { buffer, byteOffset } = this.#block;
    const message = new Uint8Array(buffer, byteOffset + this.#start, this.#at - this.#start);
    if (this.#block.length > BLOCK_BYTES) {
      this.#block = Buffer.alloc(0); // It belongs to this message alone.
      this.#at = 0;
    }
    this.#start = this.#at;
    return message;
  }

  /** Begins a field whose length is not known yet. One byte is kept for it, since most are short. */
  fork(): this {
    this.#reserve(1);
    this.#forks.push(this.#at - this.#start);
    this.#at += 1;
    return this;
  }

  /** Ends the field of the last `fork` and writes its length. */
  join(): this {
    const fork = this.#forks.pop();
    if (fork === undefined) {
      throw new Error("a join without a fork");
    }
    const length = this.#at - this.#start - fork - 1;
    const extraBytes = varint32Bytes(length) - 1;
    if (extraBytes > 0) {
      this.#reserve(extraBytes);
      const from = this.#start + fork + 1;
      this.#block.copyWithin(from + extraBytes, from, this.#at);
      this.#at += extraBytes;
    }
    this.#putVarint(length, this.#start + fork);
    return this;
  }

  tag(field: number, wireType: number): this {
    return this.uint32(((field << 3) | wireType) >>> 0);
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#block.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  uint32(value: number): this {
    const number = uint32Of(value);
    this.#reserve(MAX_VARINT32_BYTES);
    this.#at = this.#putVarint(number, this.#at);
    return this;
  }

  /** Negative numbers take ten bytes, as if they had 64 bits. */
  int32(value: number): this {
    const number = int32Of(value);
    return number < 0 ? this.int64(number) : this.uint32(number);
  }

  sint32(value: number): this {
    const number = int32Of(value);
    return this.uint32(((number << 1) ^ (number >> 31)) >>> 0);
  }

  bool(value: boolean): this {
    this.#reserve(1);
    this.#block[this.#at++] = value ? 1 : 0;
    return this;
  }

  bytes(value: Uint8Array): this {
    return this.uint32(value.byteLength).raw(value);
  }

  string(value: string): this {
    const text = typeof value === "string" ? value : String(value);
    return this.#shortAscii(text) ? this : this.#utf8(text);
  }

  float(value: number): this {
    const float = float32Of(value);
    this.#reserve(4);
    this.#at = this.#block.writeFloatLE(float, this.#at);
    return this;
  }

  double(value: number): this {
    this.#reserve(8);
    this.#at = this.#block.writeDoubleLE(value, this.#at);
    return this;
  }

  fixed32(value: number): this {
    const number = uint32Of(value);
    this.#reserve(4);
    this.#at = this.#block.writeUInt32LE(number, this.#at);
    return this;
  }

  sfixed32(value: number): this {
    const number = int32Of(value);
    this.#reserve(4);
    this.#at = this.#block.writeInt32LE(number, this.#at);
    return this;
  }

  fixed64(value: Int64): this {
    const big = uint64Of(value);
    this.#reserve(8);
    this.#at = this.#block.writeBigUInt64LE(big, this.#at);
    return this;
  }

  sfixed64(value: Int64): this {
    const big = int64Of(value);
    this.#reserve(8);
    this.#at = this.#block.writeBigInt64LE(big, this.#at);
    return this;
  }

  uint64(value: Int64): this {
    return this.#varint64(uint64Of(value));
  }

  int64(value: Int64): this {
    return this.#varint64(BigInt.asUintN(64, int64Of(value)));
  }

  sint64(value: Int64): this {
    const big = int64Of(value);
    return this.#varint64(BigInt.asUintN(64, (big << 1n) ^ (big >> 63n)));
  }

  #varint64(bits: bigint): this {
    this.#reserve(MAX_VARINT64_BYTES);
    let large = bits;
    let left = Number(large);
    while (left > Number.MAX_SAFE_INTEGER) {
      this.#block[this.#at++] = Number(large & 0x7fn) | 0x80;
      large >>= 7n;
      left = Number(large);
    }
    while (left > MAX_SHIFTED) {
      this.#block[this.#at++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.#at = this.#putVarint(left, this.#at);
    return this;
  }

  /** False, with nothing written, for text that is long or not ASCII. */
  #shortAscii(text: string): boolean {
    const { length } = text;
    if (length > MAX_LOOPED_CHARS) {
      return false;
    }
    this.#reserve(length + 1);
    const block = this.#block;
    let at = this.#at;
    block[at++] = length;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        return false;
      }
      block[at++] = code;
    }
    this.#at = at;
    return true;
  }

  #utf8(text: string): this {
    const length = Buffer.byteLength(text);
    this.uint32(length).#reserve(length);
    this.#at += this.#block.write(text, this.#at);
    return this;
  }

  /** Writes where there is room, and returns what comes next. */
  #putVarint(value: number, at: number): number {
    const block = this.#block;
    let left = value;
    let next = at;
    while (left > 0x7f) {
      block[next++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    block[next++] = left;
    return next;
  }

  /** Makes room for so many bytes behind those written. */
  #reserve(bytes: number): void {
    if (this.#block.length - this.#at < bytes) {
      this.#move(bytes);
    }
  }

  /** To a fresh block. It doubles, so that all the copies together are no longer than the message. */
  #move(bytes: number): void {
    const written = this.#at - this.#start;
    const needed = written + bytes;
    const shared = needed <= MAX_SHARED_BYTES;
    const room = shared ? BLOCK_BYTES : Math.max(needed + (needed >>> 3), 2 * written, BLOCK_BYTES + 1);
    const block = Buffer.allocUnsafeSlow(room);
    this.#block.copy(block, 0, this.#start, this.#at);
    this.#block = block;
    this.#start = 0;
    this.#at = written;
  }
}

function varint32Bytes(value: number): number {
  if (value < 0x80) {
    return 1;
  }
  return value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}
