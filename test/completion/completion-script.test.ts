import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { completionScript } from "../../src/completion/completion-script.js";
import type { CommandShape } from "../../src/completion/program-shape.js";

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

t.test("the other shells take their scripts", async (t) => {
  for (const shell of ["zsh", "fish"]) {
    for (const name of ["server", "client", "sniffer"]) {
      const script = scriptOf(name, shell);
      t.match(script, name);
      if (!has(shell)) continue;
      const { status, stderr } = spawnSync(shell, ["-n"], { input: script, encoding: "utf8" });
      t.equal(status, 0, stderr);
    }
  }
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
    const wrong = spawnSync(process.execPath, [programOf(name), "completion", "tcsh"], { encoding: "utf8" });
    t.equal(wrong.status, status, name);
    t.match(wrong.stderr, /bash, zsh, fish/, name);
  }
});
