// The acknowledgement of every registration is cut off, before the client and before the server: repeating makes no second account.

import { setTimeout as sleep } from "node:timers/promises";
import { AccountClient } from "../../src/client/index.js";
import { CuttingProxy } from "../fixtures/cutting-proxy.js";
import { Doorway } from "./doorway.js";
import { newUsername, PASSWORD, told } from "./patient-calls.js";
import { type Outcome, type Row, when } from "./row.js";
import type { ServerChild } from "./server-child.js";
import type { Stage } from "./stage.js";
import { StoredAccounts } from "./stored-accounts.js";

const CUTS = { full: 200, short: 8 };
const POLL_MS = 2;
const DONE_WITHIN_MS = 2_000;

interface Side {
  readonly client: AccountClient;
  /** So that the next registration's answer is swallowed. */
  readonly cut: (username: string) => void;
  readonly cuts: () => number;
}

export const lostAnswers: Row = {
  name: "lost-answers",
  title: "every acknowledgement cut off, then retried, 200 times",
  target: "1 account each, the right answer",
  async run(stage, extent): Promise<Outcome> {
    const mariadb = await stage.mariadb();
    const stored = await StoredAccounts.open(mariadb.url);
    stage.teardown(() => stored.close());
    const broken: string[] = [];
    const before = await beforeClient(stage, stored, broken);
    const behind = await beforeServer(stage, mariadb);
    const asked: string[] = [];
    for (const side of [before, behind]) {
      for (let cut = 0; cut < CUTS[extent]; cut += 1) {
        const username = newUsername();
        asked.push(username);
        side.cut(username);
        broken.push(...(await wrongWith(side, username, stored)));
      }
    }
    const all = await stored.all();
    const made = asked.filter((username) => all.has(username)).length;
    const cuts = [before, behind].map((side) => side.cuts());
    return {
      figure: `${made} accounts of ${asked.length}, ${asked.length - broken.length} right answers; ${cuts[0]} answers cut before the client, ${cuts[1]} before the server`,
      broken: [
        ...broken,
        ...when(
          cuts.some((count) => count !== CUTS[extent]),
          `only ${cuts.join(" and ")} were cut`,
        ),
      ],
      late: [],
    };
  },
};

/** Between the client and the server: TLS passes through, and the answer is known by its time. */
async function beforeClient(stage: Stage, stored: StoredAccounts, broken: string[]): Promise<Side> {
  const server = await stage.server({ database: (await stage.mariadb()).url });
  const doorway = await Doorway.open({ to: { path: server.path } });
  stage.teardown(() => doorway.close());
  const client = await clientAt(stage, server, doorway.port);
  const cut = (username: string): void =>
    doorway.cutNextAnswer(async () => {
      if (!(await isMade(stored, username))) {
        broken.push(`${username}: what was cut off was no acknowledgement`);
      }
    });
  return { client, cut, cuts: () => doorway.cuts };
}

/** Between the server and its database: the answer to a COMMIT. */
async function beforeServer(stage: Stage, mariadb: { readonly url: string; readonly port: number }): Promise<Side> {
  const proxy = await CuttingProxy.start(stage, mariadb.port);
  const database = mariadb.url.replace(`:${mariadb.port}/`, `:${proxy.port}/`);
  const server = await stage.server({ database });
  const doorway = await Doorway.open({ to: { path: server.path } });
  stage.teardown(() => doorway.close());
  const client = await clientAt(stage, server, doorway.port);
  return { client, cut: () => proxy.cutNextAnswerTo("COMMIT"), cuts: () => proxy.cuts };
}

async function clientAt(stage: Stage, server: ServerChild, port: number): Promise<AccountClient> {
  const client = await AccountClient.connect({ host: "127.0.0.1", port, tls: { ca: server.ca } });
  stage.teardown(() => client.close());
  await client.register({ username: newUsername(), password: PASSWORD });
  return client;
}

async function wrongWith({ client }: Side, username: string, stored: StoredAccounts): Promise<string[]> {
  try {
    const account = await client.register({ username, password: PASSWORD });
    const isRight = account.username === username && account.accountId === (await stored.find(username));
    return when(!isRight, `${username}: the answer is of another account`);
  } catch (error) {
    return [`${username}: ${told(error)}`];
  }
}

async function isMade(stored: StoredAccounts, username: string): Promise<boolean> {
  const untilMs = performance.now() + DONE_WITHIN_MS;
  while (performance.now() < untilMs) {
    if ((await stored.find(username)) !== undefined) {
      return true;
    }
    await sleep(POLL_MS);
  }
  return false;
}
