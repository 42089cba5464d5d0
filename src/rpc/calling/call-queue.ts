// Calls that wait for a free stream, in order; any of them may leave early without a search.

import type { ClientCall } from "./client-call.js";

/** Below this many places, gaps are not worth closing. */
const MIN_COMPACTED = 64;

/** An array with a moving head. Calls that leave from the middle are marked and skipped. */
export class CallQueue {
  #places: ClientCall[] = [];
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(call: ClientCall): void {
    call.queued = true;
    this.#size += 1;
    this.#places.push(call);
  }

  first(): ClientCall | undefined {
    while (this.#head < this.#places.length) {
      const call = this.#places[this.#head];
      if (call?.queued) {
        return call;
      }
      this.#head += 1;
    }
    this.#places.length = 0;
    this.#head = 0;
    return undefined;
  }

  remove(call: ClientCall): void {
    if (!call.queued) {
      return;
    }
    call.queued = false;
    this.#size -= 1;
    // Calls that are given up while they wait must not pile up behind a head that does not move.
    if (this.#places.length > 2 * this.#size + MIN_COMPACTED) {
      this.#places = this.#places.filter((place) => place.queued);
      this.#head = 0;
    }
  }

  takeAll(): ClientCall[] {
    const calls = this.#places.filter((place) => place.queued);
    for (const call of calls) {
      call.queued = false;
    }
    this.#places = [];
    this.#head = 0;
    this.#size = 0;
    return calls;
  }
}
