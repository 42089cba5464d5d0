// The sniffer's command line, as shells complete it: from the table of its flags, so that none is forgotten.
import { type CommandShape, type OptionShape, type ValueShape, valueShape } from "../completion/program-shape.js";
import { SHELLS } from "../completion/shell.js";
import { FORMATS } from "./cli-arguments.js";
import { FIELDS } from "./export/fields/field-table.js";
import { FLAGS } from "./flag-table.js";

/** What stands behind those flags whose name does not say it. */
const VALUES: Readonly<Record<string, ValueShape>> = {
  interface: { kind: "interface" },
  read: { kind: "file" },
  write: { kind: "file" },
  keylog: { kind: "file" },
  report: { kind: "file" },
  "secret-file": { kind: "file" },
  proto: { kind: "folder" },
  extract: { kind: "folder" },
  "log-dir": { kind: "folder" },
  backend: { kind: "words", words: ["cap", "tcpdump"] },
  format: { kind: "words", words: FORMATS },
  type: { kind: "words", words: ["fields"] },
  field: { kind: "words", words: [...FIELDS.keys()] },
};

export function snifferShape(): CommandShape {
  const options = Object.entries(FLAGS).map(([name, flag]): OptionShape => {
    const short = "short" in flag ? [`-${flag.short}`] : [];
    const value = flag.type === "string" ? (VALUES[name] ?? valueShape("text", undefined)) : undefined;
    return { names: [...short, `--${name}`], value, description: "" };
  });
  const diff = { name: "diff", description: "what more can be read in one run than in another" };
  const json: OptionShape = { names: ["--json"], value: undefined, description: "one object a line" };
  return {
    name: "sniffer",
    description: "",
    options,
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

function bare(name: string): CommandShape {
  return { name, description: "", options: [], commands: [] };
}
