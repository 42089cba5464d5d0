// The database stops answering without closing anything: calls fail in time and in words, and afterwards all is as before.

import { setTimeout as sleep } from "node:timers/promises";
import { type RpcError, statusName } from "../../src/rpc/index.js";
import type { Mariadb } from "../fixtures/mariadb.js";
import { accountsOf } from "./patient-calls.js";
import { type Outcome, type Row, seconds, when } from "./row.js";
import { lostOf, StoredAccounts } from "./stored-accounts.js";

/**
 * Some callers give up long before the server does, others long after, and hear its own words. `around` a freeze so many
 * registrations are acknowledged: enough that all connections to the database are in use. Frozen for a little more than the
 * server waits for its database. `lingering`: on a busy machine one or two that were cut amid a freeze have been seen to last in
 * the database for longer than is waited here; dozens of calls are cut, so a leak for each would show all the same.
 */
const EXTENTS = {
  full: { freezes: 3, frozenMs: 5_500, deadlinesMs: [3_000, 10_000], around: 200, lingering: 0 },
  short: { freezes: 1, frozenMs: 1_200, deadlinesMs: [500], around: 60, lingering: 2 },
};
const RECOVERY_MS = 1_000;
const CONNECTIONS = 4;
const PER_CONNECTION = 4;
/** What a call may end late by: a turn of two busy processes. */
const TOLERANCE_MS = 250;
/** The store's connections, and those that count attempts. */
const MAX_CONNECTIONS = 8 + 4;
const SETTLE_MS = 10_000;
const POLL_MS = 50;

export const frozenDatabase: Row = {
  name: "frozen-database",
  title: "database frozen for 5 s",
  target: "typed error within the deadline, recovery under 1 s, no connection leaked",
  async run(stage, extent): Promise<Outcome> {
    const { freezes, frozenMs, deadlinesMs, around, lingering } = EXTENTS[extent];
    const mariadb = await stage.mariadb();
    const server = await stage.server({ database: mariadb.url });
    const clients = (await stage.connections(server, CONNECTIONS)).map(accountsOf);
    const faults: Fault[] = [];
    const loads = deadlinesMs.map((timeoutMs) => {
      const onFault = (error: RpcError, tookMs: number): void => {
        faults.push({ code: statusName(error.code), tookMs, overMs: tookMs - timeoutMs });
      };
      return stage.registerLoad(clients, PER_CONNECTION / deadlinesMs.length, { timeoutMs, onFault });
    });
    const more = (): Promise<unknown> => Promise.all(loads.map((load) => load.more(around)));
    await more();
    const before = await connectionsOf(mariadb, Number.POSITIVE_INFINITY);
    const recoveries: number[] = [];
    for (let freeze = 0; freeze < freezes; freeze += 1) {
      mariadb.freeze();
      await sleep(frozenMs);
      mariadb.thaw();
      const thawedMs = performance.now();
      recoveries.push((await Promise.race(loads.map((load) => load.begunAfter(thawedMs)))) - thawedMs);
      await more();
    }
    await Promise.all(loads.map((load) => load.end()));
    // Behind the load: on a busy machine, calls go on to be cut in it, and what was cut takes a moment to end.
    const allowed = MAX_CONNECTIONS + lingering;
    const after = await connectionsOf(mariadb, allowed);
    const stored = await StoredAccounts.open(mariadb.url);
    const all = await stored.all();
    const lost = loads.flatMap((load) => lostOf(load.acknowledged, all));
    stored.close();
    await server.kill();
    const recovery = Math.max(...recoveries);
    return {
      figure: `${faultsLabel(faults)}; recovery ${seconds(recovery)}; ${before} connections before, ${after} after; ${lost[0] ?? 0} lost`,
      broken: [
        ...lost,
        ...loads.flatMap(({ broken }) => broken),
        ...when(faults.length === 0, "the freeze was not noticed"),
        ...when(Number.isNaN(recovery), "no answer after the freeze"),
        ...when(after > allowed, `${after} connections, where ${MAX_CONNECTIONS} are in use at the most`),
      ],
      late: [
        ...faults.filter(({ overMs }) => overMs > TOLERANCE_MS).map(({ tookMs }) => `an error took ${seconds(tookMs)}`),
        ...when(!(recovery < RECOVERY_MS), `recovery took ${seconds(recovery)}`),
      ],
    };
  },
};

interface Fault {
  readonly code: string;
  readonly tookMs: number;
  /** After the deadline; negative before it. */
  readonly overMs: number;
}

/** How many of each kind, and how long the slowest of each took. */
function faultsLabel(faults: readonly Fault[]): string {
  const codes = [...new Set(faults.map(({ code }) => code))];
  const labels = codes.map((wanted) => {
    const times = faults.filter(({ code }) => code === wanted).map(({ tookMs }) => tookMs);
    return `${times.length} ${wanted} within ${seconds(Math.max(...times))}`;
  });
  return labels.join(", ");
}

/** Asked for until they are no more than the limit, for a while: what was cut ends when the database notices. */
async function connectionsOf(mariadb: Mariadb, limit: number): Promise<number> {
  const stored = await StoredAccounts.open(mariadb.url);
  const untilMs = performance.now() + SETTLE_MS;
  let count = await stored.connections();
  while (count > limit && performance.now() < untilMs) {
    await sleep(POLL_MS);
    count = await stored.connections();
  }
  stored.close();
  return count;
}
