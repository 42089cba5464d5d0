// What each connection of a recording was, and the order in which exchanges are made.
import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExchangeKind } from "./exchange-kind.js";

/** The n-th of a file is the n-th conversation of the capture. */
export interface LabelledConnection {
  readonly run: number;
  /** One after the other; null: nobody is to guess it. */
  readonly exchanges: readonly (ExchangeKind | null)[];
}

/** In random order (Fisher and Yates). */
export function shuffled<T>(values: readonly T[]): T[] {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}

/** The authority that a server made for itself. */
export function readAuthority(certificates: string): Promise<string> {
  return readFile(join(certificates, "ca.pem"), "utf8");
}
