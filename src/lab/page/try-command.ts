// The commands that a page tells a class to try: as they must be typed in the project's folder, wherever the captures are.
import { isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { shellQuote } from "../../completion/shell-quote.js";

/** Where `npx` finds the programs. */
const PROJECT = fileURLToPath(new URL("../../../..", import.meta.url));

/** The folder as it is written there: short where it lies inside, else whole. */
export function folderFromProject(folder: string, project: string = PROJECT): string {
  const path = relative(project, resolve(folder));
  return path.startsWith("..") || isAbsolute(path) ? resolve(folder) : path || ".";
}

/** `npx sniffer FLAG FILE...` */
export function tryCommand(flag: string, folder: string, files: readonly string[]): string {
  return ["npx sniffer", flag, ...files.map((file) => quoted(join(folder, file)))].join(" ");
}

function quoted(path: string): string {
  // A name that begins with a dash would be taken for an option.
  const safe = path.startsWith("-") ? `./${path}` : path;
  if (/^[\p{L}\p{N}_./:+=@%,-]+$/u.test(safe)) return safe;
  return process.platform === "win32" ? `"${safe}"` : shellQuote(safe);
}
