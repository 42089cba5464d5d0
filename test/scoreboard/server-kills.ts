// kill -9 of the server, again and again, while accounts are registered: clients connect again and repeat.

import { setTimeout as sleep } from "node:timers/promises";
import { accountsOf } from "./patient-calls.js";
import { type Outcome, type Row, seconds, when } from "./row.js";
import { lostOf, StoredAccounts } from "./stored-accounts.js";

const KILLS = { full: 20, short: 1 };
const LIMIT_MS = 2_000;
const CONNECTIONS = 4;
const PER_CONNECTION = 3;
/** Acknowledged between two kills, at the least. */
const BETWEEN = 40;
/** Clients hold a connection that lives for less than a second for a failed one, and take longer to come back each time. */
const LIFE_MS = 1_200;

export const serverKills: Row = {
  name: "server-kills",
  title: "20 x kill -9 of the server under load",
  target: "0 lost, first good answer under 2 s",
  async run(stage, extent): Promise<Outcome> {
    const mariadb = await stage.mariadb();
    const server = await stage.server({ database: mariadb.url });
    const connections = await stage.connections(server, CONNECTIONS);
    const load = stage.registerLoad(connections.map(accountsOf), PER_CONNECTION);
    const answers: number[] = [];
    for (let kill = 0; kill < KILLS[extent]; kill += 1) {
      await Promise.all([load.more(BETWEEN), sleep(LIFE_MS)]);
      const killedMs = performance.now();
      await server.kill();
      // What was answered before may still arrive; what is asked from now on only the next process answers.
      const answered = load.begunAfter(performance.now());
      await server.start();
      answers.push((await answered) - killedMs);
    }
    await load.more(BETWEEN);
    await load.end();
    const stored = await StoredAccounts.open(mariadb.url);
    const lost = lostOf(load.acknowledged, await stored.all());
    stored.close();
    await server.kill();
    const longest = Math.max(...answers);
    return {
      figure: `${lost.length === 0 ? 0 : lost[0]} lost of ${load.acknowledged.length}, ${answers.length} kills, latest first answer ${seconds(longest)}`,
      broken: [...lost, ...load.broken, ...when(Number.isNaN(longest), "no answer after a kill")],
      late: when(!(longest < LIMIT_MS), `the first answer took ${seconds(longest)}`),
    };
  },
};
