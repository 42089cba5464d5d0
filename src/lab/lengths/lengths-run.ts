// Records the same kinds of exchanges under each padding policy, and lets the sniffer guess what they were.
import type { PaddingPolicy } from "../../rpc/index.js";
import type { GuessEvent } from "../../sniffer/event.js";
import { LabError } from "../lab-error.js";
import { runProgram } from "../program.js";
import { type ExchangePlan, recordExchanges } from "./exchange-run.js";

/** One recording for each policy, all in `folder`; gives the captures. */
export async function recordPolicies(
  policies: readonly PaddingPolicy[],
  plan: Omit<ExchangePlan, "padding" | "name">,
): Promise<string[]> {
  const captures: string[] = [];
  for (const padding of policies) captures.push(await recordExchanges({ ...plan, padding, name: padding }));
  return captures;
}

/** What the sniffer guesses of each capture. Throws LabError when it cannot. */
export async function guessCaptures(captures: readonly string[]): Promise<GuessEvent[]> {
  const { exitCode, stdout, stderr } = await runProgram("sniffer", ["--guess", ...captures, "--json"]);
  if (exitCode !== 0) throw new LabError("bad_capture", `the sniffer could not guess: ${stderr.trim()}`);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as GuessEvent);
}
