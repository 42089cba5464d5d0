// The difference for people: what more, what less, what else, and where the bytes went.
import type { Paint } from "../report/paint.js";
import { safeText } from "../report/terminal-text.js";
import type { Difference, DifferenceEvent } from "./exposure-difference.js";

const KIND_CELLS = 12;
const NAME_CELLS = 18;
const SHARE_CELLS = 10;

/** Ends with a line end. */
export function differenceText({ lines, summary }: Difference, paint: Paint): string {
  const of = (change: DifferenceEvent["change"]) => lines.filter((line) => line.change === change);
  return [
    paint("bold", headline(summary.more, summary.less, paint)),
    ...section(
      "more can be read",
      of("more").map((line) => paint("red", textOf("+", line))),
    ),
    ...section(
      "no longer seen",
      of("less").map((line) => paint("green", textOf("-", line))),
    ),
    ...section(
      "otherwise",
      of("other").map((line) => textOf("~", line)),
    ),
    ...summary.incomplete.map((name) =>
      paint("magenta", `\nThe capture ${name} is not whole: what was not seen in it may still be there.`),
    ),
    "",
    `${"share of bytes".padEnd(NAME_CELLS)}${"before".padStart(SHARE_CELLS)}${"after".padStart(SHARE_CELLS)}`,
    ...shareLines(summary),
    "",
  ].join("\n");
}

function headline(more: number, less: number, paint: Paint): string {
  if (more > 0) return paint("red", "More can be read after than before.");
  return less > 0 ? paint("green", "Less can be read after than before.") : "Nobody can read more after than before.";
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function textOf(sign: string, { kind, what, before, after }: DifferenceEvent): string {
  const times = Math.max(before, after);
  return `  ${sign} ${kind.padEnd(KIND_CELLS)}${safeText(what)}${times > 1 ? ` (${times} times)` : ""}`;
}

function shareLines({ before, after }: Difference["summary"]): string[] {
  const names = Object.keys({ ...before, ...after }) as (keyof typeof before)[];
  return names
    .filter((name) => (before[name] ?? 0) > 0 || (after[name] ?? 0) > 0)
    .map((name) => `${name.replaceAll("_", " ").padEnd(NAME_CELLS)}${percent(before[name])}${percent(after[name])}`);
}

function percent(share: number | undefined): string {
  return `${(100 * (share ?? 0)).toFixed(1)} %`.padStart(SHARE_CELLS);
}
