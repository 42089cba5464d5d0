// Strangers who log in at once, as a process of their own, from several addresses: `PORT CA-FILE COUNT`. Who is turned away comes
// again when told to. Each line that it reads is one flood of so many milliseconds, each line that it writes what became of it.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { RetryAfter } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect, RpcError, StatusCode } from "../../src/rpc/index.js";
import { Doorway } from "./doorway.js";
import { type Accounts, accountsOf, newUsername, PASSWORD, told } from "./patient-calls.js";

/** What became of a flood. */
export interface Flooded {
  /** Logins that were looked at, and found to be wrong. */
  served: number;
  /** Turned away and told when to come again. */
  refused: number;
  /** Turned away and told nothing. */
  untold: number;
  /** Anything else. */
  others: string[];
}

const ADDRESSES = 10;
const CONNECTIONS_EACH = 5;
const TIMEOUT_MS = 30_000;

const [port = "", caFile = "", count = ""] = process.argv.slice(2);
const ca = readFileSync(caFile);
const clients: Accounts[] = [];
for (let address = 0; address < ADDRESSES; address += 1) {
  // Every address of 127/8 is this machine's own, on Linux.
  const from = process.platform === "linux" ? { localAddress: `127.0.1.${address + 1}` } : {};
  const doorway = await Doorway.open({ to: { host: "127.0.0.1", port: Number(port), ...from } });
  for (let each = 0; each < CONNECTIONS_EACH; each += 1) {
    clients.push(accountsOf(await connect({ host: "127.0.0.1", port: doorway.port, tls: { ca } })));
  }
}
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const flooded: Flooded = { served: 0, refused: 0, untold: 0, others: [] };
  const untilMs = performance.now() + Number(line);
  const client = (index: number) => clients[index % clients.length];
  await Promise.all(Array.from({ length: Number(count) }, (_, index) => persist(client(index), flooded, untilMs)));
  process.stdout.write(`${JSON.stringify(flooded)}\n`);
}
process.exit(0);

/** Until it is served, or would come too late. */
async function persist(accounts: Accounts | undefined, flooded: Flooded, untilMs: number): Promise<void> {
  for (;;) {
    const retryAfterMs = await login(accounts, flooded);
    if (retryAfterMs === undefined || performance.now() + retryAfterMs > untilMs) {
      return;
    }
    await sleep(retryAfterMs);
  }
}

/** Gives after how many milliseconds to come again, if it was told. */
async function login(accounts: Accounts | undefined, flooded: Flooded): Promise<number | undefined> {
  try {
    await accounts?.login({ username: newUsername(), password: PASSWORD }, { timeoutMs: TIMEOUT_MS });
    flooded.others.push("a stranger was let in");
    return undefined;
  } catch (error) {
    return tally(error, flooded);
  }
}

function tally(error: unknown, flooded: Flooded): number | undefined {
  if (!(error instanceof RpcError)) {
    flooded.others.push(told(error));
    return undefined;
  }
  const retryAfterMs = error.detail(RetryAfter)?.retryAfterMs ?? 0;
  if (error.code === StatusCode.UNAUTHENTICATED) {
    flooded.served += 1;
  } else if (error.code !== StatusCode.RESOURCE_EXHAUSTED) {
    flooded.others.push(told(error));
  } else if (retryAfterMs > 0) {
    flooded.refused += 1;
    return retryAfterMs;
  } else {
    flooded.untold += 1;
  }
  return undefined;
}
