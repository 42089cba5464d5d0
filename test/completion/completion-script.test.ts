import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { completionScript } from "../../src/completion/completion-script.js";
import type { CommandShape } from "../../src/completion/program-shape.js";

const PROGRAMS = ["server", "client", "sniffer"];
const has = (program: string) => spawnSync(program, ["--version"]).status === 0;
const programOf = (name: string) => fileURLToPath(new URL(`../../src/${name}/main.js`, import.meta.url));

function scriptOf(name: string, shell: string): string {
  const { stdout, status, stderr } = spawnSync(process.execPath, [programOf(name), "completion", shell], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
  return stdout;
}

/** What bash offers behind these words, the last of which is being typed. */
function offers(script: string, words: readonly string[], cwd?: string): string[] {
  const name = words[0];
  const ask = `${script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _${name}_completion 2>/dev/null; printf '%s\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync("bash", ["-c", ask, "bash", ...words], { encoding: "utf8", cwd });
  return stdout.split("\n").filter((line) => line !== "");
}

t.test(
  "in real bash: flags, commands, their flags, values, files",
  { skip: !has("bash") && "no bash here" },
  async (t) => {
    const folder = t.testdir({});
    mkdirSync(join(folder, "captures"));
    writeFileSync(join(folder, "captures.pcapng"), "");
    const sniffer = scriptOf("sniffer", "bash");
    t.same(offers(sniffer, ["sniffer", "--repo"]), ["--report"]);
    t.same(offers(sniffer, ["sniffer", "--format", ""]), ["text", "json", "zeek", "eve"]);
    t.same(offers(sniffer, ["sniffer", "--format", "=", "z"]), ["zeek"]);
    t.same(offers(sniffer, ["sniffer", "-r", "capt"], folder).sort(), ["captures", "captures.pcapng"]);
    t.same(offers(sniffer, ["sniffer", "--extract", "capt"], folder), ["captures"]);
    t.same(offers(sniffer, ["sniffer", "--seconds", ""]), []);
    t.same(offers(sniffer, ["sniffer", "completion", "f"]), ["fish"]);
    t.same(offers(sniffer, ["sniffer", "-w", "diff", "--repo"]), ["--report"], "a value is no command");
    t.same(offers(sniffer, ["sniffer", "--write", "=", "diff", "--repo"]), ["--report"]);
    t.same(offers(sniffer, ["sniffer", "--web", "--repo"]), ["--report"], "its value may be left out");
    if (process.platform === "linux") t.match(offers(sniffer, ["sniffer", "-i", ""]).join(" "), /\bany\b.*\blo\b/);
    const client = scriptOf("client", "bash");
    t.same(offers(client, ["client", "wh"]), ["whoami"]);
    t.same(offers(client, ["client", "login", "--padding", "b"]), ["buckets"]);
    t.same(offers(client, ["client", "logout", "--every"]), ["--everywhere"]);
    t.same(offers(client, ["client", "login", "--every"]), [], "of another command");
    const server = scriptOf("server", "bash");
    t.same(offers(server, ["server", "admin", "u"]), ["users"]);
    t.same(offers(server, ["server", "admin", "users", "--js"]), ["--json"]);
    t.same(offers(server, ["server", "--log-format", ""]), ["text", "json"]);
  },
);

/** What fish offers behind this line. */
function fishOffers(folder: string, line: string): string[] {
  const sources = PROGRAMS.map((name) => `source ${join(folder, `${name}.fish`)}`).join("; ");
  const ask = `${sources}; complete -C'${line}'`;
  const { stdout, stderr } = spawnSync("fish", ["-c", ask], { encoding: "utf8", cwd: folder });
  t.equal(stderr, "");
  return stdout.split("\n").flatMap((offer) => (offer === "" ? [] : [offer.split("\t")[0] ?? ""]));
}

/** What these lines become by a tab in an interactive zsh, one behind the other. */
function zshLines(folder: string, lines: readonly string[]): string[] {
  const shown = join(folder, "shown");
  const settings = [
    "PROMPT= RPROMPT=; autoload -Uz compinit; compinit -u -D",
    ...PROGRAMS.map((name) => `source ${join(folder, `${name}.zsh`)}`),
    `show() { print -r -- "$BUFFER" >> ${shown} }; zle -N show; bindkey '^T' show`,
    "zle-line-init() { print -n READY }; zle -N zle-line-init",
  ];
  writeFileSync(join(folder, ".zshrc"), settings.join("\n"));
  const type = `zmodload zsh/zpty; zpty shell zsh -i; zpty -r shell out '*READY*'
for line in "$@"; do zpty -n -w shell "$line"$'\\t\\x14\\x15'; done
zpty -n -w shell $'exit\\r'; while zpty -r shell out; do :; done`;
  const env = { ...process.env, ZDOTDIR: folder, TERM: "xterm" };
  spawnSync("zsh", ["-f", "-c", type, "zsh", ...lines], { cwd: folder, env, timeout: 60_000 });
  return readFileSync(shown, "utf8")
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [line.trimEnd()]));
}

/** The scripts of all programs, and something to complete. */
function folderWith(shell: string): string {
  const folder = t.testdir({ "captures.pcapng": "", folder: {} });
  for (const name of PROGRAMS) writeFileSync(join(folder, `${name}.${shell}`), scriptOf(name, shell));
  return folder;
}

t.test("in real fish", { skip: !has("fish") && "no fish here" }, async (t) => {
  const folder = folderWith("fish");
  const ask = (line: string) => fishOffers(folder, line);
  t.same(ask("sniffer --repo"), ["--report"]);
  t.same(ask("sniffer --format "), ["eve", "json", "text", "zeek"]);
  t.same(ask("sniffer --format=z"), ["--format=zeek"]);
  t.same(ask("sniffer -r capt"), ["captures.pcapng"]);
  t.same(ask("sniffer -w diff --repo"), ["--report"], "a value is no command");
  t.same(ask("sniffer diff -"), ["--json"]);
  t.same(ask("client login --ac"), ["--accept-new"]);
  t.same(ask("server admin u"), ["users"]);
  t.same(ask("server admin users --li"), ["--limit"]);
});

t.test("in real zsh", { skip: !has("zsh") && "no zsh here" }, async (t) => {
  const expected: Record<string, string> = {
    "sniffer --repo": "sniffer --report",
    "sniffer --format=z": "sniffer --format=zeek",
    "sniffer -r capt": "sniffer -r captures.pcapng",
    "sniffer --extract fol": "sniffer --extract folder/",
    "sniffer -w diff --repo": "sniffer -w diff --report",
    "sniffer completion f": "sniffer completion fish",
    "client login --ac": "client login --accept-new",
    "server admin u": "server admin users",
    "server admin users --li": "server admin users --limit",
  };
  t.same(zshLines(folderWith("zsh"), Object.keys(expected)), Object.values(expected));
});

t.test("words of descriptions cannot break out of the script", async (t) => {
  const evil = "it's $(touch /tmp/x) `id` \\";
  const program: CommandShape = {
    name: "evil",
    description: evil,
    options: [{ names: ["-x", "--ex"], value: { kind: "words", words: ["a'b", "$HOME"] }, description: evil }],
    commands: [{ name: "sub", description: evil, options: [], commands: [] }],
  };
  for (const shell of ["bash", "zsh"] as const)
    t.notMatch(completionScript(program, shell).replace(/'(?:[^']|'\\'')*'/g, ""), "touch");
  if (has("bash")) t.same(offers(completionScript(program, "bash"), ["evil", "--e"]), ["--ex"]);
});

t.test("what is no shell is told which there are", async (t) => {
  for (const [name, status] of [
    ["sniffer", 2],
    ["server", 2],
    ["client", 2],
  ] as const) {
    for (const shell of [["tcsh"], []]) {
      const wrong = spawnSync(process.execPath, [programOf(name), "completion", ...shell], { encoding: "utf8" });
      t.equal(wrong.status, status, name);
      t.match(wrong.stderr, /bash, zsh, fish/, name);
    }
  }
});
