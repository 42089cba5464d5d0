// Running other programs from the scripts: output goes through, a failure stops with one sentence.
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's top folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends the script with a sentence on standard error. */
export function fail(sentence) {
  process.stderr.write(`earshot: ${sentence}\n`);
  process.exit(1);
}

/**
 * Runs a program to its end and gives its exit code. `quiet` shows its output only when it fails; `allowFailure`
 * gives the code back instead of stopping.
 */
export function run(program, args, { quiet = false, allowFailure = false, shell = false, env = process.env } = {}) {
  const result = spawnSync(program, args, { cwd: root, env, shell, stdio: quiet ? "pipe" : "inherit" });
  if (result.error) fail(`cannot run ${program}: ${result.error.message}`);
  const code = result.status ?? 1;
  if (code !== 0 && quiet) process.stderr.write(Buffer.concat([result.stdout, result.stderr]));
  if (code !== 0 && !allowFailure) fail(`${[program, ...args].join(" ")} failed (exit ${code})`);
  return code;
}

/** Whether a program runs at all with these arguments. */
export function succeeds(program, args) {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
