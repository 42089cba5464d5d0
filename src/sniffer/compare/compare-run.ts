// `sniffer diff BEFORE.json AFTER.json`: for release gates, by its exit code.
import { isatty } from "node:tty";
import type { LineOutput } from "../line-output.js";
import { choosePaint } from "../report/paint.js";
import { differenceText } from "./difference-text.js";
import { compareProfiles } from "./exposure-difference.js";
import { readProfile } from "./profile-file.js";

export interface CompareOptions {
  /** What `sniffer --json` printed of each; one may be "-". */
  readonly before: string;
  readonly after: string;
  readonly json: boolean;
}

const EXIT_FINE = 0;
const EXIT_WORSE = 5;
const STDOUT = 1;

/** Returns the exit code. Throws RunError. */
export async function runCompare({ before, after, json }: CompareOptions, output: LineOutput): Promise<number> {
  const difference = compareProfiles(await readProfile(before), await readProfile(after));
  const { lines, summary } = difference;
  if (json) for (const line of [...lines, summary]) output.write(`${JSON.stringify(line)}\n`);
  else output.write(differenceText(difference, choosePaint(process.env, isatty(STDOUT))));
  output.flush();
  return summary.worse ? EXIT_WORSE : EXIT_FINE;
}
