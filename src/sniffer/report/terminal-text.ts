// Fits text from anywhere onto a terminal: nothing in it can move the cursor, and its width is known.
import { printableText } from "../tls/printable.js";

/** Control characters, bidi marks and their like are shown as \u{...}. */
export const safeText = printableText;

/** Cells that the text takes: none for combining marks, two for wide characters. */
export function cellsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let cells = 0;
  for (const character of text) cells += cellsOfCharacter(character);
  return cells;
}

/** At most `cells` wide; what is cut off leaves "…". */
export function cutToCells(text: string, cells: number): string {
  if (cellsOf(text) <= cells) return text;
  let taken = 0;
  let kept = "";
  for (const character of text) {
    taken += cellsOfCharacter(character);
    if (taken > cells - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Lines of at most `cells`, broken at spaces; a word that is longer than a line is broken anywhere. */
export function wrapToCells(text: string, cells: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((long) => piecesOf(long, cells))) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (cellsOf(joined) <= cells) line = joined;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

export function padToCells(text: string, cells: number): string {
  return text + " ".repeat(Math.max(0, cells - cellsOf(text)));
}

const ASCII = /^[\x20-\x7e]*$/;
const COMBINING = /^\p{M}$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function cellsOfCharacter(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

function piecesOf(word: string, cells: number): string[] {
  if (cellsOf(word) <= cells) return [word];
  const pieces: string[] = [];
  let piece = "";
  for (const character of word) {
    if (cellsOf(piece) + cellsOfCharacter(character) > cells) {
      pieces.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...pieces, piece];
}
