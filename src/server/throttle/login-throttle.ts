// Who has failed too often lately is refused for a while: by name and address, by name, by address; and registrations by address.

import { createHmac } from "node:crypto";
import { isIP } from "node:net";
import { addressBlock } from "../../rpc/index.js";
import type { Counter, CounterStore } from "./counter-store.js";
import { DEFAULT_THROTTLE_LIMITS, type ThrottleLimits } from "./throttle-limits.js";

/** Refused before anything was looked up: the same for names that exist and others. */
export class Throttled extends Error {
  override readonly name = "Throttled";
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("too many attempts");
    this.retryAfterMs = retryAfterMs;
  }
}

/** Is counted as failed from its start on, so that many at once are not let through together. */
export interface Attempt {
  /** It was right: what counted against it counts no more. */
  succeeded(): Promise<void>;
  /** It came to no end that says anything: the queue was full, the database down, the caller gone. */
  undone(): Promise<void>;
}

/** Whoever tries to log in, or to prove a password otherwise. */
export interface Claimant {
  /** Normalized, whether there is such an account or not. */
  readonly username: string;
  readonly address: string;
}

interface Count {
  readonly counter: Counter;
  readonly key: string;
}

/** Longer than people stay away as a rule; counted in memory it must not exceed what a timer of Node can. */
const KNOWN_FOR_S = 14 * 24 * 60 * 60;
/** A lock ends at the latest then, and no answer should say "now". */
const MIN_RETRY_MS = 1_000;
const KEY_BYTES = 16;
/** No name of an account is longer. All that are count as one, and need no memory. */
const MAX_NAME_UNITS = 32;
/** One that nobody counted. */
export const FREE_ATTEMPT: Attempt = { succeeded: async () => undefined, undone: async () => undefined };

export class LoginThrottle {
  readonly #store: CounterStore;
  readonly #byNameAndAddress: Counter;
  readonly #byName: Counter;
  readonly #byAddress: Counter;
  readonly #registrations: Counter;
  /** Names with the addresses that they logged in from. */
  readonly #known: Counter;

  constructor(store: CounterStore, limits: Partial<ThrottleLimits> = {}) {
    const { loginsByNameAndAddress, loginsByName, loginsByAddress, registrationsByAddress } = {
      ...DEFAULT_THROTTLE_LIMITS,
      ...limits,
    };
    this.#store = store;
    this.#byNameAndAddress = store.counter("both", loginsByNameAndAddress);
    this.#byName = store.counter("name", loginsByName);
    this.#byAddress = store.counter("address", loginsByAddress);
    this.#registrations = store.counter("register", registrationsByAddress);
    this.#known = store.counter("known", { attempts: 1, withinS: KNOWN_FOR_S });
  }

  /** Before a password is checked. @throws Throttled */
  async login({ username, address }: Claimant): Promise<Attempt> {
    const keys = this.#keys(username, address);
    const byAddress = keys.address === undefined ? [] : [{ counter: this.#byAddress, key: keys.address }];
    const both = { counter: this.#byNameAndAddress, key: keys.both };
    const byName = { counter: this.#byName, key: keys.name };
    refuse(Math.max(...[...byAddress, both].map(({ counter, key }) => counter.refusedMs(key) ?? 0)));
    await countAll([...byAddress, both]);
    // Only now: whoever is refused above cannot fill up what counts for everyone who has this name.
    const byNameMs = await byName.counter.count(byName.key);
    if (byNameMs !== undefined && !(await this.#known.has(keys.both))) {
      await giveBack([...byAddress, both]);
      refuse(byNameMs);
    }
    const others = byNameMs === undefined ? [...byAddress, byName] : byAddress;
    return {
      succeeded: async () => {
        await Promise.all([giveBack(others), this.#byNameAndAddress.reset(keys.both), this.#known.mark(keys.both)]);
      },
      undone: () => giveBack([...others, both]),
    };
  }

  /** Before a registration is worked on. Those that succeed count too. @throws Throttled */
  async register(address: string): Promise<Attempt> {
    const key = this.#keys("", address).address;
    if (key === undefined) {
      return FREE_ATTEMPT;
    }
    const counts = [{ counter: this.#registrations, key }];
    await countAll(counts);
    return { succeeded: async () => undefined, undone: () => giveBack(counts) };
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  /** Never the names themselves: people type passwords into that field. Who comes by a socket file has no address. */
  #keys(username: string, address: string): { name: string; both: string; address: string | undefined } {
    const name = username.length > MAX_NAME_UNITS ? "" : username;
    const block = addressBlock(address);
    const key = (...parts: string[]): string => {
      const digest = createHmac("sha256", this.#store.secret).update(JSON.stringify(parts)).digest();
      return digest.subarray(0, KEY_BYTES).toString("base64url");
    };
    const byAddress = isIP(address.split("%", 1)[0] ?? "") === 0 ? undefined : key(block);
    return { name: key(name), both: key(name, block), address: byAddress };
  }
}

function refuse(waitMs: number): void {
  if (waitMs > 0) {
    throw new Throttled(Math.max(MIN_RETRY_MS, Math.ceil(waitMs)));
  }
}

/** What is refused by a later one was not tried, and does not count for those before. */
async function countAll(counts: readonly Count[]): Promise<void> {
  for (const [index, { counter, key }] of counts.entries()) {
    const waitMs = await counter.count(key);
    if (waitMs !== undefined) {
      await giveBack(counts.slice(0, index));
      refuse(waitMs);
    }
  }
}

async function giveBack(counts: readonly Count[]): Promise<void> {
  await Promise.all(counts.map(({ counter, key }) => counter.giveBack(key)));
}
