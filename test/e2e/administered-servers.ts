// Two servers of one database, clients of both, and `server admin` beside them.

import { join } from "node:path";
import type { Test } from "tap";
import { dial, type Ended, ServerProcess } from "./server-program.js";

export const PASSWORD = "tiger lamp ocean 42";
export const bearer = (token: string) => ({ metadata: { authorization: `Bearer ${token}` } });
export type Admin = (...args: string[]) => Promise<Ended>;
type Accounts = Awaited<ReturnType<typeof dial>>;

interface AdministeredServers {
  readonly admin: Admin;
  /** Clients of two servers. */
  readonly one: Accounts;
  readonly two: Accounts;
  readonly env: NodeJS.ProcessEnv;
  readonly servers: readonly ServerProcess[];
}

/** Two servers of one database; the folder is the test's. */
export async function startAdministered(t: Test, database: string): Promise<AdministeredServers> {
  const env = { EARSHOT_DATABASE: database };
  const certs = join(t.testdirName, "certs");
  const args = ["--cert", certs, "--listen", "127.0.0.1:0", "--scrypt-cost", "4"];
  const first = new ServerProcess(t, args, env);
  const one = await dial(t, await first.listening(), certs);
  const second = new ServerProcess(t, args, env);
  const two = await dial(t, await second.listening(), certs);
  const admin: Admin = (...args) => new ServerProcess(t, ["admin", ...args], env).ended();
  return { admin, one, two, env, servers: [first, second] };
}
