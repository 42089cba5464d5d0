// Protobuf fields, read strictly: what other decoders read past in silence is refused here, with its code and offset.
import { keepMethod, knownMethod } from "./known-methods.js";
import { WireError, type WireErrorCode } from "./wire-error.js";

export const VARINT = 0;
export const LENGTH_DELIMITED = 2;

/** What padding is held against: one comparison outside of JavaScript, not a look at each byte. */
const ZEROS = Buffer.alloc(0x1000);
const EMPTY = new Uint8Array(0);
const NO_BYTES: Buffer = Buffer.alloc(0);
/** Up to here, char codes one by one are quicker than a call out of JavaScript. */
const SHORT_TEXT_BYTES = 24;
const REPLACEMENT = "\ufffd";
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads from `at` up to `end`. A nested message narrows `end` by `enter` and restores it by `leave`, so no length inside
 * can reach past its parent. Every refusal is a WireError with the offset in the stream.
 */
export class FieldReader {
  #bytes = NO_BYTES;
  #end = 0;
  /** Stream offset of index 0 of the buffer. */
  #base = 0;
  #at = 0;

  /** Reads `bytes` from `start` to `end`; `streamOffset` is where `start` lies in the stream. */
  reset(bytes: Buffer, start: number, end: number, streamOffset: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#base = streamOffset - start;
  }

  /** Lets go of the buffer, so that an idle decoder keeps nothing alive. */
  release(): void {
    this.reset(NO_BYTES, 0, 0, 0);
  }

  get more(): boolean {
    return this.#at < this.#end;
  }

  /** Bytes left in the message that was entered last. */
  get remaining(): number {
    return this.#end - this.#at;
  }

  /** Field number << 3 | wire type. */
  tag(): number {
    const at = this.#at;
    const tag = this.uint32();
    if (tag >>> 3 === 0) {
      throw this.#error("field_number_zero", "a field has the number 0", at);
    }
    return tag;
  }

  uint32(): number {
    const bytes = this.#bytes;
    const first = this.#at < this.#end ? (bytes[this.#at] ?? 0) : 0x80;
    if (first < 0x80) {
      this.#at += 1;
      return first;
    }
    return this.#longUint32();
  }

  bool(): boolean {
    return this.uint32() !== 0;
  }

  uint64(): bigint {
    const start = this.#at;
    let value = 0n;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.#byte(start);
      if (count === 9 && byte > 0x01) {
        break;
      }
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) {
        return value;
      }
    }
    throw this.#error("malformed_varint", "a varint does not fit 64 bits", start);
  }

  /** A view. */
  bytes(): Uint8Array {
    const length = this.#length();
    const start = this.#at;
    this.#at += length;
    return length === 0 ? EMPTY : this.#bytes.subarray(start, this.#at);
  }

  /** Text of at most `maxBytes` bytes of UTF-8. */
  text(maxBytes: number, what: string): string {
    const length = this.#limitedLength(maxBytes, what);
    const start = this.#at;
    this.#at += length;
    return length <= SHORT_TEXT_BYTES ? this.#shortText(start) : this.#longText(start);
  }

  /** As `text`; the same bytes mostly give the very same string, whose hash is known then. */
  method(maxBytes: number): string {
    const lengthAt = this.#at;
    const length = this.#limitedLength(maxBytes, "a method");
    const start = this.#at;
    const end = start + length;
    let method = knownMethod(this.#bytes, start, end);
    if (method === undefined) {
      this.#at = lengthAt;
      method = this.text(maxBytes, "a method");
      keepMethod(this.#bytes, start, end, method);
    }
    this.#at = end;
    return method;
  }

  /** Checks that the next length-delimited field holds nothing but zeros; returns its length. */
  zeros(): number {
    const length = this.#length();
    const end = this.#at + length;
    for (let at = this.#at; at < end; at += ZEROS.length) {
      const blockEnd = Math.min(at + ZEROS.length, end);
      if (ZEROS.compare(this.#bytes, at, blockEnd, 0, blockEnd - at) !== 0) {
        throw this.#error("nonzero_padding", "padding holds a byte that is not zero", this.#firstOther(at));
      }
    }
    this.#at = end;
    return length;
  }

  /** Where the zeros from here on end. */
  #firstOther(start: number): number {
    let at = start;
    while (this.#bytes[at] === 0) {
      at += 1;
    }
    return at;
  }

  /** Enters a nested message; give the result to `leave` when `more` is false. */
  enter(): number {
    const length = this.#length();
    const outer = this.#end;
    this.#end = this.#at + length;
    return outer;
  }

  leave(outer: number): void {
    this.#end = outer;
  }

  /** Skips the value of a field that this version does not know. */
  skip(tag: number): void {
    const start = this.#at;
    switch (tag & 7) {
      case VARINT:
        this.#skipVarint();
        return;
      case 1:
        this.#advance(8);
        return;
      case LENGTH_DELIMITED:
        this.#advance(this.#length());
        return;
      case 3:
      case 4:
        throw this.#error("group", "groups are not part of this protocol", start);
      case 5:
        this.#advance(4);
        return;
      default:
        throw this.#error("wrong_wire_type", `wire type ${tag & 7} does not exist`, start);
    }
  }

  /** Refuses a known field that has another wire type, which lenient decoders skip as unknown. */
  expect(tag: number, wireType: number): void {
    const actual = tag & 7;
    if (actual === 3 || actual === 4) {
      throw this.error("group", "groups are not part of this protocol");
    }
    if (actual !== wireType) {
      throw this.error("wrong_wire_type", `field ${tag >>> 3} has wire type ${actual}, not ${wireType}`);
    }
  }

  /** Notes a singular field in the set of those seen, a bit for each number; refuses it the second time. */
  once(tag: number, seen: number): number {
    const bit = 1 << (tag >>> 3);
    if ((seen & bit) !== 0) {
      throw this.error("duplicate_field", `field ${tag >>> 3} comes twice`);
    }
    return seen | bit;
  }

  /** An error at the current place. */
  error(code: WireErrorCode, message: string): WireError {
    return this.#error(code, message, this.#at);
  }

  #error(code: WireErrorCode, message: string, at: number): WireError {
    return new WireError(code, message, this.#base + at);
  }

  #length(): number {
    const start = this.#at;
    const length = this.uint32();
    if (length > this.#end - this.#at) {
      throw this.#error("past_end", `a field of ${length} bytes reaches past its message`, start);
    }
    return length;
  }

  #limitedLength(maxBytes: number, what: string): number {
    const start = this.#at;
    const length = this.#length();
    if (length > maxBytes) {
      throw this.#error("limit_exceeded", `${what} has ${length} bytes, more than ${maxBytes}`, start);
    }
    return length;
  }

  #longUint32(): number {
    const start = this.#at;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte(start);
      if (shift === 28 && byte > 0x0f) {
        break;
      }
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value >>> 0;
      }
    }
    throw this.#error("malformed_varint", "a varint does not fit 32 bits", start);
  }

  #byte(varintStart: number): number {
    if (this.#at >= this.#end) {
      throw this.#error("malformed_varint", "a varint reaches past its message", varintStart);
    }
    const byte = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return byte;
  }

  #skipVarint(): void {
    const start = this.#at;
    for (let count = 0; count < 10; count += 1) {
      if (this.#byte(start) < 0x80) {
        return;
      }
    }
    throw this.#error("malformed_varint", "a varint has more than 10 bytes", start);
  }

  #advance(count: number): void {
    if (count > this.#end - this.#at) {
      throw this.#error("past_end", `a field of ${count} bytes reaches past its message`, this.#at);
    }
    this.#at += count;
  }

  #shortText(start: number): string {
    let text = "";
    for (let at = start; at < this.#at; at += 1) {
      const byte = this.#bytes[at] ?? 0;
      if (byte >= 0x80) {
        return this.#longText(start);
      }
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #longText(start: number): string {
    const text = this.#bytes.toString("utf8", start, this.#at);
    // U+FFFD stands for what was no UTF-8, but may also have been sent as itself: only then the slow decoder decides.
    return text.includes(REPLACEMENT) ? this.#strictText(start) : text;
  }

  #strictText(start: number): string {
    try {
      return STRICT_UTF8.decode(this.#bytes.subarray(start, this.#at));
    } catch (cause) {
      throw new WireError("invalid_utf8", "a string is no UTF-8", this.#base + start, "peer", { cause });
    }
  }
}
