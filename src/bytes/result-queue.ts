// The giving half of a Stage: results wait here until `next` takes them, one at a time and in order.

/** Taking costs the same however many wait, which shifting an array would not. */
export class ResultQueue<T> {
  #waiting: T[] = [];
  #given = 0;

  push(result: T): void {
    this.#waiting.push(result);
  }

  /** The oldest result, or undefined when all were taken. */
  next(): T | undefined {
    const result = this.#waiting[this.#given];
    if (result !== undefined) {
      this.#given += 1;
      return result;
    }
    if (this.#given > 0) this.#waiting = [];
    this.#given = 0;
    return undefined;
  }
}
