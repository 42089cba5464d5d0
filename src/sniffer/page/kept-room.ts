// How many of a thing all conversations may keep together. Each may have a few in any case, so that the first ones do not
// leave the last ones nothing.

export class KeptRoom {
  readonly #inAll: number;
  readonly #each: number;
  #kept = 0;

  constructor(inAll: number, each: number) {
    this.#inAll = inAll;
    this.#each = each;
  }

  /** True where a conversation may keep one more beside the `own` that it has; it is then counted. */
  take(own: number): boolean {
    if (this.#kept >= this.#inAll && own >= this.#each) return false;
    this.#kept += 1;
    return true;
  }

  giveBack(count: number): void {
    this.#kept -= count;
  }
}
