// Calls that the server had no room for: each goes again a little later, and not together with all the others.

import type { DeadlineQueue, Due } from "../channel/deadline-queue.js";
import type { ClientCall } from "./client-call.js";

/** About how long a call rests, times how often it came back. */
const REST_MS = 50;

export class RestingCalls {
  readonly #deadlines: DeadlineQueue;
  readonly #onRested: (call: ClientCall) => void;
  readonly #rests = new Map<ClientCall, Due>();

  constructor(deadlines: DeadlineQueue, onRested: (call: ClientCall) => void) {
    this.#deadlines = deadlines;
    this.#onRested = onRested;
  }

  get size(): number {
    return this.#rests.size;
  }

  add(call: ClientCall): void {
    const onDue = (): void => {
      this.#rests.delete(call);
      this.#onRested(call);
    };
    const rest: Due = { dueAt: Number.POSITIVE_INFINITY, slot: -1, onDue };
    this.#rests.set(call, rest);
    this.#deadlines.schedule(rest, performance.now() + REST_MS * call.returns * (0.5 + Math.random()));
  }

  remove(call: ClientCall): void {
    const rest = this.#rests.get(call);
    if (rest !== undefined) {
      this.#deadlines.remove(rest);
      this.#rests.delete(call);
    }
  }

  all(): ClientCall[] {
    return [...this.#rests.keys()];
  }
}
