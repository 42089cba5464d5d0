// `npm run scoreboard`: brings about every fault that accounts must survive, and prints target and figure. Exit code 1 when one misses.

import { parseArgs } from "node:util";
import { type RowResult, resultTable } from "./result-table.js";
import type { Outcome, Row } from "./row.js";
import { ROWS } from "./rows.js";
import { Stage } from "./stage.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const EXIT_MISSED = 1;
const EXIT_USAGE = 2;

const shared = new Stage();
let current = shared;
for (const signal of SIGNALS) {
  process.once(signal, () => void endAll().then(() => process.exit(EXIT_MISSED)));
}
process.exitCode = await main();

async function main(): Promise<number> {
  const { only = [], json, help } = options();
  const unknown = only.filter((name) => !ROWS.some((row) => row.name === name));
  if (help === true || unknown.length > 0) {
    const names = ROWS.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`);
    process.stderr.write(`usage: npm run scoreboard -- [--json] [--only ROW]...\n\n${names.join("\n")}\n`);
    return help === true ? 0 : EXIT_USAGE;
  }
  const results: RowResult[] = [];
  for (const row of ROWS.filter(({ name }) => only.length === 0 || only.includes(name))) {
    process.stderr.write(`${row.name} …\n`);
    results.push(await measure(row));
  }
  await shared.end();
  process.stdout.write(json === true ? `${JSON.stringify(results, null, 2)}\n` : resultTable(results));
  return results.every(({ missed }) => missed.length === 0) ? 0 : EXIT_MISSED;
}

async function endAll(): Promise<void> {
  await current.end();
  await shared.end();
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: "string", multiple: true },
        json: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    return values;
  } catch (error) {
    process.stderr.write(`scoreboard: ${error instanceof Error ? error.message : "bad options"}\n`);
    return { only: ["?"], json: undefined, help: undefined };
  }
}

/** What cannot be measured has missed its target. */
async function measure(row: Row): Promise<RowResult> {
  const { name, title, target } = row;
  const stage = new Stage(shared);
  current = stage;
  // The cluster takes a while to form, and not on this row's account.
  const startedMs = row.needsCluster === true ? await shared.galera().then(() => performance.now()) : performance.now();
  const { figure, broken, late } = await row.run(stage, "full").catch(failed);
  const tookMs = Math.round(performance.now() - startedMs);
  await stage.end();
  return { name, title, target, figure, missed: [...broken, ...late], tookMs };
}

function failed(error: unknown): Outcome {
  return {
    figure: "not measured",
    broken: [error instanceof Error ? (error.stack ?? error.message) : "unknown"],
    late: [],
  };
}
