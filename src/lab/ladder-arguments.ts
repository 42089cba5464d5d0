// What is written behind `npm start --`.
import { parseArgs } from "node:util";
import type { Opening } from "./page-opener.js";

export interface LadderArguments {
  readonly help: boolean;
  readonly folder: string;
  readonly opening: Opening;
}

export const OPTIONS = {
  open: { type: "boolean" },
  "no-open": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export const USAGE = `usage: npm start -- [--open | --no-open] [FOLDER]

Climbs the ladder, and leaves the page, the captures and the reports in FOLDER
(default earshot-ladder).

  --open      opens the page in a browser without asking
  --no-open   neither asks nor opens
`;

/** Throws what parseArgs throws, or a RangeError. */
export function readArguments(args: readonly string[]): LadderArguments {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [folder = "earshot-ladder", second] = positionals;
  if (second !== undefined) throw new RangeError(`one folder is enough, and there is ${second} too`);
  if (folder === "") throw new RangeError("the folder has no name");
  if (values.open === true && values["no-open"] === true) throw new RangeError("--open or --no-open, not both");
  const asked: Opening = values.open === true ? "open" : "ask";
  return { help: values.help === true, folder, opening: values["no-open"] === true ? "leave" : asked };
}
