// Every example that the programs and documents give: what stands in "examples" of --help, and commands in Markdown.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Example {
  /** Where it stands: "client login --help", "README.md". */
  readonly from: string;
  /** As a person would type it, without what is said beside it. */
  readonly command: string;
}

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const DOCUMENTS = [
  "README.md",
  "docs/report.md",
  "docs/formats.md",
  "docs/what-if.md",
  "docs/wireshark.md",
  "docs/lengths.md",
];
const COMMANDS = /^(?:[A-Z_]+=\S+ +)?(?:npx |npm |sudo )?(?:server|client|sniffer|npm|npx|printf|pass|source|tshark)\b/;

export const programOf = (name: string): string => `${ROOT}dist/src/${name}/main.js`;

export function allExamples(): Example[] {
  const helps = [
    ["server"],
    ["server", "migrate"],
    ["server", "admin"],
    ...commandsOf("server", "admin"),
    ["sniffer"],
    ["client"],
    ...commandsOf("client"),
  ];
  const all = [
    ...helps.flatMap(([program = "", ...words]) => helpExamples(program, words)),
    ...DOCUMENTS.flatMap(documentExamples),
  ];
  // What stands in several places is run once.
  return [...new Map(all.map((example) => [example.command, example])).values()];
}

function help(program: string, words: readonly string[]): string {
  return spawnSync(process.execPath, [programOf(program), ...words, "--help"], { encoding: "utf8" }).stdout;
}

function commandsOf(program: string, ...words: string[]): string[][] {
  const names = help(program, words).matchAll(/^ {2}([a-z-]+) (?:[<[]|\s{2,})/gm);
  return [...new Set([...names].map(([, name]) => name ?? ""))]
    .filter((name) => name !== "help")
    .map((name) => [program, ...words, name]);
}

function helpExamples(program: string, words: readonly string[]): Example[] {
  const from = [program, ...words, "--help"].join(" ");
  const section = /^examples:?\n((?: {2}.*\n?)+)/im.exec(help(program, words))?.[1] ?? "";
  return section.split("\n").flatMap((line) => exampleOf(from, line));
}

/** Commands in indented code, up to the words beside them. */
function documentExamples(file: string): Example[] {
  const text = readFileSync(`${ROOT}${file}`, "utf8");
  return text
    .split("\n")
    .filter((line) => line.startsWith("    "))
    .flatMap((line) => exampleOf(file, line));
}

function exampleOf(from: string, line: string): Example[] {
  const command = line
    .trim()
    .replace(/ (?: |# ).*$/, "")
    .replace(/^sudo |\bnpx /g, "")
    .trim();
  return COMMANDS.test(command) ? [{ from, command }] : [];
}
