// Reads one field's value as its schema names it: 64-bit numbers as decimal text, bytes as hex, enums by name.
import type { ByteReader } from "../../bytes/byte-reader.js";
import { BytesError } from "../../bytes/bytes-error.js";
import { decodeVarint, decodeVarint64 } from "../../bytes/varint.js";
import type { FieldShape } from "./schema.js";

export type ScalarValue = string | number | boolean;

/** A value and where its bytes lie in the reader's buffer (behind the length, where it has one). */
export interface LocatedValue {
  value: ScalarValue;
  offset: number;
  length: number;
}

/** Longer texts and bytes are shown up to here: an event is a line, not a transfer. */
const SHOWN_BYTES = 4096;

export function wireTypeOf(field: FieldShape): number {
  switch (field.kind) {
    case "double":
    case "fixed64":
    case "sfixed64":
      return 1;
    case "string":
    case "bytes":
    case "message":
      return 2;
    case "float":
    case "fixed32":
    case "sfixed32":
      return 5;
    default:
      return 0;
  }
}

export function isPackable(field: FieldShape): boolean {
  return field.repeated && wireTypeOf(field) !== 2;
}

/** Throws BytesError when the value reaches past the reader's end. */
export function decodeScalar(reader: ByteReader, field: FieldShape): LocatedValue {
  if (wireTypeOf(field) === 2) {
    const length = decodeVarint(reader);
    const offset = reader.offset;
    const bytes = reader.bytes(length);
    return { value: field.kind === "string" ? shownText(bytes) : shownHex(bytes), offset, length };
  }
  const offset = reader.offset;
  const value = decodeNumber(reader, field);
  return { value, offset, length: reader.offset - offset };
}

export function decodePacked(reader: ByteReader, field: FieldShape, maxValues: number): ScalarValue[] {
  const values: ScalarValue[] = [];
  while (!reader.atEnd() && values.length < maxValues) values.push(decodeNumber(reader, field));
  return values;
}

/** Passes over one value of any type; the result is where its bytes lie. Throws BytesError `malformed` for groups. */
export function skipValue(reader: ByteReader, wireType: number): { offset: number; length: number } {
  const length = wireType === 2 ? decodeVarint(reader) : 0;
  const offset = reader.offset;
  if (wireType === 0) decodeVarint64(reader);
  else if (wireType === 1) reader.skip(8);
  else if (wireType === 2) reader.skip(length);
  else if (wireType === 5) reader.skip(4);
  else throw new BytesError("malformed", `wire type ${wireType} is not read here`, offset);
  return { offset, length: reader.offset - offset };
}

const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text, or undefined where the bytes are not UTF-8. */
export function strictText(bytes: Uint8Array): string | undefined {
  try {
    return STRICT_UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

export function shownText(bytes: Uint8Array): string {
  const text = strictText(bytes);
  if (text === undefined) return `[not UTF-8: ${shownHex(bytes)}]`;
  return text.length <= SHOWN_BYTES ? text : `${text.slice(0, SHOWN_BYTES)}… [${bytes.length} bytes]`;
}

export function shownHex(bytes: Uint8Array): string {
  const hex = Array.from(bytes.subarray(0, SHOWN_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return bytes.length <= SHOWN_BYTES ? hex : `${hex}… [${bytes.length} bytes]`;
}

function decodeNumber(reader: ByteReader, field: FieldShape): ScalarValue {
  switch (field.kind) {
    case "double":
      return decodeFloat(reader, 8);
    case "float":
      return decodeFloat(reader, 4);
    case "fixed32":
      return reader.u32le();
    case "sfixed32":
      return reader.u32le() | 0;
    case "fixed64":
      return decodeFixed64(reader).toString();
    case "sfixed64":
      return BigInt.asIntN(64, decodeFixed64(reader)).toString();
    default:
      return fromVarint(decodeVarint64(reader), field);
  }
}

function fromVarint(raw: bigint, field: FieldShape): ScalarValue {
  switch (field.kind) {
    case "bool":
      return raw !== 0n;
    case "uint64":
      return raw.toString();
    case "int64":
      return BigInt.asIntN(64, raw).toString();
    case "sint64":
      return BigInt.asIntN(64, (raw >> 1n) ^ -(raw & 1n)).toString();
    case "uint32":
      return Number(BigInt.asUintN(32, raw));
    case "sint32":
      return Number(BigInt.asIntN(32, (raw >> 1n) ^ -(raw & 1n)));
    case "enum": {
      const number = Number(BigInt.asIntN(32, raw));
      return field.enumNames?.get(number) ?? number;
    }
    default:
      return Number(BigInt.asIntN(32, raw));
  }
}

function decodeFixed64(reader: ByteReader): bigint {
  const low = reader.u32le();
  return (BigInt(reader.u32le()) << 32n) | BigInt(low);
}

/** JSON has no infinities and no NaN: they are shown by name, as protobuf's JSON does. */
function decodeFloat(reader: ByteReader, size: 4 | 8): ScalarValue {
  const bytes = reader.bytes(size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const value = size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
  return Number.isFinite(value) ? value : String(value);
}
