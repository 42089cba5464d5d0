// The report for people: a line for each event in columns, and the verdict at the end.
import { isatty } from "node:tty";
import type { Side, SnifferEvent } from "../event.js";
import { Verdict } from "../finding/verdict.js";
import { describeEvent, type EventLine, type LineOptions, VISIBILITY_STYLES } from "./event-line.js";
import { choosePaint, type Paint } from "./paint.js";
import type { Report } from "./report.js";
import { cellsOf, cutToCells, padToCells, safeText, wrapToCells } from "./terminal-text.js";

export interface TextReportOptions extends LineOptions {
  readonly paint: Paint;
  /** Cells of a line; undefined where lines may be as long as they are, such as in a file. */
  readonly width: number | undefined;
}

const DEFAULT_TERMINAL_CELLS = 80;
const MIN_CELLS = 40;
const FRAME_CELLS = 6;
const CONVERSATION_CELLS = 5;
const LABEL_CELLS = 12;
/** Frame, conversation, arrow and label, each with a space behind it. */
const INDENT_CELLS = FRAME_CELLS + 1 + CONVERSATION_CELLS + 1 + 1 + 1 + LABEL_CELLS + 1;

/** Fits the terminal on `fd`, where one is. */
export function newTextReport(options: LineOptions, fd: number): TextReport {
  const terminal = isatty(fd);
  const columns = (terminal && fd === 1 ? process.stdout.columns : undefined) ?? Number(process.env["COLUMNS"]);
  const width = columns > 0 ? Math.max(MIN_CELLS, columns) : DEFAULT_TERMINAL_CELLS;
  const paint = choosePaint(process.env, terminal);
  return new TextReport({ tlsAware: options.tlsAware, paint, width: terminal ? width : undefined });
}

export class TextReport implements Report {
  readonly #options: TextReportOptions;
  readonly #verdict = new Verdict();

  constructor(options: TextReportOptions) {
    this.#options = options;
  }

  encode(event: SnifferEvent): string {
    this.#verdict.push(event);
    const line = describeEvent(event, this.#options);
    return line === undefined ? "" : `${this.#encodeLine(line)}\n`;
  }

  end(): string {
    const { paint, width } = this.#options;
    const lines = this.#verdict.lines().flatMap(({ visibility, heading, text }) => {
      const indent = heading ? 0 : 2;
      const room = width === undefined ? Number.POSITIVE_INFINITY : width - indent - 2;
      const [first = "", ...rest] = wrapToCells(safeText(text), room);
      const all = [" ".repeat(indent) + first, ...rest.map((line) => " ".repeat(indent + 2) + line)];
      const style = visibility && VISIBILITY_STYLES[visibility];
      return all.map((line) => (heading ? paint("bold", style ? paint(style, line) : line) : line));
    });
    return `\n${lines.join("\n")}\n`;
  }

  #encodeLine(line: EventLine): string {
    const { paint, width } = this.#options;
    const frame = (line.frame === undefined ? "" : String(line.frame)).padStart(FRAME_CELLS);
    const id = line.conversation === undefined ? "" : `#${line.conversation}`;
    const label = cutToCells(safeText(line.label), LABEL_CELLS);
    const head = `${frame} ${id.padEnd(CONVERSATION_CELLS)} ${arrow(line.side)}`;
    const indent = Math.max(INDENT_CELLS, cellsOf(head) + LABEL_CELLS + 2);
    const shownLabel = padToCells(label, LABEL_CELLS);
    const begin = `${paint("dim", head)} ${line.style === undefined ? shownLabel : paint(line.style, shownLabel)}`;
    return `${begin} ${fit(safeText(line.text), line.wrap, indent, width)}`;
  }
}

function fit(text: string, wrap: boolean, indent: number, width: number | undefined): string {
  if (width === undefined) return text;
  const room = Math.max(10, width - indent);
  return wrap ? wrapToCells(text, room).join(`\n${" ".repeat(indent)}`) : cutToCells(text, room);
}

function arrow(side: Side | undefined): string {
  if (side === undefined) return " ";
  return side === "client" ? ">" : "<";
}
