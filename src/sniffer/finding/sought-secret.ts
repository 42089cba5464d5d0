// A secret of `--secret-file` is looked for byte by byte, and may be a password that was recognised as well: two findings of
// the same bytes.
import type { FindingEvent } from "../event.js";

/** What its finding is called. */
export const SOUGHT = "secret";

/** On the same side of the same conversation. */
export function isSameBytes(one: FindingEvent, other: FindingEvent): boolean {
  if (one.conversation !== other.conversation || one.side !== other.side) return false;
  const [own, their] = [one.evidence, other.evidence];
  return own.offset < their.offset + their.length && their.offset < own.offset + own.length;
}
