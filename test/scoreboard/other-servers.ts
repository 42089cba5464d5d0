// Registered on one server, logged in on another at once, asked for on a third: each knows what the others acknowledged.

import {
  type Accounts,
  accountsOf,
  newUsername,
  PASSWORD,
  patiently,
  registerPatiently,
  told,
} from "./patient-calls.js";
import { type Outcome, type Row, when } from "./row.js";

const ROUNDS = { full: 1_000, short: 20 };
const LANES = 4;
const TIMEOUT_MS = 10_000;

export const otherServers: Row = {
  name: "other-servers",
  title: "Register on one server, Login on another, 1,000 times",
  target: "0 stale",
  needsCluster: true,
  async run(stage, extent): Promise<Outcome> {
    const servers = await stage.clusterServers();
    const connections = await Promise.all(servers.map((server) => stage.connections(server, 1)));
    const clients = connections.flat().map(accountsOf);
    const stale: string[] = [];
    let rounds = 0;
    let repeated = 0;
    const onFault = (): void => {
      repeated += 1;
    };
    const lane = async (): Promise<void> => {
      while (rounds < ROUNDS[extent]) {
        rounds += 1;
        await once(turned(clients, rounds), onFault).catch((error: unknown) => stale.push(told(error)));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return {
      figure: `${stale.length} stale of ${rounds}, each asked for on a third server too, ${repeated} attempts repeated`,
      broken: when(stale.length > 0, `${stale.length} stale, such as: ${stale[0]}`),
      late: [],
    };
  },
};

/** @throws RpcError for what the second or third server does not know */
async function once([first, second, third]: readonly Accounts[], onFault: () => void): Promise<void> {
  if (first === undefined || second === undefined || third === undefined) {
    throw new Error("three servers are needed");
  }
  const patience = { timeoutMs: TIMEOUT_MS, onFault, isOver: () => false };
  const ignore = (): void => undefined;
  const username = newUsername();
  await registerPatiently(first, username, patience);
  const login = await patiently(patience, ignore, (call) => second.login({ username, password: PASSWORD }, call));
  const metadata = { authorization: `Bearer ${login?.sessionToken}` };
  await patiently(patience, ignore, (call) => third.whoAmI({}, { ...call, metadata }));
}

function turned<T>(all: readonly T[], by: number): T[] {
  return all.map((_, index) => all[(index + by) % all.length]).filter((one) => one !== undefined);
}
