// What is known of a file that may not be there, or may not be looked at: whoever opens it then says why it cannot be.
import { lstatSync, type Stats, statSync } from "node:fs";

/** Follows links. */
export function statsOf(path: string): Stats | undefined {
  return attempt(() => statSync(path, { throwIfNoEntry: false }));
}

/** Of a link itself. */
export function linkStatsOf(path: string): Stats | undefined {
  return attempt(() => lstatSync(path, { throwIfNoEntry: false }));
}

/** `throwIfNoEntry` is about one of many reasons: folders that may not be entered, loops of links, names that are too long. */
function attempt(look: () => Stats | undefined): Stats | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
