// How a list of sessions looks: a table, or where the terminal is too narrow for it, a few lines for each.
import type { ListedSession } from "../account-values.js";
import { printableText } from "../printable-text.js";
import { shownDigits } from "./session-choice.js";

const HEAD = ["SESSION", "OPENED (UTC)", "LAST USED", "ADDRESS", ""];

/** `columns` of the terminal; undefined when the reader is none. */
export function sessionTable(sessions: readonly ListedSession[], columns: number | undefined): string[] {
  const digits = shownDigits(sessions);
  const rows = sessions.map(({ sessionId, createdAt, lastUsedAt, address, isCurrent }) => [
    sessionId.slice(0, digits),
    shortMinute(createdAt),
    shortMinute(lastUsedAt),
    printableText(address, 64) || "unknown",
    isCurrent ? "this one" : "",
  ]);
  const lines = aligned([HEAD, ...rows]);
  const widest = Math.max(...lines.map((line) => line.length));
  return columns === undefined || widest <= columns ? lines : rows.flatMap(stacked);
}

function shortMinute(time: Date): string {
  return time.toISOString().slice(0, 16).replace("T", " ");
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function stacked([id = "", opened = "", used = "", address = "", mark = ""]: readonly string[]): string[] {
  return [mark === "" ? id : `${id} (${mark})`, `  opened ${opened}`, `  used   ${used}`, `  from   ${address}`];
}
