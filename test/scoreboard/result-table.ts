// The scoreboard's results for people: a line for each row, and below what was missed.

import { stripVTControlCharacters } from "node:util";

export interface RowResult {
  readonly name: string;
  readonly title: string;
  readonly target: string;
  readonly figure: string;
  /** Why it is not met. Empty when it is. */
  readonly missed: readonly string[];
  readonly tookMs: number;
}

const HEADER = ["row", "target", "figure", "verdict", "took"] as const;
const SHOWN = 5;

export function resultTable(results: readonly RowResult[]): string {
  const lines = results.map(({ title, target, figure, missed, tookMs }) => [
    title,
    target,
    figure,
    missed.length === 0 ? "met" : "MISSED",
    `${Math.round(tookMs / 1_000)} s`,
  ]);
  const all = [HEADER, HEADER.map(() => "---"), ...lines];
  const missed = results.flatMap(({ name, missed }) => [
    ...missed.slice(0, SHOWN).map((what) => `MISSED ${name}: ${stripVTControlCharacters(what)}`),
    ...(missed.length > SHOWN ? [`MISSED ${name}: and ${missed.length - SHOWN} more`] : []),
  ]);
  const verdict = `${results.filter((result) => result.missed.length === 0).length} of ${results.length} rows met`;
  return `${[...all.map((cells) => `| ${cells.join(" | ")} |`), "", ...missed, verdict].join("\n")}\n`;
}
