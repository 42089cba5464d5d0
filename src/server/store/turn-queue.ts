// Who may hold a connection, and who waits for one: first come first served, bounded in number and in time.

import { before, type Deadline } from "./deadline.js";
import { StoreError } from "./store-error.js";

export class TurnQueue {
  readonly #maxWaiting: number;
  readonly #waiting = new Set<() => void>();
  #free: number;
  readonly #turns: number;

  constructor(turns: number, maxWaiting: number) {
    this.#turns = turns;
    this.#free = turns;
    this.#maxWaiting = maxWaiting;
  }

  /** Whether nobody has a turn. */
  get isIdle(): boolean {
    return this.#free === this.#turns;
  }

  /** @throws StoreError `overloaded` at once, `timeout` at the deadline; whoever gave up takes no turn later. */
  async take(deadline: Deadline): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#waiting.size >= this.#maxWaiting) {
      throw new StoreError("overloaded", "too many operations wait for the database");
    }
    const { promise, resolve } = turnPromise();
    this.#waiting.add(resolve);
    await before(deadline, promise, () => this.#waiting.delete(resolve));
  }

  /** To be called once for every turn taken. */
  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

/** Promise.withResolvers, which Node 20 has not. */
function turnPromise(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
