// The arithmetic of byte credit, which both ends of a stream must do alike (PROTOCOL.md, section 4).

import { WIRE_LIMITS } from "../../wire/limits.js";

/** What the credits of one direction can add up to. */
const MAX_CREDIT_BYTES = 0x7fff_ffff;

/** A receiver gives credit again once this much was read. Half the floor: a sender that knows only the floor never waits for it in vain. */
export const CREDIT_STEP_BYTES = WIRE_LIMITS.floorWindowBytes / 2;

/** An empty message costs one byte, so that nobody can send without end. */
export function creditCost(payload: Uint8Array): number {
  return payload.length === 0 ? 1 : payload.length;
}

export function addCredit(creditBytes: number, moreBytes: number): number {
  return Math.min(creditBytes + moreBytes, MAX_CREDIT_BYTES);
}
