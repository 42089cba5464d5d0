// Registers new names without a pause, over several connections at once, and keeps what was acknowledged.

import type { Accounts, Registered } from "./patient-calls.js";
import { newUsername, type Patience, registerPatiently, told } from "./patient-calls.js";

const TIMEOUT_MS = 5_000;
const GIVE_UP_MS = 15_000;

interface Acknowledgement {
  /** Of the last attempt. Of a clock that never goes back. */
  readonly begunMs: number;
  readonly atMs: number;
}

export interface LoadOptions {
  /** Of each attempt. Default 5,000. */
  readonly timeoutMs?: number;
  readonly onFault?: Patience["onFault"];
}

interface Waiter {
  readonly isRight: (acknowledgement: Acknowledgement) => boolean;
  readonly resolve: (atMs: number) => void;
}

export class RegisterLoad {
  readonly acknowledged: Registered[] = [];
  /** Answers that no fault explains. Must stay empty. */
  readonly broken: string[] = [];
  /** Attempts that failed and were repeated. */
  faults = 0;
  /** The longest time in which nobody got an acknowledgement. */
  stallMs = 0;
  #lastAtMs = performance.now();
  #isEnding = false;
  #isOver = false;
  readonly #patience: Patience;
  readonly #waiters = new Set<Waiter>();
  readonly #workers: readonly Promise<void>[];

  /** Begins at once, with so many registrations under way for each of the clients. */
  constructor(clients: readonly Accounts[], perClient: number, { timeoutMs = TIMEOUT_MS, onFault }: LoadOptions = {}) {
    this.#patience = {
      timeoutMs,
      onFault: (error, tookMs) => {
        this.faults += 1;
        onFault?.(error, tookMs);
      },
      isOver: () => this.#isOver,
    };
    this.#workers = clients.flatMap((accounts) => Array.from({ length: perClient }, () => this.#work(accounts)));
  }

  /** Resolves when so many more have been acknowledged. */
  async more(count: number): Promise<void> {
    const wanted = this.acknowledged.length + count;
    await this.#next(() => this.acknowledged.length >= wanted);
  }

  /** Resolves with the time of the first acknowledgement at this time or later. NaN after too long. */
  answeredAfter(sinceMs: number): Promise<number> {
    return this.#next(({ atMs }) => atMs >= sinceMs);
  }

  /** The same of one that was asked for at this time or later. */
  begunAfter(sinceMs: number): Promise<number> {
    return this.#next(({ begunMs }) => begunMs >= sinceMs);
  }

  /** Lets what is under way end. */
  async end(): Promise<void> {
    const giveUp = setTimeout(() => {
      this.#isOver = true;
    }, GIVE_UP_MS);
    this.#isEnding = true;
    await Promise.all(this.#workers);
    clearTimeout(giveUp);
  }

  async #work(accounts: Accounts): Promise<void> {
    let begunMs = 0;
    while (!this.#isEnding) {
      const username = newUsername();
      try {
        const registered = await registerPatiently(accounts, username, this.#patience, (atMs) => {
          begunMs = atMs;
        });
        if (registered !== undefined) {
          this.acknowledged.push(registered);
          this.#tell({ begunMs, atMs: performance.now() });
        }
      } catch (error) {
        this.broken.push(`register ${username}: ${told(error)}`);
      }
    }
  }

  #tell(acknowledgement: Acknowledgement): void {
    this.stallMs = Math.max(this.stallMs, acknowledgement.atMs - this.#lastAtMs);
    this.#lastAtMs = acknowledgement.atMs;
    for (const waiter of [...this.#waiters]) {
      if (waiter.isRight(acknowledgement)) {
        waiter.resolve(acknowledgement.atMs);
      }
    }
  }

  #next(isRight: Waiter["isRight"]): Promise<number> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.resolve(Number.NaN), GIVE_UP_MS);
      const waiter: Waiter = {
        isRight,
        resolve: (atMs) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(atMs);
        },
      };
      this.#waiters.add(waiter);
    });
  }
}
