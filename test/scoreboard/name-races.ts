// Several clients want the same name at once, on three servers over three nodes: one of them gets it.

import { RpcError, StatusCode } from "../../src/rpc/index.js";
import { type Accounts, accountsOf, newUsername, registerPatiently, told } from "./patient-calls.js";
import { type Outcome, type Row, when } from "./row.js";
import { StoredAccounts } from "./stored-accounts.js";

const RACES = { full: 500, short: 20 };
const RACERS_EACH = 2;
const AT_ONCE = 2;
const TIMEOUT_MS = 10_000;

interface Race {
  readonly username: string;
  /** Ids that winners were told. */
  readonly winners: string[];
  readonly broken: string[];
}

export const nameRaces: Row = {
  name: "name-races",
  title: "500 races for one name over 3 servers and 3 nodes",
  target: "exactly 500 winners",
  needsCluster: true,
  async run(stage, extent): Promise<Outcome> {
    const galera = await stage.galera();
    const servers = await stage.clusterServers();
    const connections = await Promise.all(servers.map((server) => stage.connections(server, RACERS_EACH)));
    const racers = connections.flat().map(accountsOf);
    const races: Race[] = [];
    let repeated = 0;
    const lane = async (): Promise<void> => {
      while (races.length < RACES[extent]) {
        const race: Race = { username: newUsername(), winners: [], broken: [] };
        races.push(race);
        repeated += await run(race, racers);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    const winners = races.reduce((sum, race) => sum + race.winners.length, 0);
    return {
      figure: `${winners} winners of ${races.length} races by ${racers.length} clients each, ${repeated} attempts repeated`,
      broken: [...races.flatMap(verdict), ...(await unlikeStored(galera.url([2]), races))],
      late: [],
    };
  },
};

/** Each with a password of its own, which then must be the winner's. Gives how many attempts were repeated. */
async function run(race: Race, racers: readonly Accounts[]): Promise<number> {
  let repeated = 0;
  const onFault = (): void => {
    repeated += 1;
  };
  const patience = { timeoutMs: TIMEOUT_MS, onFault, isOver: () => false };
  const wins = await Promise.all(
    racers.map(async (accounts, index) => {
      const password = `walruses juggle ${index} purple`;
      try {
        const won = await registerPatiently(accounts, race.username, patience, undefined, password);
        return won === undefined ? undefined : { ...won, password };
      } catch (error) {
        if (!(error instanceof RpcError) || error.code !== StatusCode.ALREADY_EXISTS) {
          race.broken.push(`${race.username}: ${told(error)}`);
        }
        return undefined;
      }
    }),
  );
  for (const win of wins.filter((win) => win !== undefined)) {
    race.winners.push(win.accountId);
    await racers[0]?.login({ username: race.username, password: win.password }).catch((error: unknown) => {
      race.broken.push(`${race.username}: the winner cannot log in: ${told(error)}`);
    });
  }
  return repeated;
}

function verdict({ username, winners, broken }: Race): string[] {
  return [...broken, ...when(winners.length !== 1, `${username}: ${winners.length} winners`)];
}

async function unlikeStored(url: string, races: readonly Race[]): Promise<string[]> {
  const stored = await StoredAccounts.open(url);
  const all = await stored.all();
  stored.close();
  return races.flatMap(({ username, winners }) =>
    when(all.get(username) !== winners[0], `${username}: another account is stored than the winner was told`),
  );
}
