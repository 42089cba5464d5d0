// Numbers and short texts written as bytes: making strings of them is what costs most in a line for each packet.

const ZERO = 0x30;
const SPACE = 0x20;
/** "0000" to "9999", four digits each: a number is cut into groups of four. */
const DIGITS = Uint8Array.from({ length: 40_000 }, (_, at) => {
  const number = Math.floor(at / 4);
  return ZERO + (Math.floor(number / 10 ** (3 - (at % 4))) % 10);
});

/** Writes ASCII text at `at`; gives the place behind it. */
export function writeText(into: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) into[at + index] = text.charCodeAt(index);
  return at + text.length;
}

/** Writes a whole number from 0 to 2^53 in decimal. */
export function writeNumber(into: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    into[at] = ZERO + value;
    return at + 1;
  }
  return writeDigits(into, at, value, digitsOf(value));
}

/** The same, with spaces before it up to a width. */
export function writePadded(into: Uint8Array, at: number, value: number, width: number): number {
  const digits = digitsOf(value);
  let start = at;
  for (let left = width - digits; left > 0; left--) into[start++] = SPACE;
  return writeDigits(into, start, value, digits);
}

/** The last `digits` digits of a number, zeros in front. */
export function writeDigits(into: Uint8Array, at: number, value: number, digits: number): number {
  let rest = value;
  let end = at + digits;
  for (; end - at > 4; end -= 4) {
    const group = rest % 10_000;
    copyDigits(into, end - 4, group, 4);
    rest = (rest - group) / 10_000;
  }
  copyDigits(into, at, rest % 10_000, end - at);
  return at + digits;
}

function copyDigits(into: Uint8Array, at: number, group: number, count: number): void {
  const from = group * 4 + 4 - count;
  for (let index = 0; index < count; index++) into[at + index] = DIGITS[from + index] ?? ZERO;
}

function digitsOf(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  let digits = 4;
  for (let rest = Math.floor(value / 10_000); rest > 0; rest = Math.floor(rest / 10)) digits++;
  return digits;
}
