// What util.parseArgs does not like, in words that say what to do.

import { nearNames } from "../completion/near-name.js";
import { FLAGS } from "./flag-table.js";

/** `flags`: those that there are, without dashes. */
export function explainArguments(error: unknown, flags: readonly string[] = Object.keys(FLAGS)): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '([^']+)'/.exec(message)?.[1];
  if (unknown !== undefined) {
    const names = flags.map((name) => `--${name}`);
    const near = nearNames(unknown, names);
    return `there is no option ${unknown}${near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`}`;
  }
  const missing = /^Option '([^'<]+?) ?(?:<value>)?' argument missing/.exec(message)?.[1];
  if (missing !== undefined) return `${missing} needs a value behind it`;
  const ambiguous = /^Option '(-[^' ]+)'? argument is ambiguous/.exec(message)?.[1];
  if (ambiguous !== undefined) return `${ambiguous} needs a value, and what follows it begins with a dash`;
  // The rest of parseArgs' advice is about "--" and "-X=-Y", and takes three lines.
  return message.split(/\. |\n/)[0] ?? message;
}
