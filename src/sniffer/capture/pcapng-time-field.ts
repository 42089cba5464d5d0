// A packet's time as pcapng has it: nanoseconds since 1970 in 64 bits, the upper half first.

const TWO_16 = 0x10000;
const TWO_32 = 0x100000000;

/** In parts that a double holds exactly. A time that is null, or outside 1970 to 2554, is written as 0. */
export function encodeTime(into: Uint8Array, at: number, seconds: number | null, nanoseconds: number): void {
  const given = seconds ?? 0;
  const upper = Math.floor(given / TWO_16) * 1_000_000_000;
  const lower = (given % TWO_16) * 1_000_000_000 + nanoseconds + (upper % TWO_16) * TWO_16;
  const high = Math.floor(upper / TWO_16) + Math.floor(lower / TWO_32);
  const isHeld = given >= 0 && high < TWO_32;
  put32(into, at, isHeld ? high : 0);
  put32(into, at + 4, isHeld ? lower % TWO_32 : 0);
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
