// 500 logins at once, at the cost that operators have: memory stays bounded, and other calls hardly notice.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Flooded } from "./flood-crowd.js";
import { type Accounts, accountsOf, newUsername, PASSWORD } from "./patient-calls.js";
import { Probe, percentile } from "./probe.js";
import { type Outcome, type Row, when } from "./row.js";
import type { ServerChild } from "./server-child.js";
import type { Stage } from "./stage.js";

const CROWD = fileURLToPath(new URL("flood-crowd.js", import.meta.url));
const EXTENTS = {
  full: { floods: 3, logins: 500, floodMs: 6_000 },
  short: { floods: 1, logins: 200, floodMs: 500 },
};
const MIB = 1024 * 1024;
/** The default of PasswordHasherOptions, and what the process may take besides: calls, their answers, garbage. */
const BUDGET_BYTES = 256 * MIB;
const WARM_UP_MS = 500;

export const hashingFlood: Row = {
  name: "hashing-flood",
  title: "hashing flood of 500 logins at once",
  target: "memory within the budget, others' p99 under 2 x baseline, all refused told when to retry",
  async run(stage, extent): Promise<Outcome> {
    const { floods, logins, floodMs } = EXTENTS[extent];
    const database = join(await stage.folder(), "flood.db");
    const server = await stage.server({ database, cost: "default", tcp: true });
    const crowd = await Crowd.gather(stage, server, logins);
    const [connection] = await stage.connections(server, 1);
    if (connection === undefined) {
      throw new Error("no connection");
    }
    const metadata = await session(accountsOf(connection));
    const probe = new Probe(() => accountsOf(connection).whoAmI({}, { metadata, timeoutMs: 10_000 }));
    await crowd.flood(1);
    await probe.during(sleep(WARM_UP_MS));
    const beforeBytes = memoryBytes(server.pid, "VmRSS");
    const quiet: number[] = [];
    const flooded: number[] = [];
    const results: Flooded[] = [];
    for (let flood = 0; flood < floods; flood += 1) {
      quiet.push(...(await probe.during(sleep(floodMs))));
      flooded.push(...(await probe.during(crowd.flood(floodMs).then((result) => results.push(result)))));
    }
    const grownMib = Math.round((memoryBytes(server.pid, "VmHWM") - beforeBytes) / MIB);
    await server.kill();
    return outcome(results, { grownMib, quiet, flooded, failures: probe.failures });
  },
};

function outcome(
  results: readonly Flooded[],
  seen: { grownMib: number; quiet: readonly number[]; flooded: readonly number[]; failures: readonly string[] },
): Outcome {
  const sum = (count: (one: Flooded) => number): number => results.reduce((total, one) => total + count(one), 0);
  const refused = sum((one) => one.refused);
  const untold = sum((one) => one.untold);
  const others = results.flatMap((one) => one.others);
  const baseline = percentile(seen.quiet, 0.99);
  const burdened = percentile(seen.flooded, 0.99);
  return {
    figure:
      `${results.length} floods: memory +${seen.grownMib} MiB; p99 ${burdened.toFixed(1)} ms of ${baseline.toFixed(1)} ms baseline ` +
      `(x ${(burdened / baseline).toFixed(1)}; median ${percentile(seen.flooded, 0.5).toFixed(1)}, worst ${percentile(seen.flooded, 1).toFixed(0)} ms); ${sum((one) => one.served)} served, ${refused} of ${refused + untold} refused told when`,
    broken: [
      ...when(seen.grownMib * MIB > BUDGET_BYTES, `memory grew by ${seen.grownMib} MiB`),
      ...when(untold > 0, `${untold} were refused and not told when to retry`),
      ...when(refused === 0, "nobody was refused: that was no flood"),
      ...when(others.length > 0, `${others.length} other answers, such as: ${others[0]}`),
      ...when(seen.failures.length > 0, `${seen.failures.length} other calls failed, such as: ${seen.failures[0]}`),
    ],
    late: when(
      !(burdened < 2 * baseline),
      `p99 of other calls was ${burdened.toFixed(1)} ms, ${baseline.toFixed(1)} ms before`,
    ),
  };
}

/** The process of those who flood. */
class Crowd {
  readonly #lines: Interface;
  readonly #stdin: NodeJS.WritableStream;

  static async gather(stage: Stage, server: ServerChild, logins: number): Promise<Crowd> {
    const caFile = join(await stage.folder(), "flood-ca.pem");
    await writeFile(caFile, server.ca);
    const child = spawn(process.execPath, [CROWD, String(server.port), caFile, String(logins)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    stage.teardown(() => child.kill("SIGKILL"));
    const crowd = new Crowd(createInterface({ input: child.stdout }), child.stdin);
    await once(crowd.#lines, "line");
    return crowd;
  }

  private constructor(lines: Interface, stdin: NodeJS.WritableStream) {
    this.#lines = lines;
    this.#stdin = stdin;
  }

  /** Who is turned away comes again as told, for so long. */
  async flood(ms: number): Promise<Flooded> {
    const answered = once(this.#lines, "line");
    this.#stdin.write(`${ms}\n`);
    const [line] = await answered;
    // The crowd is ours, and writes nothing else.
    return JSON.parse(String(line)) as Flooded;
  }
}

async function session(accounts: Accounts): Promise<{ authorization: string }> {
  const username = newUsername();
  await accounts.register({ username, password: PASSWORD });
  const { sessionToken } = await accounts.login({ username, password: PASSWORD });
  return { authorization: `Bearer ${sessionToken}` };
}

/** What Linux says of a process: `VmRSS` now, `VmHWM` the most it ever was. Elsewhere NaN: nothing is judged. */
function memoryBytes(pid: number, what: "VmRSS" | "VmHWM"): number {
  if (process.platform !== "linux") {
    return Number.NaN;
  }
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${what}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
}
