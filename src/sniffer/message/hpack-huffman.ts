// Reads strings in HPACK's Huffman code (RFC 7541, 5.2 and appendix B). The code is canonical: shorter codes first, those
// of one length in the order of their symbols, so the lengths alone make the whole of it.
import { HpackError } from "./hpack-error.js";

/** Bits of the code of each byte and, last, of the end of a string (RFC 7541, appendix B). */
// biome-ignore format: sixteen a line
const CODE_BITS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
] as const;

const LONGEST_BITS = 30;
const END_OF_STRING = 256;

/** For each length: the first code, the place of its symbol among all symbols, and how many codes there are. */
const FIRST_CODE = new Uint32Array(LONGEST_BITS + 1);
const FIRST_PLACE = new Uint16Array(LONGEST_BITS + 1);
const CODES = new Uint16Array(LONGEST_BITS + 1);
const SYMBOLS = new Uint16Array(CODE_BITS.length);

let code = 0;
let place = 0;
for (let bits = 1; bits <= LONGEST_BITS; bits += 1) {
  code <<= 1;
  FIRST_CODE[bits] = code;
  FIRST_PLACE[bits] = place;
  CODE_BITS.forEach((length, symbol) => {
    if (length !== bits) return;
    SYMBOLS[place] = symbol;
    place += 1;
    code += 1;
  });
  CODES[bits] = place - (FIRST_PLACE[bits] ?? 0);
}

/** Latin-1 text of at most `maxBytes`. Throws HpackError `huffman` or `limit`; `offset` is for its place alone. */
export function decodeHuffman(bytes: Uint8Array, offset: number, maxBytes: number): string {
  // The shortest code has five bits.
  const text = Buffer.alloc(Math.min(maxBytes, Math.floor((bytes.length * 8) / 5)));
  let length = 0;
  let prefix = 0;
  let bits = 0;
  for (const [index, byte] of bytes.entries()) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      prefix = (prefix << 1) | ((byte >> bit) & 1);
      bits += 1;
      const symbol = symbolOf(prefix, bits);
      if (symbol === undefined) continue;
      if (symbol === END_OF_STRING) throw new HpackError("huffman", "the end of a string within it", offset + index);
      if (length >= maxBytes) throw new HpackError("limit", `a string of over ${maxBytes} bytes`, offset + index);
      text[length] = symbol;
      length += 1;
      prefix = 0;
      bits = 0;
    }
  }
  // What is left over is the beginning of the end's code, which is ones alone, and less than a byte.
  if (bits > 7 || prefix !== (1 << bits) - 1) {
    throw new HpackError("huffman", "the padding of a string is none", offset + bytes.length);
  }
  return text.toString("latin1", 0, length);
}

function symbolOf(prefix: number, bits: number): number | undefined {
  const above = prefix - (FIRST_CODE[bits] ?? 0);
  if (above < 0 || above >= (CODES[bits] ?? 0)) return undefined;
  return SYMBOLS[(FIRST_PLACE[bits] ?? 0) + above];
}
