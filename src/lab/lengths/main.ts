#!/usr/bin/env node
// `npm run lengths`: what lengths and times give away under each padding policy, measured with as many exchanges as wanted.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PADDING_POLICIES, type PaddingPolicy } from "../../rpc/index.js";
import { recordPolicies } from "./lengths-run.js";

const EXIT_USAGE = 2;
const USAGE = `usage: npm run lengths -- [options] [FOLDER]

Records labelled exchanges (Register, Login, Login with a wrong password, WhoAmI,
Logout) between a real server and client, and guesses from lengths and times alone
what each was. FOLDER (default earshot-lengths) keeps the captures and labels; then
"sniffer --guess FOLDER/off.pcapng" says it again.

  --padding POLICIES   of off,buckets,uniform (default: all)
  --exchanges N        for each policy, of all kinds together (default 1000)
  --runs N             learned from all but one, in turn (default 5)
  --connections HOW    fresh: one for each exchange (default); kept: one for a run
  --scrypt-cost LN     log2 of N; 8 is quick (default: as the server has it)
  --json               one JSON object for each policy
`;

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      padding: { type: "string", default: PADDING_POLICIES.join(",") },
      exchanges: { type: "string", default: "1000" },
      runs: { type: "string", default: "5" },
      connections: { type: "string", default: "fresh" },
      "scrypt-cost": { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const cost = values["scrypt-cost"];
  const { connections } = values;
  if (connections !== "fresh" && connections !== "kept") throw new RangeError("--connections is fresh or kept");
  return {
    help: values.help,
    json: values.json,
    policies: values.padding.split(",").map(policyOf),
    plan: {
      exchanges: wholeNumber("--exchanges", values.exchanges, 10, 10_000),
      runs: wholeNumber("--runs", values.runs, 2, 100),
      scryptCost: cost === undefined ? undefined : wholeNumber("--scrypt-cost", cost, 1, 17),
      folder: positionals[0] ?? "earshot-lengths",
      connections,
    } as const,
  };
}

function policyOf(text: string): PaddingPolicy {
  const policy = PADDING_POLICIES.find((known) => known === text);
  if (policy === undefined) throw new RangeError(`--padding takes some of ${PADDING_POLICIES.join(",")}`);
  return policy;
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new RangeError(`${flag} takes a whole number from ${least} to ${most}`);
  }
  return number;
}

async function run({ help, json, policies, plan }: ReturnType<typeof readOptions>): Promise<number> {
  if (help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const captures = await recordPolicies(policies, plan);
  const sniffer = fileURLToPath(new URL("../../sniffer/main.js", import.meta.url));
  const args = [sniffer, "--guess", ...captures, ...(json ? ["--json"] : [])];
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}

try {
  process.exitCode = await run(readOptions());
} catch (error) {
  process.stderr.write(`lengths: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof RangeError || error instanceof TypeError ? EXIT_USAGE : 1;
}
