// kill -9 of MariaDB, again and again, while accounts are registered: nothing acknowledged may be lost.

import { accountsOf } from "./patient-calls.js";
import { type Outcome, type Row, seconds, when } from "./row.js";
import { lostOf, StoredAccounts } from "./stored-accounts.js";

const KILLS = { full: 20, short: 2 };
const LIMIT_MS = 2_000;
const CONNECTIONS = 4;
const PER_CONNECTION = 3;
/** Acknowledged between two kills, at the least. */
const BETWEEN = 60;

export const databaseKills: Row = {
  name: "database-kills",
  title: "20 x kill -9 of MariaDB under Register load",
  target: "0 acknowledged registrations lost, recovery under 2 s",
  async run(stage, extent): Promise<Outcome> {
    const mariadb = await stage.mariadb();
    const server = await stage.server({ database: mariadb.url });
    const connections = await stage.connections(server, CONNECTIONS);
    const load = stage.registerLoad(connections.map(accountsOf), PER_CONNECTION);
    const recoveries: number[] = [];
    for (let kill = 0; kill < KILLS[extent]; kill += 1) {
      await load.more(BETWEEN);
      const killedMs = performance.now();
      await mariadb.crash();
      await mariadb.run();
      // Acknowledgements from before may still be on the way; none from after can come before the database is back.
      recoveries.push((await load.answeredAfter(performance.now())) - killedMs);
    }
    await load.more(BETWEEN);
    await load.end();
    const stored = await StoredAccounts.open(mariadb.url);
    const lost = lostOf(load.acknowledged, await stored.all());
    stored.close();
    await server.kill();
    const longest = Math.max(...recoveries);
    return {
      figure: `${lost.length === 0 ? 0 : lost[0]} lost of ${load.acknowledged.length}, ${recoveries.length} kills, longest recovery ${seconds(longest)}`,
      broken: [...lost, ...load.broken, ...when(Number.isNaN(longest), "no answer after a kill")],
      late: when(!(longest < LIMIT_MS), `recovery took ${seconds(longest)}`),
    };
  },
};
