#!/usr/bin/env node
// `npm start`: climbs the ladder and exits non-zero when a rung shows anything other than it must.
import { explainArguments } from "../sniffer/argument-fault.js";
import { runLadder } from "./ladder.js";
import { type LadderArguments, OPTIONS, readArguments, USAGE } from "./ladder-arguments.js";
import { offerPage } from "./page-opener.js";

const EXIT_USAGE = 2;

async function run({ help, folder, opening }: LadderArguments): Promise<number> {
  if (help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { exitCode, page } = await runLadder({ folder, output: process.stdout });
  if (page !== undefined) {
    await offerPage(page, opening, { input: process.stdin, output: process.stdout, env: process.env });
  }
  return exitCode;
}

let given: LadderArguments | undefined;
try {
  given = readArguments(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`ladder: ${explainArguments(error, Object.keys(OPTIONS))}\n${USAGE}`);
}
process.exitCode = given === undefined ? EXIT_USAGE : await run(given);
