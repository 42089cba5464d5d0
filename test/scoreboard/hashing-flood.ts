// 500 logins at once, at the cost that operators have: memory stays bounded, and other calls hardly notice.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Crowd } from "./crowd.js";
import type { Flooded } from "./flood-crowd.js";
import { type Accounts, accountsOf, newUsername, PASSWORD } from "./patient-calls.js";
import { Probe, percentile } from "./probe.js";
import { type Extent, type Outcome, type Row, when } from "./row.js";
import { Stage } from "./stage.js";

const EXTENTS = {
  full: { rounds: 3, logins: 500, floodMs: 10_000, quietMs: 3_000 },
  short: { rounds: 1, logins: 200, floodMs: 500, quietMs: 300 },
};
const MIB = 1024 * 1024;
/** The default of PasswordHasherOptions; the process, its calls and its garbage have to find room in it too. */
const BUDGET_BYTES = 256 * MIB;
const WARM_UP_MS = 500;
const CALL_MS = 10_000;

/** One flood of a server that has just begun. Times in milliseconds. */
interface Round {
  readonly flooded: Flooded;
  readonly grownBytes: number;
  readonly baselineMs: number;
  readonly burdenedMs: number;
  readonly worstMs: number;
  readonly failures: readonly string[];
}

export const hashingFlood: Row = {
  name: "hashing-flood",
  title: "hashing flood of 500 logins at once",
  target: "memory within the budget, others' p99 under 2 x baseline, all refused told when to retry",
  async run(stage, extent): Promise<Outcome> {
    const embedded = outcome(await floods(join(await stage.folder(), "flood.db"), extent));
    if (extent === "short") {
      return embedded;
    }
    const { url } = await stage.mariadb();
    const served = outcome(await floods(url, extent));
    return {
      figure: `SQLite: ${embedded.figure}. MariaDB: ${served.figure}`,
      broken: [...embedded.broken, ...served.broken],
      late: [...embedded.late.map((what) => `SQLite: ${what}`), ...served.late.map((what) => `MariaDB: ${what}`)],
    };
  },
};

async function floods(database: string, extent: Extent): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < EXTENTS[extent].rounds; round += 1) {
    const stage = new Stage();
    rounds.push(await flood(stage, database, extent).finally(() => stage.end()));
  }
  return rounds;
}

async function flood(stage: Stage, database: string, extent: Extent): Promise<Round> {
  const { logins, floodMs, quietMs } = EXTENTS[extent];
  const server = await stage.server({ database, cost: "default", tcp: true });
  const crowd = await Crowd.gather(stage, server, logins);
  const [connection] = await stage.connections(server, 1);
  if (connection === undefined) {
    throw new Error("no connection");
  }
  const accounts = accountsOf(connection);
  const metadata = await session(accounts);
  const probe = new Probe(() => accounts.whoAmI({}, { metadata, timeoutMs: CALL_MS }));
  await probe.during(sleep(WARM_UP_MS));
  const beforeBytes = memoryBytes(server.pid, "VmRSS");
  const quiet = await probe.during(sleep(quietMs));
  const flooding = crowd.flood(floodMs);
  const burdened = await probe.during(flooding);
  return {
    flooded: await flooding,
    grownBytes: memoryBytes(server.pid, "VmHWM") - beforeBytes,
    baselineMs: percentile(quiet, 0.99),
    burdenedMs: percentile(burdened, 0.99),
    worstMs: percentile(burdened, 1),
    failures: probe.failures,
  };
}

/** Of the times of the rounds the one in the middle counts: what else the machine does falls on some of them. */
function outcome(rounds: readonly Round[]): Outcome {
  const sum = (count: (one: Flooded) => number): number =>
    rounds.reduce((total, { flooded }) => total + count(flooded), 0);
  const middle = (of: (round: Round) => number): number => percentile(rounds.map(of), 0.5);
  const refused = sum((one) => one.refused);
  const untold = sum((one) => one.untold);
  const others = rounds.flatMap(({ flooded }) => flooded.others);
  const failures = rounds.flatMap((round) => round.failures);
  const grown = Math.max(...rounds.map(({ grownBytes }) => grownBytes));
  const times = middle((one) => one.burdenedMs) / middle((one) => one.baselineMs);
  return {
    figure:
      `${rounds.length} floods: memory +${Math.round(grown / MIB)} MiB; p99 ${middle((one) => one.burdenedMs).toFixed(1)} ms, ` +
      `x ${times.toFixed(2)} of baseline ${middle((one) => one.baselineMs).toFixed(1)} ms (worst ${middle((one) => one.worstMs).toFixed(0)} ms); ` +
      `${sum((one) => one.served)} served, ${refused} of ${refused + untold} refused told when`,
    broken: [
      ...when(grown > BUDGET_BYTES, `memory grew by ${Math.round(grown / MIB)} MiB`),
      ...when(untold > 0, `${untold} were refused and not told when to retry`),
      ...when(refused === 0, "nobody was refused: that was no flood"),
      ...when(others.length > 0, `${others.length} other answers, such as: ${others[0]}`),
      ...when(failures.length > 0, `${failures.length} other calls failed, such as: ${failures[0]}`),
    ],
    late: when(!(times < 2), `p99 of other calls was x ${times.toFixed(2)} of what it was before`),
  };
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
