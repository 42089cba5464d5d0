#!/usr/bin/env node
// The `sniffer` command. Small captures are all start-up, and most of that is a hundred small modules: where the build made
// one of them (scripts/bundle.mjs) and nothing was compiled since, that is what runs.
import { statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

const QUICK = new URL("../../quick/sniffer/cli.js", import.meta.url);
const COMPILED = new URL("./cli.js", import.meta.url);
/** What the compiler writes last. A package has none. */
const RECORD = new URL("../../tsconfig.tsbuildinfo", import.meta.url);

const { runCli }: typeof import("./cli.js") = await import((isFresh() ? QUICK : COMPILED).href);

// The heap may grow to a third as much again as what was alive when it was last cleaned. V8's own choice is up to four times
// as much: too much where a flood keeps 65,536 conversations alive.
setFlagsFromString("--heap-growing-percent=30");
// What a flood's conversations leave outlives the young generation: one of half the usual size keeps less of it unswept.
setFlagsFromString("--max-semi-space-size=8");

process.exitCode = await runCli(process.argv.slice(2));

function isFresh(): boolean {
  const made = statSync(QUICK, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && made >= (statSync(RECORD, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}
