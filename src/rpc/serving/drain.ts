// The two steps in which a server takes leave of a client: "open no more", and, once that has arrived, which call was the last.

import { WIRE_LIMITS } from "../../wire/limits.js";
import type { DeadlineQueue, Due } from "../channel/deadline-queue.js";

/** How long the client's sign that it has read the first step is waited for. */
const MAX_PATIENCE_MS = 500;

export interface DrainHost {
  /** The highest stream that was taken so far. */
  readonly lastStreamId: number;
  sendGoAway(lastStreamId: number, graceMs: number): void;
  /** Calls back once the client has read all that was sent so far, if it ever does. */
  probe(onAnswer: () => void): void;
  /** From now on no request is taken. */
  onSettled(): void;
}

/** Between the steps requests are still taken: they may have left the client before it knew. */
export class Drain implements Due {
  dueAt = Number.POSITIVE_INFINITY;
  slot = -1;
  readonly #host: DrainHost;
  readonly #deadlines: DeadlineQueue;
  readonly #endsAt: number;
  #settled = false;

  /** `answers`: whether the client can be asked for a sign, which one that said no Hello cannot. */
  constructor(host: DrainHost, deadlines: DeadlineQueue, graceMs: number, answers: boolean) {
    this.#host = host;
    this.#deadlines = deadlines;
    this.#endsAt = performance.now() + graceMs;
    host.sendGoAway(WIRE_LIMITS.maxStreamId, graceMs);
    const patienceMs = answers ? Math.min(MAX_PATIENCE_MS, graceMs / 2) : 0;
    if (patienceMs > 0) {
      deadlines.schedule(this, performance.now() + patienceMs);
      host.probe(this.#settle);
    } else {
      this.#settle();
    }
  }

  /** Whether the last call is known: what is opened later is not processed. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The connection is gone. */
  stop(): void {
    this.#settled = true;
    this.#deadlines.remove(this);
  }

  onDue(): void {
    this.#settle();
  }

  readonly #settle = (): void => {
    if (!this.#settled) {
      this.stop();
      const leftMs = Math.max(Math.ceil(this.#endsAt - performance.now()), 0);
      this.#host.sendGoAway(this.#host.lastStreamId, leftMs);
      this.#host.onSettled();
    }
  };
}
