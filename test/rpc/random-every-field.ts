// Random messages with fields of every kind, at the edges of their types more often than within.

import type { EveryField } from "../gen/earshot/test/v1/every_field.js";
import type { RandomSource } from "../helpers/random-source.js";

const UINT32 = [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 268_435_456, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const INT32 = [0, 1, -1, 63, -64, 64, -65, 8_192, -8_193, 0x7fff_ffff, -0x8000_0000];
const UINT64 = [
  0n,
  1n,
  127n,
  128n,
  2n ** 31n,
  2n ** 32n,
  2n ** 49n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const INT64 = [
  0n,
  1n,
  -1n,
  64n,
  -65n,
  2n ** 31n,
  -(2n ** 32n),
  2n ** 53n,
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const FLOATS = [0, -0, 1.5, -3.25, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 2 ** -149];
const CHARACTERS = [
  "a",
  "Z",
  "~",
  "\u0000",
  "\u007f",
  "\u0080",
  "ß",
  "\u07ff",
  "\u0800",
  "€",
  "\ufeff",
  "\ufffd",
  "😀",
];
/** Around the lengths at which a length takes a byte more, and at which a codec may change its way. */
const LENGTHS = [0, 1, 2, 23, 24, 25, 31, 32, 33, 47, 48, 49, 126, 127, 128, 129, 300, 2_047, 2_049, 16_384, 17_000];

/** Each field is set with a chance of one in `rarity`. */
export function randomEveryField(random: RandomSource, rarity: number, depth = 0): Partial<EveryField> {
  const fields: Partial<EveryField> = {};
  const maybe = (set: () => void): void => {
    if (random.below(rarity) === 0) {
      set();
    }
  };
  const nested = (): EveryField => randomEveryField(random, rarity + 2, depth + 1) as EveryField; // fromPartial fills it.
  const some = <T>(one: () => T): T[] => Array.from({ length: random.below(4) }, one);
  maybe(() => Object.assign(fields, { fDouble: pick(random, FLOATS), fFloat: pick(random, FLOATS) }));
  maybe(() => Object.assign(fields, { fInt32: pick(random, INT32), fInt64: pick(random, INT64) }));
  maybe(() => Object.assign(fields, { fUint32: pick(random, UINT32), fUint64: pick(random, UINT64) }));
  maybe(() => Object.assign(fields, { fSint32: pick(random, INT32), fSint64: pick(random, INT64) }));
  maybe(() => Object.assign(fields, { fFixed32: pick(random, UINT32), fFixed64: pick(random, UINT64) }));
  maybe(() => Object.assign(fields, { fSfixed32: pick(random, INT32), fSfixed64: pick(random, INT64) }));
  maybe(() => Object.assign(fields, { fBool: true, fEnum: pick(random, [1, 2, 0x7fff_ffff, -1]) }));
  maybe(() => Object.assign(fields, { fString: text(random), fBytes: bytes(random) }));
  maybe(() => Object.assign(fields, { packedSint32: some(() => pick(random, INT32)), packedBool: [true, false] }));
  maybe(() => Object.assign(fields, { packedUint64: some(() => pick(random, UINT64)) }));
  maybe(() => Object.assign(fields, { packedDouble: some(() => pick(random, FLOATS)) }));
  maybe(() => Object.assign(fields, { strings: some(() => text(random)), chunks: some(() => bytes(random)) }));
  maybe(() => Object.assign(fields, { counts: { [text(random)]: pick(random, INT64), plain: 1n } }));
  maybe(() => Object.assign(fields, { one: { $case: "oneString", value: text(random) } }));
  maybe(() => Object.assign(fields, { one: { $case: "oneFixed64", value: pick(random, UINT64) } }));
  if (depth < 3) {
    maybe(() => Object.assign(fields, { fMessage: nested(), messages: some(nested) }));
    maybe(() => Object.assign(fields, { children: { [pick(random, UINT32)]: nested() } }));
    maybe(() => Object.assign(fields, { one: { $case: "oneMessage", value: nested() } }));
  }
  return fields;
}

function text(random: RandomSource): string {
  const length = random.below(3) === 0 ? pick(random, LENGTHS) : random.below(60);
  if (random.below(2) === 0) {
    return "x".repeat(length);
  }
  return Array.from({ length }, () => pick(random, CHARACTERS)).join("");
}

function bytes(random: RandomSource): Uint8Array {
  return Uint8Array.from({ length: pick(random, LENGTHS) }, () => random.below(256));
}

function pick<T>(random: RandomSource, values: readonly T[]): T {
  const value = values[random.below(values.length)];
  if (value === undefined) {
    throw new Error("nothing to pick from");
  }
  return value;
}
