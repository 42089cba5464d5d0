// What an address within the page asks for: a conversation, or a byte of it ("#c3", "#c3/client/120/opened").
import type { Side } from "../../event.js";

export interface Target {
  readonly id: number;
  readonly side: Side | undefined;
  readonly offset: number | undefined;
  readonly opened: boolean;
}

const TARGET = /^#c(\d{1,15})(?:\/(client|server)\/(\d{1,15})(\/opened)?)?$/;

/** Undefined for other addresses. */
export function decodeTarget(hash: string): Target | undefined {
  const [, id, side, offset, opened] = TARGET.exec(hash) ?? [];
  if (id === undefined) return undefined;
  return {
    id: Number(id),
    side: side as Side | undefined,
    offset: offset === undefined ? undefined : Number(offset),
    opened: opened !== undefined,
  };
}
