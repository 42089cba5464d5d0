// The report for people: a line for each event in columns, and the verdict at the end.
import { isatty } from "node:tty";
import type { Side, SnifferEvent } from "../event.js";
import { Verdict } from "../finding/verdict.js";
import { assessmentLines } from "./assessment-lines.js";
import { describeEvent, type EventLine, type LineOptions, VISIBILITY_STYLES } from "./event-line.js";
import { encodePacketColumns } from "./packet-columns.js";
import { FRAME_CELLS, PROTOCOL_CELLS, writePacketLine } from "./packet-line.js";
import { choosePaint, type Paint, type Style } from "./paint.js";
import type { PacketWriter, Report } from "./report.js";
import { cellsOf, cutToCells, padToCells, safeText, wrapToCells } from "./terminal-text.js";
import { encodeVerdictTable } from "./verdict-table.js";

export interface TextReportOptions extends LineOptions {
  readonly paint: Paint;
  /** Cells of a line; undefined where lines may be as long as they are, such as in a file. */
  readonly width: number | undefined;
}

const DEFAULT_TERMINAL_CELLS = 80;
const MIN_CELLS = 40;
const CONVERSATION_CELLS = 5;
const LABEL_CELLS = 12;
/** Frame, conversation, arrow and label, each with a space behind it. */
const INDENT_CELLS = FRAME_CELLS + 1 + CONVERSATION_CELLS + 1 + 1 + 1 + LABEL_CELLS + 1;

/** Fits the terminal on `fd`, where one is. */
export function newTextReport(options: LineOptions, fd: number): TextReport {
  const terminal = isatty(fd);
  const { tlsAware, whatIf } = options;
  return new TextReport({
    tlsAware,
    whatIf,
    paint: choosePaint(process.env, terminal),
    // Asked for each line: windows are made wider and narrower meanwhile.
    get width() {
      return terminal ? terminalCells(fd) : undefined;
    },
  });
}

function terminalCells(fd: number): number {
  const columns = (fd === 1 ? process.stdout : process.stderr).columns ?? Number(process.env["COLUMNS"]);
  return columns > 0 ? Math.max(MIN_CELLS, columns) : DEFAULT_TERMINAL_CELLS;
}

export class TextReport implements Report {
  readonly #options: TextReportOptions;
  readonly #verdict = new Verdict();

  constructor(options: TextReportOptions) {
    this.#options = options;
  }

  /** As long as lines are as they are, in width and colour. */
  get writePacket(): PacketWriter | undefined {
    const { paint, width } = this.#options;
    return width === undefined && paint("dim", "") === "" ? writePacketLine : undefined;
  }

  encode(event: SnifferEvent): string {
    this.#verdict.push(event);
    if (event.event === "assessment") {
      if (this.#options.whatIf !== true) return "";
      return assessmentLines(event)
        .map((line) => `${this.#encodeLine(line)}\n`)
        .join("");
    }
    const line = describeEvent(event, this.#options);
    return line === undefined ? "" : `${this.#encodeLine(line)}\n`;
  }

  end(): string {
    const { paint, width } = this.#options;
    if (width !== undefined) return encodeVerdictTable(this.#verdict, width, paint);
    const lines = this.#verdict.lines().map(({ visibility, heading, text }) => {
      const line = `${heading ? "" : "  "}${safeText(text)}`;
      const style = visibility && VISIBILITY_STYLES[visibility];
      return heading ? paint("bold", style ? paint(style, line) : line) : line;
    });
    return `\n${lines.join("\n")}\n`;
  }

  #encodeLine(line: EventLine): string {
    if (line.time !== undefined) return this.#encodePacket(line, line.time);
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

  #encodePacket(line: EventLine, time: string): string {
    const { paint, width } = this.#options;
    const frame = String(line.frame ?? "").padStart(FRAME_CELLS);
    const head = `${frame} ${time} `;
    const label = padToCells(safeText(line.label), PROTOCOL_CELLS);
    const room = width === undefined ? undefined : width - cellsOf(head) - cellsOf(label) - 1;
    const text =
      room === undefined || line.columns === undefined
        ? safeText(line.text)
        : encodePacketColumns(line.columns, room, paint);
    const style = PROTOCOL_STYLES.get(line.label) ?? line.style;
    return `${paint("dim", head)}${style === undefined ? label : paint(style, label)} ${text}`;
  }
}

/** What most packets are, told apart at a glance; the others are dim. */
const PROTOCOL_STYLES: ReadonlyMap<string, Style> = new Map([
  ["tcp", "cyan"],
  ["udp", "magenta"],
  ["icmp", "yellow"],
  ["icmpv6", "yellow"],
]);

function fit(text: string, wrap: boolean, indent: number, width: number | undefined): string {
  if (width === undefined) return text;
  const room = Math.max(10, width - indent);
  return wrap ? wrapToCells(text, room).join(`\n${" ".repeat(indent)}`) : cutToCells(text, room);
}

function arrow(side: Side | undefined): string {
  if (side === undefined) return " ";
  return side === "client" ? ">" : "<";
}
