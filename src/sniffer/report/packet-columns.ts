// A packet's line on a terminal: who to whom, flags and size, each under those of the packet before where there is room.
import type { PacketColumns } from "./event-line.js";
import type { Paint } from "./paint.js";
import { cellsOf, cutToCells, padToCells, safeText } from "./terminal-text.js";

/** "255.255.255.255.65535 > 255.255.255.255.65535". */
const ENDS_CELLS = 45;
/** "[PSH,ACK]" and the like; those with more flags push the size on. */
const FLAGS_CELLS = 9;
/** "123456 bytes". */
const SIZE_CELLS = 12;
/** Narrower ones have short flags, as tcpdump has them, and no word behind the size. */
const SHORT_FLAGS_CELLS = 4;
const SHORT_SIZE_CELLS = 5;
const MIN_ENDS_CELLS = 12;
const LETTERS: Readonly<Record<string, string>> = {
  FIN: "F",
  SYN: "S",
  RST: "R",
  PSH: "P",
  ACK: ".",
  URG: "U",
  ECE: "E",
  CWR: "W",
};

/** At most `room` cells, with colour beside. */
export function encodePacketColumns(columns: PacketColumns, room: number, paint: Paint): string {
  const isWide = room >= ENDS_CELLS + 1 + FLAGS_CELLS + 1 + SIZE_CELLS;
  return isWide ? encodeWide(columns, room, paint) : encodeNarrow(columns, room, paint);
}

function encodeWide({ ends, flags, size }: PacketColumns, room: number, paint: Paint): string {
  const flagsCells = Math.max(FLAGS_CELLS, cellsOf(flags));
  const sizeCells = Math.max(SIZE_CELLS, cellsOf(size));
  const most = Math.max(MIN_ENDS_CELLS, room - 2 - flagsCells - sizeCells);
  const shown = padToCells(cutToCells(safeText(ends), most), Math.min(most, ENDS_CELLS));
  const padding = " ".repeat(flagsCells - cellsOf(flags));
  return `${shown} ${paintFlags(flags, flags, paint)}${padding} ${paint("dim", size.padStart(SIZE_CELLS))}`;
}

/** The ends give way, since they are what the eye knows already; the size stays whole. */
function encodeNarrow({ ends, flags, size }: PacketColumns, room: number, paint: Paint): string {
  const bare = size.replace(/ bytes$/, "").padStart(SHORT_SIZE_CELLS);
  const letters = flags.replace(/[A-Z]+/g, (name) => LETTERS[name] ?? name).replaceAll(",", "");
  const shortFlags = letters.padEnd(SHORT_FLAGS_CELLS);
  const rest = 2 + cellsOf(shortFlags) + cellsOf(bare);
  if (room - rest < MIN_ENDS_CELLS) return cutToCells(safeText(ends), Math.max(1, room));
  const shown = padToCells(cutToCells(safeText(ends), room - rest), room - rest);
  return `${shown} ${paintFlags(flags, shortFlags, paint)} ${paint("dim", bare)}`;
}

/** What begins and ends a connection stands out. */
function paintFlags(flags: string, text: string, paint: Paint): string {
  if (flags === "") return text;
  if (flags.includes("RST")) return paint("red", text);
  if (flags.includes("SYN")) return paint("green", text);
  return flags.includes("FIN") ? paint("yellow", text) : paint("dim", text);
}
