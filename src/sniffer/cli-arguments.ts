// Reads the command line: what to watch, what to look for, what to print.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { SHELLS, type Shell, shellOf } from "../completion/shell.js";
import { explainArguments } from "./argument-fault.js";
import type { RingOptions } from "./capture-ring.js";
import { FLAGS } from "./flag-table.js";
import { decodeRing } from "./ring-arguments.js";
import { UsageError } from "./usage-error.js";
import { decodeWebPort, joinWebPort } from "./web/web-port.js";

export interface CliOptions {
  source: CliSource;
  /** Written as pcapng; "-" is stdout. */
  write: string | undefined;
  /** -w writes one file after the other. */
  ring: RingOptions | undefined;
  maxPackets: number | undefined;
  snapBytes: number | undefined;
  seconds: number | undefined;
  immediate: boolean;
  tlsAware: boolean;
  json: boolean;
  /** In which form all is told. */
  format: Format;
  /** -T fields: the names of -e, and how -E has them; undefined: another format. */
  fields: { names: readonly string[]; format: readonly string[] } | undefined;
  /** Where --format zeek leaves its logs; undefined: on standard output. */
  logFolder: string | undefined;
  packets: boolean;
  /** Handshakes are judged for later. */
  whatIf: boolean;
  /** Only headers are read, and packets counted. */
  count: boolean;
  protoFolders: string[];
  keyLogFile: string | undefined;
  extractFolder: string | undefined;
  /** Where the page goes that shows it all. */
  reportFile: string | undefined;
  /** Where the live page is served; 0: any free port. */
  webPort: number | undefined;
  secretFile: string | undefined;
  maxMemoryMegabytes: number | undefined;
  /** Whose rights are enough once the capture has begun; undefined: chosen when the run is root's. */
  user: string | undefined;
}

export type Format = (typeof FORMATS)[number];

/** As --format names them. */
export const FORMATS = ["text", "json", "zeek", "eve"] as const;

export type Backend = "cap" | "tcpdump";

export type CliSource =
  | { kind: "file"; path: string }
  | { kind: "relay"; route: string }
  /** Without a name, the interface is chosen when it is known what there is. */
  | { kind: "live"; interfaceName: string | undefined; backend: Backend | undefined; filter: string };

export type CliCommand =
  | { kind: "run"; options: CliOptions }
  /** What can be guessed of captures whose exchanges are known. */
  | { kind: "guess"; files: readonly string[]; json: boolean }
  /** What more can be read in one run's events than in another's. */
  | { kind: "diff"; before: string; after: string; json: boolean }
  | { kind: "completion"; shell: Shell }
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "list" };

/** Throws UsageError. */
export function decodeArguments(argv: readonly string[]): CliCommand {
  // Only there it is a command: elsewhere it may be a word of a filter.
  if (argv[0] === "diff") return decodeDiff(argv.slice(1));
  if (argv[0] === "completion") return decodeCompletion(argv.slice(1));
  const { values, positionals } = parse(argv);
  if (values.help === true) return { kind: "help" };
  if (values.version === true) return { kind: "version" };
  if (values.list === true) return { kind: "list" };
  if (values.guess === true) return decodeGuess(values, positionals);
  const words = [...positionals];
  const bare = words[0] !== undefined && /^\d+$/.test(words[0]) ? words.shift() : undefined;
  if (bare !== undefined && values.seconds !== undefined) throw new UsageError("the seconds are given twice");
  const source = decodeSource(values, words);
  const format = decodeFormat(values);
  const seconds = decodeSeconds(values.seconds ?? bare);
  if (source.kind === "file" && seconds !== undefined)
    throw new UsageError("seconds are for a live capture, not for -r");
  refuseWithCount(values);
  return {
    kind: "run",
    options: {
      source,
      seconds,
      write: values.write,
      ring: decodeRing(values),
      maxPackets: decodeCount("-c", values["max-packets"], 1),
      snapBytes: decodeCount("-s", values.snaplen, 0) || undefined,
      immediate: values["immediate-mode"] ?? false,
      tlsAware: values["tls-aware"] ?? false,
      json: format === "json",
      format,
      fields: decodeFields(values),
      logFolder: decodeLogFolder(values["log-dir"], format),
      packets: values.packets ?? false,
      whatIf: values["what-if"] ?? false,
      count: values.count ?? false,
      protoFolders: values.proto ?? [],
      keyLogFile: values.keylog,
      extractFolder: values.extract,
      reportFile: decodeReportFile(values),
      webPort: decodeWebPort(values.web),
      secretFile: values["secret-file"],
      maxMemoryMegabytes: decodeCount("--max-memory", values["max-memory"], MIN_MEMORY_MEGABYTES),
      user: decodeUser(values["relinquish-privileges"], source),
    },
  };
}

function decodeCompletion([name, ...more]: readonly string[]): CliCommand {
  const shell = shellOf(name);
  if (shell === undefined || more.length > 0) throw new UsageError(`completion takes one of ${SHELLS.join(", ")}`);
  return { kind: "completion", shell };
}

function decodeDiff(argv: readonly string[]): CliCommand {
  const { values, positionals } = parse(argv);
  if (values.help === true) return { kind: "help" };
  const others = Object.keys(values).filter((name) => name !== "json");
  if (others.length > 0) throw new UsageError(`diff goes with two files and --json, not with --${others[0]}`);
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0) {
    throw new UsageError("diff takes two files that sniffer --json wrote: sniffer diff before.json after.json");
  }
  if (before === "-" && after === "-") throw new UsageError("only one of the two can be standard input");
  return { kind: "diff", before, after, json: values.json ?? false };
}

function decodeGuess(values: Values, files: readonly string[]): CliCommand {
  const others = Object.keys(values).filter((name) => name !== "guess" && name !== "json");
  if (others.length > 0) throw new UsageError(`--guess goes with files and --json, not with --${others[0]}`);
  if (files.length === 0) throw new UsageError("--guess needs a capture, such as: sniffer --guess off.pcapng");
  return { kind: "guess", files, json: values.json ?? false };
}

/** Of these the program itself takes most. */
const MIN_MEMORY_MEGABYTES = 128;

type Values = ReturnType<typeof parse>["values"];

function parse(argv: readonly string[]) {
  const args = joinWebPort(argv);
  let parsed: ReturnType<typeof parseWords>;
  try {
    parsed = parseWords(args);
  } catch (error) {
    throw new UsageError(explainArguments(error), { cause: error });
  }
  const given = new Set<string>();
  for (const token of parsed.tokens) {
    if (token.kind !== "option" || token.value === undefined) continue;
    // --web stands alone as well, and was given its empty value here.
    if (token.value === "" && token.name !== "web") throw new UsageError(`${token.rawName} needs a value behind it`);
    if (given.has(token.name) && !isRepeatable(token.name)) throw new UsageError(`${token.rawName} is given twice`);
    given.add(token.name);
  }
  return parsed;
}

function parseWords(args: readonly string[]) {
  return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true, strict: true, tokens: true });
}

function isRepeatable(name: string): boolean {
  return Object.entries(FLAGS).some(([flag, shape]) => flag === name && "multiple" in shape);
}

/** Taken without a word, they would seem to have been looked for. */
function refuseWithCount(values: Values): void {
  if (values.count !== true) return;
  const other = READ_WHOLE.find((name) => values[name] !== undefined);
  if (other !== undefined)
    throw new UsageError(`--count reads headers only and counts packets: --${other} needs a run without it`);
}

const READ_WHOLE = ["packets", "tls-aware", "what-if", "secret-file", "extract", "report", "web"] as const;

function decodeSource(values: Values, words: readonly string[]): CliSource {
  const [interfaceName, ...others] = values.interface ?? [];
  if (others.length > 0)
    throw new UsageError("-i takes one interface; -i any is all of them, and a BPF filter may name some");
  const given = [interfaceName, values.read, values.relay].filter((value) => value !== undefined);
  if (given.length > 1) throw new UsageError("-i, -r and --relay exclude each other");
  const live = values.read === undefined && values.relay === undefined;
  if (!live && words.length > 0) {
    throw new UsageError(
      `a filter ("${words.join(" ")}") works with -i alone; filter a file with: tcpdump -r FILE -w - ${words.join(" ")} | sniffer -r -`,
    );
  }
  if (!live && values.backend !== undefined) throw new UsageError("--backend is for -i");
  if (values.read !== undefined) return { kind: "file", path: values.read };
  if (values.relay !== undefined) return { kind: "relay", route: values.relay };
  return {
    kind: "live",
    interfaceName,
    backend: decodeBackend(values.backend),
    filter: words.join(" "),
  };
}

function decodeFormat({ format, json, packets, count }: Values): Format {
  if (format === undefined) return json === true ? "json" : "text";
  const known = FORMATS.find((name) => name === format);
  if (known === undefined) throw new UsageError(`--format is ${FORMATS.join(", ")}, not "${format}"`);
  if (json === true && known !== "json") throw new UsageError(`--json and --format ${known} exclude each other`);
  const isLog = known === "zeek" || known === "eve";
  if (isLog && (packets === true || count === true)) {
    throw new UsageError(`--format ${known} tells conversations: --packets and --count do not go with it`);
  }
  return known;
}

function decodeFields({ type, field, "field-format": format, ...values }: Values): CliOptions["fields"] {
  if (type === undefined) {
    if (field !== undefined || format !== undefined) throw new UsageError("-e and -E go with -T fields");
    return undefined;
  }
  if (type !== "fields")
    throw new UsageError(`-T is "fields" here, not "${type}"; --json and --format have other forms`);
  if (field === undefined) throw new UsageError("-T fields needs what to show, such as: -e frame.number -e ip.src");
  const other = [values.json === true && "--json", values.format && "--format", values.packets && "--packets"];
  const first = [...other, values.count === true && "--count"].find((flag) => typeof flag === "string");
  if (first !== undefined) throw new UsageError(`-T fields and ${first} exclude each other`);
  return { names: field, format: format ?? [] };
}

function decodeReportFile({ report, write }: Values): string | undefined {
  if (report !== undefined && write !== undefined && resolve(report) === resolve(write)) {
    throw new UsageError("--report and -w name the same file: give each its own");
  }
  return report;
}

function decodeLogFolder(folder: string | undefined, format: Format): string | undefined {
  if (folder !== undefined && format !== "zeek") throw new UsageError("--log-dir goes with --format zeek");
  return folder;
}

function decodeBackend(text: string | undefined): Backend | undefined {
  if (text === undefined || text === "cap" || text === "tcpdump") return text;
  throw new UsageError(`--backend is cap or tcpdump, not "${text}"`);
}

function decodeUser(user: string | undefined, source: CliSource): string | undefined {
  if (user === undefined) return undefined;
  if (source.kind === "file") throw new UsageError("-Z is for a live capture and the relay");
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(user))
    throw new UsageError(`-Z takes the name of a user, not "${user}"`);
  return user;
}

function decodeSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  // setTimeout counts milliseconds in 31 bits.
  if (!/^\d+(\.\d+)?$/.test(text) || seconds <= 0 || seconds > 2_000_000) {
    throw new UsageError(`seconds are a number from 0.1 to 2000000, not "${text}"`);
  }
  return seconds;
}

function decodeCount(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text) || Number(text) < least) {
    throw new UsageError(`${flag} takes a whole number from ${least}, not "${text}"`);
  }
  return Number(text);
}
