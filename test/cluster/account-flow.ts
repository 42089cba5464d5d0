// Users of a cluster: each registers on one server, logs in on another, asks a third; all that was acknowledged is kept in mind.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { RpcError, StatusCode } from "../../src/rpc/index.js";
import type { ClusterServer } from "./cluster-server.js";
import { type Accounts, isFault, ServerCalls } from "./server-calls.js";

const PASSWORD = "six purple walruses juggle";
const CALL_MS = 8_000;
const PAUSE_MS = 20;
/** Below what one address may register in an hour. */
const MAX_ACCOUNTS = 90;
const MAX_SESSIONS = 400;
/** Well below what one account may have, above which the oldest end. */
const MAX_SESSIONS_EACH = 20;

export interface FlowCounts {
  registered: number;
  loggedIn: number;
  /** Sessions asked for on another server than the one that opened them. */
  checked: number;
  loggedOut: number;
  /** Calls that failed and were repeated elsewhere. */
  faults: number;
  /** The longest time in which nothing was acknowledged to anybody. */
  stallMs: number;
}

interface OpenSession {
  readonly username: string;
  readonly token: string;
}

export class AccountFlow {
  readonly counts: FlowCounts = { registered: 0, loggedIn: 0, checked: 0, loggedOut: 0, faults: 0, stallMs: 0 };
  /** What was acknowledged and is not so. Must stay empty. */
  readonly broken: string[] = [];
  readonly #calls: readonly ServerCalls[];
  readonly #usernames: string[] = [];
  readonly #sessions: OpenSession[] = [];
  readonly #accountPauseMs: number;
  #isOver = false;
  #turn = 0;
  #lastAtMs = performance.now();

  /** `durationMs`: over which the accounts that one address may register are spread. */
  constructor(servers: readonly ClusterServer[], durationMs: number) {
    this.#calls = servers.map((server) => new ServerCalls(server));
    this.#accountPauseMs = durationMs / MAX_ACCOUNTS;
  }

  /** Runs so many users at once until `isOver` settles, then ends what they have begun. */
  async run(users: number, isOver: Promise<unknown>): Promise<void> {
    this.#lastAtMs = performance.now();
    const ended = isOver.finally(() => {
      this.#isOver = true;
    });
    await Promise.all([ended, this.#registerAll(), ...Array.from({ length: users }, () => this.#use())]);
  }

  /** Asks for every account and every session that was acknowledged, whichever server it takes. */
  async verify(): Promise<void> {
    await inGroups(this.#usernames, (username) => this.#login(username));
    await inGroups(this.#sessions, (session) => this.#check(session));
  }

  async close(): Promise<void> {
    await Promise.all(this.#calls.map((calls) => calls.close()));
  }

  get accounts(): readonly string[] {
    return this.#usernames;
  }

  async #registerAll(): Promise<void> {
    while (!this.#isOver && this.#usernames.length < MAX_ACCOUNTS) {
      const username = `user-${randomBytes(6).toString("hex")}`;
      const request = { username, password: PASSWORD, requestId: randomBytes(16) };
      const isDone = await this.#patiently(`register ${username}`, (accounts) => accounts.register(request, limit()));
      if (isDone !== undefined) {
        this.counts.registered += 1;
        this.#usernames.push(username);
      }
      await sleep(this.#accountPauseMs);
    }
  }

  /** One user after the other, picked from those who are registered. */
  async #use(): Promise<void> {
    for (let round = 0; !this.#isOver; round += 1) {
      const username = this.#usernames[Math.floor(Math.random() * this.#usernames.length)];
      const token = username === undefined ? undefined : await this.#login(username);
      if (username === undefined || token === undefined) {
        await sleep(PAUSE_MS);
        continue;
      }
      await this.#check({ username, token });
      if (round % 2 === 0 || !this.#keep({ username, token })) {
        await this.#logout({ username, token });
      }
    }
  }

  /** False when there are enough. */
  #keep(session: OpenSession): boolean {
    const own = this.#sessions.filter(({ username }) => username === session.username).length;
    const hasRoom = own < MAX_SESSIONS_EACH && this.#sessions.length < MAX_SESSIONS;
    if (hasRoom) {
      this.#sessions.push(session);
    }
    return hasRoom;
  }

  async #login(username: string): Promise<string | undefined> {
    const request = { username, password: PASSWORD };
    const done = await this.#patiently(`login of ${username}`, (accounts) => accounts.login(request, limit()));
    if (done !== undefined) {
      this.counts.loggedIn += 1;
    }
    return done?.sessionToken;
  }

  async #check({ username, token }: OpenSession): Promise<void> {
    const what = `session of ${username}`;
    const done = await this.#patiently(what, (accounts) => accounts.whoAmI({}, limit(token)));
    if (done !== undefined) {
      this.counts.checked += 1;
      if (done.account?.username !== username) {
        this.broken.push(`${what}: it is of ${done.account?.username}`);
      }
    }
  }

  /** A logout whose answer was lost is refused when it is repeated, for the session is gone: that is as it should be. */
  async #logout({ username, token }: OpenSession): Promise<void> {
    const gone = { gone: true };
    const done = await this.#patiently(`logout of ${username}`, async (accounts) => {
      await accounts.logout({}, limit(token)).catch((error: unknown) => {
        if (!isRefused(error)) throw error;
      });
      return gone;
    });
    if (done === undefined) {
      return;
    }
    this.counts.loggedOut += 1;
    const after = await this.#patiently(`session of ${username} after its end`, async (accounts) => {
      const isGone = await accounts.whoAmI({}, limit(token)).then(() => false, onlyRefused);
      return { isGone };
    });
    if (after?.isGone === false) {
      this.broken.push(`session of ${username}: it goes on after its logout was acknowledged`);
    }
  }

  /** Each attempt goes to the next server. Undefined for what is broken, which is noted. */
  async #patiently<T>(what: string, work: (accounts: Accounts) => Promise<T>): Promise<T | undefined> {
    for (;;) {
      this.#turn = (this.#turn + 1) % this.#calls.length;
      try {
        const done = await this.#calls[this.#turn]?.call(work);
        this.#acknowledged();
        return done;
      } catch (error) {
        if (!isFault(error)) {
          this.broken.push(`${what}: ${error instanceof Error ? error.message : "unknown"}`);
          return undefined;
        }
        this.counts.faults += 1;
        await sleep(PAUSE_MS);
      }
    }
  }

  #acknowledged(): void {
    const nowMs = performance.now();
    this.counts.stallMs = Math.max(this.counts.stallMs, nowMs - this.#lastAtMs);
    this.#lastAtMs = nowMs;
  }
}

function limit(token?: string) {
  return { timeoutMs: CALL_MS, ...(token === undefined ? {} : { metadata: { authorization: `Bearer ${token}` } }) };
}

function isRefused(error: unknown): boolean {
  return error instanceof RpcError && error.code === StatusCode.UNAUTHENTICATED;
}

function onlyRefused(error: unknown): true {
  if (!isRefused(error)) {
    throw error;
  }
  return true;
}

async function inGroups<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < all.length; index += 20) {
    await Promise.all(all.slice(index, index + 20).map(work));
  }
}
