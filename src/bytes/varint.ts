// Base-128 varints, least significant group first (protobuf.dev/programming-guides/encoding).
import type { ByteReader } from "./byte-reader.js";
import { BytesError } from "./bytes-error.js";

/** A uint32 in at most 5 bytes; padded forms (0x80 0x00) are accepted. Throws BytesError `short` or `malformed`. */
export function decodeVarint(reader: ByteReader): number {
  const start = reader.offset;
  let value = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = reader.u8();
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      return value;
    }
  }
  const last = reader.u8();
  if (last > 0x0f) {
    throw new BytesError("malformed", "a varint does not fit 32 bits", start);
  }
  return (value | (last << 28)) >>> 0;
}

/** A uint64 in at most 10 bytes. Throws BytesError `short` or `malformed`. */
export function decodeVarint64(reader: ByteReader): bigint {
  const start = reader.offset;
  let value = 0n;
  for (let shift = 0n; shift < 63n; shift += 7n) {
    const byte = reader.u8();
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) {
      return value;
    }
  }
  const last = reader.u8();
  if (last > 0x01) {
    throw new BytesError("malformed", "a varint does not fit 64 bits", start);
  }
  return value | (BigInt(last) << 63n);
}

/** Writes a uint32 minimally at `offset` and returns the offset behind it; `into` must have room for 5 bytes. */
export function encodeVarint(value: number, into: Uint8Array, offset: number): number {
  let at = offset;
  let rest = value;
  while (rest > 0x7f) {
    into[at] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    at += 1;
  }
  into[at] = rest;
  return at + 1;
}

/** Bytes that `encodeVarint` takes for this uint32. */
export function varintLength(value: number): number {
  if (value < 0x80) {
    return 1;
  }
  if (value < 0x4000) {
    return 2;
  }
  if (value < 0x200000) {
    return 3;
  }
  return value < 0x10000000 ? 4 : 5;
}
