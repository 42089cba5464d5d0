// Guesses what a field holds that no schema names: text, a message, or bytes (protobuf.dev, "Encoding"). Only the wire
// type is certain, so a guess must be beyond reasonable doubt or the bytes are shown as hex.
import { ByteReader } from "../../bytes/byte-reader.js";
import { BytesError } from "../../bytes/bytes-error.js";
import { decodeVarint, decodeVarint64 } from "../../bytes/varint.js";
import { shownHex, shownText, strictText } from "./field-value.js";

export type GuessedValue = string | number | { [field: string]: GuessedValue | GuessedValue[] };

export interface FieldGuess {
  value: GuessedValue;
  /** How many values it holds besides itself, for the caller's limit. */
  values: number;
}

/** Reads one value. Numbers above 2^53 and 64-bit ones are decimal text. Throws BytesError where no value can be read. */
export function guessField(reader: ByteReader, wireType: number, maxDepth: number, maxValues: number): FieldGuess {
  switch (wireType) {
    case 0:
      return { value: shownVarint(decodeVarint64(reader)), values: 0 };
    case 1:
      return { value: `0x${shownHex(reader.bytes(8).toReversed())}`, values: 0 };
    case 2:
      return guessBytes(reader.bytes(decodeVarint(reader)), maxDepth, maxValues);
    case 5:
      return { value: `0x${shownHex(reader.bytes(4).toReversed())}`, values: 0 };
    default:
      throw new BytesError("malformed", `wire type ${wireType} is not read here`, reader.offset);
  }
}

function guessBytes(bytes: Uint8Array, maxDepth: number, maxValues: number): FieldGuess {
  const text = strictText(bytes);
  if (text !== undefined && isReadable(text)) return { value: shownText(bytes), values: 0 };
  const nested = maxDepth > 0 && bytes.length > 0 ? guessMessage(bytes, maxDepth, maxValues) : undefined;
  return nested ?? { value: shownHex(bytes), values: 0 };
}

/** A message only when every byte of it reads as fields with small numbers. */
function guessMessage(bytes: Uint8Array, maxDepth: number, maxValues: number): FieldGuess | undefined {
  const reader = new ByteReader(bytes);
  const fields = new Map<string, GuessedValue | GuessedValue[]>();
  let values = 0;
  try {
    while (!reader.atEnd()) {
      const tag = decodeVarint(reader);
      const number = tag >>> 3;
      if (number === 0 || number > LARGEST_PLAUSIBLE_FIELD || values >= maxValues) return undefined;
      const guess = guessField(reader, tag & 7, maxDepth - 1, maxValues - values);
      values += 1 + guess.values;
      add(fields, String(number), guess.value);
    }
  } catch (error) {
    if (error instanceof BytesError) return undefined;
    throw error;
  }
  return { value: Object.fromEntries(fields) as GuessedValue, values };
}

const LARGEST_PLAUSIBLE_FIELD = 1000;

function add(fields: Map<string, GuessedValue | GuessedValue[]>, name: string, value: GuessedValue): void {
  const before = fields.get(name);
  if (before === undefined) fields.set(name, value);
  else if (Array.isArray(before)) before.push(value);
  else fields.set(name, [before, value]);
}

function isReadable(text: string): boolean {
  return !/[\p{Cc}\p{Co}\p{Cn}]/u.test(text.replace(/[\t\r\n]/g, ""));
}

function shownVarint(value: bigint): string | number {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();
}
