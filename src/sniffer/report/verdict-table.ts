// The verdict for a terminal: what was found in columns, and where the bytes went as bars. Nothing is wider than the
// terminal, and what came from the wire cannot move its cursor.
import type { Kept, Verdict, VerdictSection } from "../finding/verdict.js";
import { counted, countText } from "../number-text.js";
import { VISIBILITY_STYLES } from "./event-line.js";
import type { Paint } from "./paint.js";
import { cellsOf, cutToCells, padToCells, safeText, wrapToCells } from "./terminal-text.js";

const INDENT = "  ";
/** In narrower ones, where a thing was found stands below it. */
const MIN_COLUMNS_CELLS = 64;
const MAX_CELLS = 100;
const PACKAGE = /^(?:[a-z0-9_]+\.)+(?=[A-Z])/;
const GAP_CELLS = 2;
const NAME_CELLS = 15;
const BYTES_CELLS = 13;
const SHARE_CELLS = 8;
const MAX_BAR_CELLS = 32;

/** Ends with a line end; begins with an empty line. */
export function encodeVerdictTable(verdict: Verdict, terminalCells: number, paint: Paint): string {
  const { summary, loudest } = verdict;
  if (summary === undefined) return "\n";
  const cells = Math.min(MAX_CELLS, terminalCells - 1);
  const style = loudest && VISIBILITY_STYLES[loudest];
  const headline = wrapToCells(safeText(verdict.headline()), cells).map((line) => {
    return paint("bold", style === undefined ? line : paint(style, line));
  });
  const later = verdict.later().flatMap((line) => wrapped(line, cells));
  return [
    "",
    ...headline,
    ...verdict.caveats().flatMap((line) => wrapped(line, cells)),
    ...verdict.sections().flatMap((section) => encodeSection(section, cells, paint)),
    ...(later.length === 0 ? [] : [rule("later", cells, paint), ...later]),
    rule("in all", cells, paint),
    ...encodeTotals(verdict, cells),
    ...encodeLedger(verdict, cells, paint),
    "",
  ].join("\n");
}

function encodeSection({ heading, visibility, kept, more }: VerdictSection, cells: number, paint: Paint): string[] {
  const rows = kept.map((one) => ({ what: safeText(whatText(one)), where: safeText(whereText(one)) }));
  const whereCells = Math.max(...rows.map(({ where }) => cellsOf(where)));
  const style = VISIBILITY_STYLES[visibility];
  const isWide = cells >= MIN_COLUMNS_CELLS && whereCells <= cells / 2;
  const lines = rows.flatMap(({ what, where }) =>
    isWide ? inColumns(what, where, cells, whereCells, paint) : inLines(what, where, cells, paint),
  );
  const rest = more === 0 ? [] : [paint("dim", `${INDENT}and ${more} more`)];
  return ["", paint(style, rule(heading, cells)), ...lines, ...rest];
}

function inColumns(what: string, where: string, cells: number, whereCells: number, paint: Paint): string[] {
  const room = cells - INDENT.length - GAP_CELLS - whereCells;
  const [first = "", ...others] = wrapToCells(what, room);
  const begin = `${INDENT}${padToCells(first, room)}${" ".repeat(GAP_CELLS)}`;
  return [begin + paint("dim", where), ...others.map((line) => `${INDENT}${INDENT}${line}`)];
}

function inLines(what: string, where: string, cells: number, paint: Paint): string[] {
  return [...wrapped(what, cells), ...wrapped(where, cells - 2).map((line) => paint("dim", `  ${line}`))];
}

function wrapped(text: string, cells: number): string[] {
  return wrapToCells(safeText(text), cells - INDENT.length).map((line) => INDENT + line);
}

/** "in the clear ────────────". */
function rule(heading: string, cells: number, paint?: Paint): string {
  const title = cutToCells(heading, cells - 2);
  const line = `${title} ${"─".repeat(Math.max(0, cells - cellsOf(title) - 1))}`;
  return paint === undefined ? line : `\n${paint("dim", line)}`;
}

function whatText({ finding: { what, value, field } }: Kept): string {
  const said = value === undefined ? what : `${what}: ${value}`;
  // The package of a message says little, and takes most of a line.
  return field === undefined ? said : `${said} in ${field.replace(PACKAGE, "")}`;
}

/** "#0 > packet 9, byte 12, 3 times"; the arrow points from who said it. */
function whereText({ finding, count }: Kept): string {
  const { conversation, side, evidence } = finding;
  const times = count === 1 ? "" : `, ${count} times`;
  if (conversation === null) return evidence.frame === 0 ? times.slice(2) : `packet ${evidence.frame}${times}`;
  const arrow = side === null ? "" : side === "client" ? " >" : " <";
  const byte = side === null ? "" : `, byte ${evidence.offset}`;
  return `#${conversation}${arrow} packet ${evidence.frame}${byte}${times}`;
}

function encodeTotals({ summary, applications }: Verdict, cells: number): string[] {
  if (summary === undefined) return [];
  const spoken = [...applications].map(([name, count]) => `${countText(count)} ${name}`);
  const skipped = Object.entries(summary.skipped).map(([name, count]) => `${countText(count)} ${name}`);
  return [
    `${counted(summary.packets, "packet")}, ${counted(summary.bytes, "byte")} captured`,
    ...(spoken.length > 0 ? [`conversations: ${spoken.join(", ")}`] : []),
    ...(skipped.length > 0 ? [`packets not looked into: ${skipped.join(", ")}`] : []),
  ].flatMap((line) => wrapped(line, cells));
}

/** Every captured byte, once. */
function encodeLedger({ summary }: Verdict, cells: number, paint: Paint): string[] {
  const entries = Object.entries(summary?.accounted ?? {}).filter(([, bytes]) => bytes > 0);
  const total = entries.reduce((sum, [, bytes]) => sum + bytes, 0);
  const room = cells - INDENT.length - NAME_CELLS - BYTES_CELLS - SHARE_CELLS - 1;
  const barCells = Math.min(MAX_BAR_CELLS, room);
  return entries.map(([name, bytes]) => {
    const share = bytes / total;
    const begin = `${INDENT}${name.replaceAll("_", " ").padEnd(NAME_CELLS)}${countText(bytes).padStart(BYTES_CELLS)}`;
    const percent = `${(100 * share).toFixed(1)} %`.padStart(SHARE_CELLS);
    const bar = barCells < 4 ? "" : ` ${paint("dim", "█".repeat(Math.max(1, Math.round(share * barCells))))}`;
    return `${begin}${percent}${bar}`;
  });
}
