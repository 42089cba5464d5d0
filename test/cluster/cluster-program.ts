// `npm run cluster`: people use accounts on three servers over three Galera nodes while a node and a server are killed.

import { setTimeout as sleep } from "node:timers/promises";
import { Galera } from "../fixtures/galera.js";
import { AccountFlow } from "./account-flow.js";
import { startServers } from "./cluster.js";
import { ClusterTable } from "./cluster-table.js";

const USERS = 8;
const FLOW_MS = 24_000;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const teardowns: (() => unknown)[] = [];
const t = { teardown: (end: () => unknown): number => teardowns.push(end) };
const table = new ClusterTable((line) => process.stdout.write(`${line}\n`));
for (const signal of SIGNALS) {
  process.once(signal, () => void endAll().then(() => process.exit(1)));
}
try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`cluster: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  table.end();
  await endAll();
}

async function run(): Promise<boolean> {
  table.tell("three Galera nodes begin …");
  const galera = await Galera.start(t);
  table.tell("the nodes are in step; three servers begin at once, on an empty database …");
  const servers = await startServers(t, galera);
  const flow = new AccountFlow(servers, FLOW_MS);
  t.teardown(() => flow.close());
  table.follow(galera.nodes, servers, flow);
  await flow.run(USERS, disturb());
  table.end();
  table.tell("asking for everything that was acknowledged …");
  await flow.verify();
  return verdict(flow);

  async function disturb(): Promise<void> {
    const [node] = galera.nodes;
    const [, server] = servers;
    await sleep(4_000);
    table.tell("kill -9 of node n1, which server s1 prefers");
    await node?.crash();
    await sleep(7_000);
    table.tell("node n1 comes back, and catches up …");
    await node?.rejoin();
    table.tell("node n1 is in step again");
    await sleep(2_000);
    table.tell("kill -9 of server s2");
    await server?.end("SIGKILL");
    await sleep(4_000);
    await server?.start();
    table.tell("server s2 is started again");
    await sleep(3_000);
  }
}

function verdict(flow: AccountFlow): boolean {
  const { registered, loggedIn, checked, loggedOut, faults, stallMs } = flow.counts;
  const { broken } = flow;
  const lines = [
    "",
    `acknowledged: ${registered} accounts, ${loggedIn} logins, ${checked} checks of sessions elsewhere, ${loggedOut} logouts`,
    `${faults} calls failed and were repeated; the longest time without an answer to anybody was ${(stallMs / 1_000).toFixed(1)} s`,
    ...broken.slice(0, 20).map((what) => `BROKEN: ${what}`),
    broken.length === 0
      ? "verdict: nothing that was acknowledged is lost"
      : `verdict: ${broken.length} promises are broken`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return broken.length === 0 && registered > 0 && checked > 0;
}

/** The last that began ends first. */
async function endAll(): Promise<void> {
  for (const end of teardowns.splice(0).reverse()) {
    await end();
  }
}
