// Whether the database is there: from what calls see of it, and from a probe that runs all the time.

import { setTimeout as sleep } from "node:timers/promises";
import { StoreError, type StoreErrorCode } from "./store/store-error.js";

export interface StoreHealthOptions {
  /** Rejects while nothing can be stored. */
  readonly probe: () => Promise<void>;
  /** The reason, when it goes away; undefined when it is back. */
  readonly onChange: (outage: StoreError | undefined) => void;
}

const PROBE_INTERVAL_MS = 1_000;
const AWAY_INTERVAL_MS = 250;
/** A probe that takes longer has failed, though its end is waited for. */
const MAX_PROBE_MS = 2_000;
/** Say nothing of the database as a whole: one call is to blame, or many at once. */
const OF_ONE_CALL: ReadonlySet<StoreErrorCode> = new Set([
  "duplicate",
  "conflict",
  "overloaded",
  "internal",
  "bad_url",
  "closed",
]);

export class StoreHealth {
  readonly #options: StoreHealthOptions;
  readonly #stopped = new AbortController();
  #hurry = new AbortController();
  #isAway = false;
  #isStarted = false;

  constructor(options: StoreHealthOptions) {
    this.#options = options;
  }

  /** Begins to probe; once is enough. */
  start(): void {
    if (!this.#isStarted) {
      this.#isStarted = true;
      void this.#run();
    }
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** How a call ended. One that was too slow is no proof, but a reason to look. */
  saw(error: StoreError | undefined): void {
    if (error === undefined || OF_ONE_CALL.has(error.code)) {
      return;
    }
    if (error.code !== "timeout") {
      this.#note(error);
    }
    this.#hurry.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      this.#hurry = new AbortController();
      await this.#probe();
      if (this.#isAway || !this.#hurry.signal.aborted) {
        await this.#pause();
      }
    }
  }

  async #pause(): Promise<void> {
    const ms = this.#isAway ? AWAY_INTERVAL_MS : PROBE_INTERVAL_MS;
    // While it is away, calls that fail are no news.
    const signal = this.#isAway ? this.#stopped.signal : AbortSignal.any([this.#hurry.signal, this.#stopped.signal]);
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  }

  async #probe(): Promise<void> {
    const late = setTimeout(
      () => this.#note(new StoreError("timeout", "the database does not answer a probe")),
      MAX_PROBE_MS,
    ).unref();
    try {
      await this.#options.probe();
      this.#note(undefined);
    } catch (error) {
      if (error instanceof StoreError && !OF_ONE_CALL.has(error.code)) {
        this.#note(error);
      }
    } finally {
      clearTimeout(late);
    }
  }

  #note(outage: StoreError | undefined): void {
    const isAway = outage !== undefined;
    if (isAway !== this.#isAway && !this.#stopped.signal.aborted) {
      this.#isAway = isAway;
      this.#options.onChange(outage);
    }
  }
}
