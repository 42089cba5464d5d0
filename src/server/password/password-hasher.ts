// Hashes and verifies passwords with scrypt (RFC 7914) in Node's thread pool, a bounded number at a time.

import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { availableParallelism } from "node:os";
import { addressBlock } from "../../rpc/index.js";
import type { Caller } from "./fair-queue.js";
import { HashGate } from "./hash-gate.js";
import { MemoryBudget } from "./memory-budget.js";
import {
  decodePhc,
  encodePhc,
  isBearable,
  type PhcHash,
  phcPrefix,
  type ScryptCost,
  scryptMemoryBytes,
} from "./phc-string.js";

export interface PasswordHasherOptions {
  /** Default ln=15, r=8, p=3: 32 MiB, and about the work that OWASP asks for. */
  readonly cost?: ScryptCost | undefined;
  /** What all hashes at work may take together. Default 256 MiB. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Default 2,000. */
  readonly maxWaitMs?: number | undefined;
  /** Computations at once. Default: one less than the cores and than the threads of Node's pool, and what the budget holds. */
  readonly permits?: number | undefined;
  /** Told of each password that was hashed. For metrics. */
  readonly onHashed?: ((timing: HashTiming) => void) | undefined;
}

/** What a hash waited for its turn, and what it took. */
export interface HashTiming {
  readonly waitMs: number;
  readonly hashMs: number;
}

export interface Verdict {
  readonly matches: boolean;
  /** The stored hash was made with other parameters than the present ones. */
  readonly outdated: boolean;
}

/** Looks for a stored hash. */
export type FindHash = () => Promise<string | undefined>;

const DEFAULT_COST: ScryptCost = { ln: 15, r: 8, p: 3 };
const DEFAULT_MEMORY_BUDGET_BYTES = 256 * 1024 * 1024;
const DEFAULT_MAX_WAIT_MS = 2_000;
const MAX_QUEUED = 1_000;
/** As many as the protocol lets a connection send before it says Hello. */
const MAX_QUEUED_PER_CONNECTION = 4;
const MAX_QUEUED_PER_ADDRESS = 16;
/** Of calls that come from no network. */
const NOBODY: Caller = { address: "", connectionId: 0 };
const EXPECTED_MS = 100;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const DEFAULT_POOL_THREADS = 4;
/** More kinds of old hashes than this are not made alike in time. */
const MAX_OTHER_COSTS = 4;

export class PasswordHasher {
  readonly #cost: ScryptCost;
  /** Of stored hashes that were made with other parameters. */
  readonly #otherCosts: ScryptCost[] = [];
  readonly #gate: HashGate;
  readonly #memory: MemoryBudget;
  /** In the place of a stored hash where there is none; no password fits. */
  readonly #decoy: string;
  #computations = 0;

  /** @throws RangeError when the cost is not lawful, or above what {@link isBearable} allows. */
  constructor(options: PasswordHasherOptions = {}) {
    this.#cost = options.cost ?? DEFAULT_COST;
    if (!isBearable(this.#cost)) {
      throw new RangeError("the scrypt cost is out of range: ln 1 to 20, r and p at least 1, at most 256 MiB");
    }
    const memoryBudgetBytes = options.memoryBudgetBytes ?? DEFAULT_MEMORY_BUDGET_BYTES;
    this.#memory = new MemoryBudget(memoryBudgetBytes);
    this.#decoy = encodePhc({ cost: this.#cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) });
    this.#gate = new HashGate({
      permits: permitsFor(this.#cost, memoryBudgetBytes, options.permits ?? Number.POSITIVE_INFINITY),
      maxWaitMs: options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS,
      maxQueued: MAX_QUEUED,
      maxQueuedPerConnection: MAX_QUEUED_PER_CONNECTION,
      maxQueuedPerAddress: MAX_QUEUED_PER_ADDRESS,
      expectedMs: EXPECTED_MS,
      now: () => performance.now(),
      onRun: (waitMs, hashMs) => options.onHashed?.({ waitMs, hashMs }),
    });
  }

  /** For metrics. */
  get running(): number {
    return this.#gate.running;
  }

  /** For metrics. */
  get waiting(): number {
    return this.#gate.waiting;
  }

  /** How many times scrypt has run. For metrics, and to show that work is the same. */
  get computations(): number {
    return this.#computations;
  }

  /** What hashes with other parameters look like, to look for more: beginnings of PHC strings, the present ones first. */
  get knownPrefixes(): readonly string[] {
    return [this.#cost, ...this.#otherCosts].map(phcPrefix);
  }

  /** Tells of a stored hash, so that logins with other names take as long. False when that brings nothing new. */
  learn(stored: string): boolean {
    const cost = decodePhc(stored)?.cost;
    return cost !== undefined && this.#learn(cost);
  }

  /** A new PHC string with its own salt. The password is asked for while the queue is waited in. @throws GateFull */
  hash(password: () => Promise<string>, caller = NOBODY, signal?: AbortSignal): Promise<string> {
    return this.#gate.run(
      password,
      async (password) => {
        const salt = randomBytes(SALT_BYTES);
        const hash = await this.#derive(password, salt, this.#cost, HASH_BYTES);
        return encodePhc({ cost: this.#cost, salt, hash });
      },
      blockOf(caller),
      signal,
    );
  }

  /**
   * `find` looks for the stored hash while the queue is waited in. Without one, or with one that cannot be read, the same
   * work is done and the answer is no: who asks cannot tell from the time whether there is such an account.
   * @throws GateFull before anything is looked for; what `find` throws.
   */
  verify(password: string, find: FindHash, caller = NOBODY, signal?: AbortSignal): Promise<Verdict> {
    return this.#gate.run(find, (stored) => this.#verify(password, stored), blockOf(caller), signal);
  }

  /** Computes once for each kind of hash there is, whichever is the stored one; a decoy is read and compared as one. */
  async #verify(password: string, stored: string | undefined): Promise<Verdict> {
    const phc = decodePhc(stored ?? this.#decoy) ?? decodePhc(this.#decoy);
    if (phc === undefined) {
      return { matches: false, outdated: false };
    }
    this.#learn(phc.cost);
    let matches = false;
    for (const cost of this.#costsFor(phc)) {
      const isStored = sameCost(cost, phc.cost);
      const hash = await this.#derive(password, phc.salt, cost, phc.hash.length);
      matches = (timingSafeEqual(hash, phc.hash) && isStored) || matches;
    }
    // The decoy's hash is random, so that no password fits.
    return { matches, outdated: !sameCost(phc.cost, this.#cost) };
  }

  #learn(cost: ScryptCost): boolean {
    const known = [this.#cost, ...this.#otherCosts];
    if (known.length > MAX_OTHER_COSTS || known.some((one) => sameCost(one, cost))) {
      return false;
    }
    this.#otherCosts.push(cost);
    return true;
  }

  /** The stored hash may be of one kind too many to be known. */
  #costsFor(phc: PhcHash): readonly ScryptCost[] {
    const known = [this.#cost, ...this.#otherCosts];
    return known.some((cost) => sameCost(cost, phc.cost)) ? known : [...known, phc.cost];
  }

  #derive(password: string, salt: Buffer, cost: ScryptCost, hashBytes: number): Promise<Buffer> {
    this.#computations += 1;
    return this.#memory.run(scryptMemoryBytes(cost), () => derive(password, salt, cost, hashBytes));
  }
}

/** Whoever has a whole network of IPv6 has one turn for all of it. */
function blockOf({ address, connectionId }: Caller): Caller {
  return { address: addressBlock(address), connectionId };
}

/** One core is left for all other calls, one thread of the pool for files and names; and no more run than the memory holds. */
function permitsFor(cost: ScryptCost, memoryBudgetBytes: number, wanted: number): number {
  const threads = Number(process.env["UV_THREADPOOL_SIZE"] ?? DEFAULT_POOL_THREADS) || DEFAULT_POOL_THREADS;
  const inMemory = Math.floor(memoryBudgetBytes / scryptMemoryBytes(cost));
  return Math.max(1, Math.min(wanted, inMemory, threads - 1, availableParallelism() - 1));
}

function sameCost(a: ScryptCost, b: ScryptCost): boolean {
  return a.ln === b.ln && a.r === b.r && a.p === b.p;
}

function derive(password: string, salt: Buffer, cost: ScryptCost, hashBytes: number): Promise<Buffer> {
  const { ln, r, p } = cost;
  const options = { N: 2 ** ln, r, p, maxmem: scryptMemoryBytes(cost) + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hashBytes, options, (error, hash) => (error === null ? resolve(hash) : reject(error)));
  });
}
