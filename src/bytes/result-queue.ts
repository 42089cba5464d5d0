// The giving half of a Stage: results wait here until `next` takes them, one at a time and in order.

/** An array that grew longer than this in a burst is not kept for later. */
const MAX_KEPT_LENGTH = 256;

/** Taking costs the same however many wait, which shifting an array would not; the array is used again and again. */
export class ResultQueue<T> {
  #waiting: (T | undefined)[] = [];
  #given = 0;
  #count = 0;

  push(result: T): void {
    this.#waiting[this.#count] = result;
    this.#count += 1;
  }

  /** The oldest result, or undefined when all were taken. */
  next(): T | undefined {
    if (this.#given === this.#count) return this.#count === 0 ? undefined : this.#rewind();
    const result = this.#waiting[this.#given];
    // A result that was taken must not be kept alive.
    this.#waiting[this.#given] = undefined;
    this.#given += 1;
    return result;
  }

  #rewind(): undefined {
    this.#given = 0;
    this.#count = 0;
    if (this.#waiting.length > MAX_KEPT_LENGTH) this.#waiting = [];
    return undefined;
  }
}
