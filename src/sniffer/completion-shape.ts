// The sniffer's command line, as shells complete it: from the table of its flags, so that none is forgotten.
import type { CommandShape, OptionShape, ValueShape } from "../completion/program-shape.js";
import { SHELLS } from "../completion/shell.js";
import { FORMATS } from "./cli-arguments.js";
import { FIELDS } from "./export/fields/field-table.js";
import { FLAGS } from "./flag-table.js";

type FlagName = keyof typeof FLAGS;

const FILE: ValueShape = { kind: "file" };
const FOLDER: ValueShape = { kind: "folder" };
const TEXT: ValueShape = { kind: "text" };

const DESCRIPTIONS: Readonly<Record<FlagName, string>> = {
  interface: "capture live",
  read: "read a pcap or pcapng file",
  relay: "pass TCP connections on and watch them: LISTEN=HOST:PORT",
  backend: "how to capture",
  list: "list the interfaces",
  write: "write the packets as pcapng",
  "max-packets": "stop after so many packets",
  count: "read headers only, and count packets by protocol",
  ring: "begin the next file after filesize:KB, duration:SECONDS or packets:N; keep files:N",
  "file-size": "begin the next file after so many MB",
  "rotate-seconds": "begin the next file after so many seconds",
  "file-count": "keep the last so many files",
  snaplen: "keep only the first bytes of each packet",
  numeric: "for habit: addresses are never turned into names",
  seconds: "stop after so many seconds",
  "tls-aware": "a line for each TLS record, and more of each hello",
  json: "one JSON object a line",
  format: "how it is shown",
  "log-dir": "where Zeek's logs go",
  type: "a line for each packet of the fields named by -e",
  field: "a field to show",
  "field-format": "how fields are shown: header=y, separator=, and the like",
  packets: "a line for each packet",
  proto: ".proto files that say what messages mean",
  keylog: "TLS secrets, as SSLKEYLOGFILE has them",
  extract: "write each conversation's bytes to files",
  report: "write it all as one page to look at",
  web: "a live page on 127.0.0.1",
  "secret-file": "secrets, one a line: exit code 3 if one is seen",
  "what-if": "judge each TLS handshake for later",
  guess: "how often lengths and times give calls away",
  "immediate-mode": "tcpdump gives packets at once",
  "max-memory": "how many MB of memory may be taken",
  "relinquish-privileges": "whose rights are enough once the capture has begun",
  help: "show the options, and examples",
  version: "show the version",
};

/** What stands behind those flags whose value is no plain text; null where it may be left out. */
const VALUES: Partial<Readonly<Record<FlagName, ValueShape | null>>> = {
  interface: { kind: "interface" },
  read: FILE,
  write: FILE,
  keylog: FILE,
  report: FILE,
  "secret-file": FILE,
  proto: FOLDER,
  extract: FOLDER,
  "log-dir": FOLDER,
  backend: { kind: "words", words: ["cap", "tcpdump"] },
  format: { kind: "words", words: FORMATS },
  type: { kind: "words", words: ["fields"] },
  field: { kind: "words", words: [...FIELDS.keys()] },
  web: null,
};

export function snifferShape(): CommandShape {
  const names = Object.keys(FLAGS) as FlagName[];
  const diff = { name: "diff", description: "what more can be read in one run than in another" };
  const json: OptionShape = { names: ["--json"], value: undefined, description: "one object a line" };
  return {
    name: "sniffer",
    description: "",
    options: names.map(optionOf),
    commands: [
      { ...diff, options: [json], commands: [] },
      {
        name: "completion",
        description: "a script that completes this command",
        options: [],
        commands: SHELLS.map(bare),
      },
    ],
  };
}

function optionOf(name: FlagName): OptionShape {
  const flag = FLAGS[name];
  const short = "short" in flag ? [`-${flag.short}`] : [];
  const shape = VALUES[name] === undefined ? TEXT : (VALUES[name] ?? undefined);
  const value = flag.type === "string" ? shape : undefined;
  return { names: [...short, `--${name}`], value, description: DESCRIPTIONS[name] };
}

function bare(name: string): CommandShape {
  return { name, description: "", options: [], commands: [] };
}
