// The database stops answering without closing anything: calls fail in time and in words, and afterwards all is as before.

import { setTimeout as sleep } from "node:timers/promises";
import type { RpcError } from "../../src/rpc/index.js";
import type { Mariadb } from "../fixtures/mariadb.js";
import { accountsOf } from "./patient-calls.js";
import { RegisterLoad } from "./register-load.js";
import { type Outcome, type Row, seconds, when } from "./row.js";
import { lostOf, StoredAccounts } from "./stored-accounts.js";

/** `around` a freeze so many are acknowledged: enough that all connections to the database are in use. */
const EXTENTS = {
  full: { freezes: 3, frozenMs: 5_000, deadlineMs: 3_000, around: 200 },
  short: { freezes: 1, frozenMs: 1_200, deadlineMs: 500, around: 60 },
};
const RECOVERY_MS = 1_000;
const CONNECTIONS = 4;
const PER_CONNECTION = 4;
/** What a call may end late by: a turn of two busy processes. */
const TOLERANCE_MS = 250;
/** The store's connections, and those that count attempts. */
const MAX_CONNECTIONS = 8 + 4;
const SETTLE_MS = 3_000;
const POLL_MS = 50;

export const frozenDatabase: Row = {
  name: "frozen-database",
  title: "database frozen for 5 s",
  target: "typed error within the deadline, recovery under 1 s, no connection leaked",
  async run(stage, extent): Promise<Outcome> {
    const { freezes, frozenMs, deadlineMs, around } = EXTENTS[extent];
    const mariadb = await stage.mariadb();
    const server = await stage.server({ database: mariadb.url });
    const connections = await stage.connections(server, CONNECTIONS);
    const faults: { error: RpcError; tookMs: number }[] = [];
    const load = new RegisterLoad(connections.map(accountsOf), PER_CONNECTION, {
      timeoutMs: deadlineMs,
      onFault: (error, tookMs) => faults.push({ error, tookMs }),
    });
    await load.more(around);
    const before = await connectionsOf(mariadb, Number.POSITIVE_INFINITY);
    const recoveries: number[] = [];
    for (let freeze = 0; freeze < freezes; freeze += 1) {
      mariadb.freeze();
      await sleep(frozenMs);
      mariadb.thaw();
      const thawedMs = performance.now();
      recoveries.push((await load.begunAfter(thawedMs)) - thawedMs);
      await load.more(around);
    }
    const after = await connectionsOf(mariadb, MAX_CONNECTIONS);
    await load.end();
    const stored = await StoredAccounts.open(mariadb.url);
    const lost = lostOf(load.acknowledged, await stored.all());
    stored.close();
    await server.kill();
    const slowest = Math.max(0, ...faults.map(({ tookMs }) => tookMs));
    const recovery = Math.max(...recoveries);
    return {
      figure:
        `${faults.length} typed errors, the slowest after ${seconds(slowest)} of ${seconds(deadlineMs)}; recovery ${seconds(recovery)}; ` +
        `${before} connections before, ${after} after; ${lost.length === 0 ? 0 : lost[0]} lost`,
      broken: [
        ...lost,
        ...load.broken,
        ...when(faults.length === 0, "the freeze was not noticed"),
        ...when(Number.isNaN(recovery), "no answer after the freeze"),
        ...when(after > MAX_CONNECTIONS, `${after} connections, where ${MAX_CONNECTIONS} are in use at the most`),
      ],
      late: [
        ...when(slowest > deadlineMs + TOLERANCE_MS, `an error came after ${seconds(slowest)}`),
        ...when(!(recovery < RECOVERY_MS), `recovery took ${seconds(recovery)}`),
      ],
    };
  },
};

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
