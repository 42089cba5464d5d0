// Writes protobuf fields into a buffer of known room: sizes are computed first, so nothing is moved afterwards.
import { encodeVarint, varintLength } from "../bytes/varint.js";

/** Up to here, char codes one by one are quicker than a call out of JavaScript. */
const SHORT_TEXT_LENGTH = 24;

/** Bytes of a text in UTF-8; a lone surrogate counts as U+FFFD, which is what is written for it. */
export function textBytes(text: string): number {
  if (text.length > SHORT_TEXT_LENGTH) {
    return Buffer.byteLength(text);
  }
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) >= 0x80) {
      return Buffer.byteLength(text);
    }
  }
  return text.length;
}

/** Bytes of a varint field with a one-byte tag; 0 when the value is the default and not written. */
export function uint32FieldBytes(value: number): number {
  return value === 0 ? 0 : 1 + varintLength(value);
}

export function uint64FieldBytes(value: bigint): number {
  let length = 2;
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) {
    length += 1;
  }
  return value === 0n ? 0 : length;
}

/** Bytes of a length-delimited field with a one-byte tag and `length` bytes of content, written even when empty. */
export function fieldBytes(length: number): number {
  return 1 + varintLength(length) + length;
}

/** As fieldBytes, but 0 for empty content, which is the default and not written. */
export function optionalFieldBytes(length: number): number {
  return length === 0 ? 0 : fieldBytes(length);
}

export class FieldWriter {
  readonly #into: Buffer;
  #at: number;

  constructor(into: Buffer, at: number) {
    this.#into = into;
    this.#at = at;
  }

  /** Where the next byte goes. */
  get offset(): number {
    return this.#at;
  }

  varint(value: number): void {
    this.#at = encodeVarint(value, this.#into, this.#at);
  }

  /** Tag and length of a message or payload that is written next. */
  open(tag: number, length: number): void {
    this.#into[this.#at] = tag;
    this.#at = encodeVarint(length, this.#into, this.#at + 1);
  }

  uint32(tag: number, value: number): void {
    if (value !== 0) {
      this.open(tag, value);
    }
  }

  bool(tag: number, value: boolean): void {
    if (value) {
      this.open(tag, 1);
    }
  }

  uint64(tag: number, value: bigint): void {
    if (value === 0n) {
      return;
    }
    this.#into[this.#at] = tag;
    this.#at += 1;
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) {
      this.#into[this.#at] = Number(rest & 0x7fn) | 0x80;
      this.#at += 1;
    }
    this.#into[this.#at] = Number(rest);
    this.#at += 1;
  }

  /** `length` is textBytes of the text, which the caller has from the sizes. */
  text(tag: number, text: string, length: number): void {
    this.open(tag, length);
    if (length === text.length && length <= SHORT_TEXT_LENGTH) {
      for (let at = 0; at < length; at += 1) {
        this.#into[this.#at + at] = text.charCodeAt(at);
      }
    } else {
      this.#into.write(text, this.#at, length, "utf8");
    }
    this.#at += length;
  }

  optionalText(tag: number, text: string): void {
    if (text !== "") {
      this.text(tag, text, textBytes(text));
    }
  }

  bytes(tag: number, bytes: Uint8Array): void {
    this.open(tag, bytes.length);
    this.#into.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  optionalBytes(tag: number, bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.bytes(tag, bytes);
    }
  }

  /**
   * A field of zeros that takes `fieldLength` bytes, from 2 up, with tag and length. Any number can be had: where the length
   * takes a byte more just as the field grows by one, it is written in one byte more than it needs.
   */
  zeros(tag: number, fieldLength: number): void {
    let lengthBytes = 1;
    while (varintLength(fieldLength - 1 - lengthBytes) > lengthBytes) {
      lengthBytes += 1;
    }
    const content = fieldLength - 1 - lengthBytes;
    const end = this.#at + fieldLength;
    this.open(tag, content);
    const start = this.#at;
    if (end - start > content) {
      this.#into[start - 1] = (this.#into[start - 1] ?? 0) | 0x80; // Its last byte is the first of the zeros.
    }
    this.#into.fill(0, start, end);
    this.#at = end;
  }
}
