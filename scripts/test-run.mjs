// Runs the compiled tests under node-tap and ends with "N passed, N failed", read from tap's own totals.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { root, run } from "./process.mjs";

/** Seconds that one test file may take; generous, since CI machines are slow and none should come near. */
const fileTimeoutSeconds = 180;

/** Runs the named test files (sources or compiled; default all) and gives the exit code. */
export function runTests(names) {
  const files = names.length > 0 ? names.map(compiledName) : allTests(join(root, "dist/test"));
  const folder = mkdtempSync(join(tmpdir(), "earshot-tap-"));
  const output = join(folder, "results.tap");
  const tap = join(root, "node_modules/tap/dist/esm/run.mjs");
  // Without a terminal only failures are shown: moving lines would fill the log.
  const shown = process.stdout.isTTY ? ["--reporter=terse"] : ["--reporter=min", "--no-color"];
  const options = [...shown, `--output-file=${output}`, `--timeout=${fileTimeoutSeconds}`];
  const code = run(process.execPath, [tap, "run", ...options, ...files], { allowFailure: true });
  const totals = readTotals(output);
  rmSync(folder, { recursive: true, force: true });
  if (totals.skip > 0) process.stdout.write(`${totals.skip} skipped\n`);
  // A run that broke without a failed assertion (a bail-out, a crash of the runner) is a failure as well.
  const failed = code !== 0 && totals.fail === 0 ? 1 : totals.fail;
  process.stdout.write(`${totals.pass} passed, ${failed} failed\n`);
  return failed === 0 && totals.pass > 0 ? 0 : 1;
}

/** tap closes with `# { total: 12, pass: 10, fail: 1, skip: 1 }`, leaving out what is zero. */
function readTotals(file) {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // No output at all: the totals stay zero, and the run counts as failed.
  }
  const line = text.match(/^# \{ total: .*\}$/gm)?.at(-1) ?? "";
  const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(line)?.[1] ?? 0);
  return { pass: count("pass"), fail: count("fail"), skip: count("skip") };
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
