// Runs the compiled tests under node-tap and ends with "N passed, N failed", read from tap's own totals.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { root, run } from "./process.mjs";

/** Seconds that one test file may take; generous, since CI machines are slow and none should come near. */
const fileTimeoutSeconds = 180;

/** Lines of failures shown at the most. */
const shownLines = 500;

/** Runs the named test files (sources or compiled; default all) and gives the exit code. */
export function runTests(names) {
  const files = names.length > 0 ? names.map(compiledName) : allTests(join(root, "dist/test"));
  const folder = mkdtempSync(join(tmpdir(), "earshot-tap-"));
  const output = join(folder, "results.tap");
  const tap = join(root, "node_modules/tap/dist/esm/run.mjs");
  // Without a terminal tap's moving lines would fill the log; the failures are then shown from its results.
  const reporter = process.stdout.isTTY ? "terse" : "silent";
  const options = [`--reporter=${reporter}`, `--output-file=${output}`, `--timeout=${fileTimeoutSeconds}`];
  const code = run(process.execPath, [tap, "run", ...options, ...files], { allowFailure: true });
  const totals = readTotals(output);
  if (reporter === "silent") process.stdout.write(readFailures(output));
  rmSync(folder, { recursive: true, force: true });
  if (totals.skip > 0) process.stdout.write(`${totals.skip} skipped\n`);
  // A run that broke without a failed assertion (a bail-out, a crash of the runner) is a failure as well.
  const failed = code !== 0 && totals.fail === 0 ? 1 : totals.fail;
  process.stdout.write(`${totals.pass} passed, ${failed} failed\n`);
  return failed === 0 && totals.pass > 0 ? 0 : 1;
}

/** Every line that says "not ok", with the explanation that follows it, up to a length that a person still reads. */
function readFailures(file) {
  const blocks = read(file).match(/^ *not ok .*\n(?: *---\n(?:.*\n)*? *\.\.\.\n)?/gm) ?? [];
  const lines = blocks.join("").split("\n");
  return lines.length <= shownLines ? lines.join("\n") : `${lines.slice(0, shownLines).join("\n")}\n(and more)\n`;
}

/** tap closes with `# { total: 12, pass: 10, fail: 1, skip: 1 }`, leaving out what is zero. */
function readTotals(file) {
  const line =
    read(file)
      .match(/^# \{ total: .*\}$/gm)
      ?.at(-1) ?? "";
  const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(line)?.[1] ?? 0);
  return { pass: count("pass"), fail: count("fail"), skip: count("skip") };
}

/** Empty where tap wrote nothing: the totals are then zero, and the run counts as failed. */
function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function allTests(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.js"))
    .sort()
    .map((file) => relative(root, join(folder, file)));
}

function compiledName(name) {
  return name.endsWith(".ts") ? join("dist", name.replace(/\.ts$/, ".js")) : name;
}
