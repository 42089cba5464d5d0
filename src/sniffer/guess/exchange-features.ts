// Exchanges as numbers that can be compared: lengths with their directions, and times. What a length or a time doubles by
// counts the same at every size.
import type { SeenExchange } from "./seen-exchange.js";

/** Everyday exchanges have four; what is longer is told apart by its first records and their number. */
const MAX_RECORDS = 16;

export type Features = readonly number[];

/** The sequence of lengths, the server's negative, and how many there are. */
export function lengthFeatures(exchange: SeenExchange): Features {
  const lengths = filled(exchange.map(({ side, length }) => Math.log2(1 + length) * (side === "client" ? 1 : -1)));
  return [...lengths, exchange.length];
}

/** When each record went by, in microseconds from the first one on. */
export function timeFeatures(exchange: SeenExchange): Features {
  const start = exchange[0]?.atUs ?? 0;
  return filled(exchange.map(({ atUs }) => Math.log2(1 + Math.max(0, atUs - start))));
}

function filled(values: readonly number[]): number[] {
  return Array.from({ length: MAX_RECORDS }, (_, index) => values[index] ?? 0);
}
