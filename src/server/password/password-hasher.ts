// Hashes and verifies passwords with scrypt (RFC 7914) in Node's thread pool, a bounded number at a time.

import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Caller } from "./fair-queue.js";
import { HashGate } from "./hash-gate.js";
import { decodePhc, encodePhc, isBearable, type ScryptCost, scryptMemoryBytes } from "./phc-string.js";

export interface PasswordHasherOptions {
  /** Default ln=15, r=8, p=3: 32 MiB, and about the work that OWASP asks for. */
  readonly cost?: ScryptCost | undefined;
  /** What all hashes at work may take together. Default 256 MiB. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Default 2,000. */
  readonly maxWaitMs?: number | undefined;
}

export interface Verdict {
  readonly matches: boolean;
  /** The stored hash was made with other parameters than the present ones. */
  readonly outdated: boolean;
}

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

export class PasswordHasher {
  readonly #cost: ScryptCost;
  readonly #gate: HashGate;
  readonly #dummy: string;

  /** @throws RangeError when the cost is not lawful, or above what {@link isBearable} allows. */
  constructor(options: PasswordHasherOptions = {}) {
    this.#cost = options.cost ?? DEFAULT_COST;
    if (!isBearable(this.#cost)) {
      throw new RangeError("the scrypt cost is out of range: ln 1 to 20, r and p at least 1, at most 256 MiB");
    }
    this.#gate = new HashGate({
      permits: permitsFor(this.#cost, options.memoryBudgetBytes ?? DEFAULT_MEMORY_BUDGET_BYTES),
      maxWaitMs: options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS,
      maxQueued: MAX_QUEUED,
      maxQueuedPerConnection: MAX_QUEUED_PER_CONNECTION,
      maxQueuedPerAddress: MAX_QUEUED_PER_ADDRESS,
      expectedMs: EXPECTED_MS,
      now: () => performance.now(),
    });
    this.#dummy = encodePhc({ cost: this.#cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) });
  }

  /** A new PHC string with its own salt. @throws GateFull */
  hash(password: string, caller = NOBODY, signal?: AbortSignal): Promise<string> {
    return this.#gate.run(
      async () => {
        const salt = randomBytes(SALT_BYTES);
        const hash = await derive(password, salt, this.#cost, HASH_BYTES);
        return encodePhc({ cost: this.#cost, salt, hash });
      },
      caller,
      signal,
    );
  }

  /**
   * Without a stored hash, or with one that cannot be read, it does the same work and says no: who asks cannot tell
   * from the time whether there is such an account. @throws GateFull
   */
  verify(password: string, stored: string | undefined, caller = NOBODY, signal?: AbortSignal): Promise<Verdict> {
    return this.#gate.run(
      async () => {
        const found = stored === undefined ? undefined : decodePhc(stored);
        const phc = found ?? decodePhc(this.#dummy);
        if (phc === undefined) {
          return { matches: false, outdated: false };
        }
        const hash = await derive(password, phc.salt, phc.cost, phc.hash.length);
        const matches = timingSafeEqual(hash, phc.hash) && found !== undefined;
        return { matches, outdated: !sameCost(phc.cost, this.#cost) };
      },
      caller,
      signal,
    );
  }
}

/** At most one a core; one thread of the pool is left for files and names; and no more than the memory holds. */
function permitsFor(cost: ScryptCost, memoryBudgetBytes: number): number {
  const threads = Number(process.env["UV_THREADPOOL_SIZE"] ?? DEFAULT_POOL_THREADS) || DEFAULT_POOL_THREADS;
  const inMemory = Math.floor(memoryBudgetBytes / scryptMemoryBytes(cost));
  return Math.max(1, Math.min(availableParallelism(), threads - 1, inMemory));
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
