// kill -9 of one of three Galera nodes while accounts are registered on three servers.

import { accountsOf } from "./patient-calls.js";
import { type Outcome, type Row, seconds, when } from "./row.js";
import { lostOf, StoredAccounts } from "./stored-accounts.js";

const LIMIT_MS = 4_000;
const CONNECTIONS = 2;
const PER_CONNECTION = 3;
const AROUND = 300;

export const nodeKill: Row = {
  name: "node-kill",
  title: "one Galera node killed under load",
  target: "0 lost, stall at most 4 s",
  needsCluster: true,
  async run(stage): Promise<Outcome> {
    const galera = await stage.galera();
    const servers = await stage.clusterServers();
    const connections = await Promise.all(servers.map((server) => stage.connections(server, CONNECTIONS)));
    const load = stage.registerLoad(connections.flat().map(accountsOf), PER_CONNECTION);
    await load.more(AROUND);
    const [killed] = galera.nodes;
    await killed?.crash();
    const answered = await load.begunAfter(performance.now());
    await load.more(AROUND);
    await load.end();
    const lost: string[] = [];
    for (const survivor of [1, 2]) {
      const stored = await StoredAccounts.open(galera.url([survivor]));
      lost.push(...lostOf(load.acknowledged, await stored.all()));
      stored.close();
    }
    await killed?.rejoin();
    return {
      figure: `${lost.length === 0 ? 0 : lost[0]} lost of ${load.acknowledged.length}, ${load.faults} repeated, stall ${seconds(load.stallMs)}`,
      broken: [...lost, ...load.broken, ...when(Number.isNaN(answered), "no answer after the kill")],
      late: when(!(load.stallMs <= LIMIT_MS), `the stall took ${seconds(load.stallMs)}`),
    };
  },
};
