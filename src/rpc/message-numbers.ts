// Which numbers fit the integer types of protobuf, and 64-bit ones as unsigned bits.

const MAX_UINT32 = 0xffff_ffff;

/** @throws RangeError for what is no whole number from 0 to 2^32 - 1. */
export function uint32Of(value: unknown): number {
  return typeof value === "number" && value >>> 0 === value ? value : wholeNumber(value, 0, MAX_UINT32, "uint32");
}

/** @throws RangeError for what is no whole number of 32 bits with a sign. */
export function int32Of(value: unknown): number {
  return typeof value === "number" && (value | 0) === value
    ? value
    : wholeNumber(value, -0x8000_0000, 0x7fff_ffff, "int32");
}

/** @throws RangeError for a finite number that only infinity could stand for. */
export function float32Of(value: unknown): number {
  const float = typeof value === "string" ? Number(value) : value;
  if (typeof float !== "number" || (Number.isFinite(float) && !Number.isFinite(Math.fround(float)))) {
    return refuse("float");
  }
  return float;
}

/** @throws RangeError for what is no whole number from 0 to 2^64 - 1. */
export function uint64Of(value: bigint | number | string): bigint {
  const big = typeof value === "bigint" ? value : BigInt(value);
  return BigInt.asUintN(64, big) === big ? big : refuse("uint64");
}

/** @throws RangeError for what is no whole number of 64 bits with a sign. */
export function int64Of(value: bigint | number | string): bigint {
  const big = typeof value === "bigint" ? value : BigInt(value);
  return BigInt.asIntN(64, big) === big ? big : refuse("int64");
}

/** Digits in a string are a number too, as for the stock writer. The value stays out of the message: it may be a secret. */
function wholeNumber(value: unknown, least: number, most: number, type: string): number {
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < least || number > most) {
    return refuse(type);
  }
  return number;
}

function refuse(type: string): never {
  throw new RangeError(`no number that a field of type ${type} can hold`);
}
