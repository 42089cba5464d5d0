// Three Galera nodes and three servers on loopback: each server prefers another node, so that all nodes are written to.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import type { Galera } from "../fixtures/galera.js";
import { ClusterServer } from "./cluster-server.js";

const ORDERS = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
] as const;

/** Resolves when all three listen, which they begin at once; the teardown ends them. */
export async function startServers(t: Pick<Test, "teardown">, galera: Galera): Promise<readonly ClusterServer[]> {
  const folder = await mkdtemp(join(tmpdir(), "earshot-cluster-"));
  const servers: ClusterServer[] = [];
  const onExit = (): void => {
    for (const server of servers) {
      server.kill();
    }
  };
  process.once("exit", onExit);
  t.teardown(async () => {
    await Promise.all(servers.map((server) => server.end("SIGKILL")));
    process.off("exit", onExit);
    await rm(folder, { recursive: true, force: true });
  });
  for (const [index, order] of ORDERS.entries()) {
    const home = join(folder, `s${index + 1}`);
    await mkdir(home);
    servers.push(new ClusterServer(`s${index + 1}`, home, galera.url(order)));
  }
  await Promise.all(servers.map((server) => server.start()));
  return servers;
}
