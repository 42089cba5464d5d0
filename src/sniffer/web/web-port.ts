// --web [PORT]. util.parseArgs knows no values that may be left out, so the two words are put together before it reads them;
// and a number behind --web must not be taken for seconds, nor seconds for a port.
import { UsageError } from "../usage-error.js";

/** Below it, ports are the system's, and numbers are more likely seconds. */
const MIN_BARE_PORT = 1024;
const MAX_PORT = 65_535;
const ANY_PORT = 0;

/** "--web 8080" becomes "--web=8080", and "--web" alone "--web=". Throws UsageError. */
export function joinWebPort(argv: readonly string[]): string[] {
  const joined: string[] = [];
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? "";
    const next = argv[index + 1];
    if (word !== "--web" || index > end) joined.push(word);
    else if (next !== undefined && /^\d+$/.test(next)) {
      joined.push(`--web=${decodeBarePort(next)}`);
      index += 1;
    } else joined.push("--web=");
  }
  return joined;
}

/** Undefined without --web; 0 where any free port will do. Throws UsageError. */
export function decodeWebPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === "") return ANY_PORT;
  if (!/^\d{1,5}$/.test(text) || Number(text) > MAX_PORT)
    throw new UsageError(`--web takes a port up to ${MAX_PORT}, or none for a free one, not "${text}"`);
  return Number(text);
}

function decodeBarePort(text: string): string {
  if (Number(text) >= MIN_BARE_PORT && Number(text) <= MAX_PORT) return text;
  throw new UsageError(
    `--web ${text} could be a port or seconds: write --web=${text} for the port, or ${text} --web for the seconds`,
  );
}
