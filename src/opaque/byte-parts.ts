// Putting messages together and taking them apart, with the length prefixes of RFC 9807 (section 1.2, I2OSP).
import { timingSafeEqual } from "node:crypto";
import { ByteReader } from "../bytes/byte-reader.js";
import { OpaqueError } from "./opaque-error.js";
import { SIZES } from "./sizes.js";

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Bytes of their own, also of a Buffer, whose `slice` is a view. */
export function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** The same memory without Buffer's methods, which callers might take for Uint8Array's. */
export function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

export function ascii(text: string): Uint8Array {
  return plain(Buffer.from(text, "latin1"));
}

/** The bytes behind their length in two bytes. @throws OpaqueError `malformed` above 65,535 bytes. */
export function withLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length > SIZES.longestVector) throw new OpaqueError("malformed", "more than 65535 bytes in one value");
  return concat(Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes);
}

/** A reader of a message that has exactly `length` bytes. @throws OpaqueError `malformed` at any other length. */
export function readMessage(name: string, message: Uint8Array, length: number): ByteReader {
  if (!(message instanceof Uint8Array) || message.length !== length) {
    throw new OpaqueError("malformed", `${name} has ${message?.length} bytes instead of ${length}`);
  }
  return new ByteReader(message);
}

export function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, index) => byte ^ (right[index] ?? 0));
}

/** Compares secrets; the time tells nothing but whether the lengths are the same. */
export function equalSecrets(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Overwrites secrets. Copies that the engine made are out of reach. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}
