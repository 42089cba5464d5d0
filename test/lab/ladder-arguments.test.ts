import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import t from "tap";
import { readArguments } from "../../src/lab/ladder-arguments.js";

t.test("a folder, and whether the page is opened", async (t) => {
  t.same(readArguments([]), { help: false, folder: "earshot-ladder", opening: "ask" });
  t.same(readArguments(["--open", "a b"]), { help: false, folder: "a b", opening: "open" });
  t.match(readArguments(["--no-open"]), { opening: "leave" });
});

t.test("what cannot be meant is said in a sentence, with the usage, and nothing is climbed", async (t) => {
  const program = fileURLToPath(new URL("../../src/lab/main.js", import.meta.url));
  const runs: readonly [args: string[], said: RegExp][] = [
    [["--opne"], /^ladder: there is no option --opne; did you mean --open\b.*\nusage: npm start/],
    [["one", "two"], /^ladder: one folder is enough, and there is two too\nusage/],
    [["--open", "--no-open"], /^ladder: --open or --no-open, not both\nusage/],
    [["--open=yes"], /^ladder: [^\n]*--open[^\n]*\nusage/],
    [[""], /^ladder: the folder has no name\nusage/],
  ];
  for (const [args, said] of runs) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
    t.equal(status, 2, args.join(" "));
    t.equal(stdout, "");
    t.match(stderr, said);
    t.notMatch(stderr, /\n\s+at /);
  }
  const help = spawnSync(process.execPath, [program, "--help"], { encoding: "utf8" });
  t.match(help, { status: 0, stdout: /^usage: npm start/, stderr: "" });
});
