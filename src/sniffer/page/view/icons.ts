// Small drawings, so that colour is never the only thing that tells levels apart.
import type { Level } from "../page-model.js";
import { Markup } from "./markup.js";

/** Strokes on a grid of 16 by 16. */
const PATHS: Readonly<Record<Level, string>> = {
  // An eye.
  readable: `<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z"/><circle cx="8" cy="8" r="2"/>`,
  // A question mark.
  unknown: `<path d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.7 8 9 8 10"/><path d="M8 12.4v.1"/>`,
  // A ruler.
  length: `<path d="M1.5 5.5h13v5h-13zM4.5 5.5v2M7 5.5v3M9.5 5.5v2M12 5.5v3"/>`,
  // A dot in a dashed ring.
  presence: `<circle cx="8" cy="8" r="6" stroke-dasharray="2 2.2"/><circle cx="8" cy="8" r="1.2"/>`,
  // A lock.
  hidden: `<path d="M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5"/>`,
  // A dash.
  absent: `<path d="M4.5 8h7"/>`,
};

export function icon(level: Level): Markup {
  return new Markup(
    `<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${PATHS[level]}</svg>`,
  );
}
