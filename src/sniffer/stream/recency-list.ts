// Conversations in the order in which they were last heard of, so that the one silent for longest can be given up.

/** The links are the list's: nobody else touches them. */
export interface Listed<Item> {
  older: Item | undefined;
  newer: Item | undefined;
}

/** A doubly linked list through the items themselves: a Set would cost ten times as much at every packet. */
export class RecencyList<Item extends Listed<Item>> implements Iterable<Item> {
  #oldest: Item | undefined;
  #newest: Item | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): Item | undefined {
    return this.#oldest;
  }

  /** The item must not be in the list. */
  add(item: Item): void {
    this.#size++;
    item.older = this.#newest;
    item.newer = undefined;
    if (this.#newest === undefined) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
  }

  /** The item must be in the list. */
  remove(item: Item): void {
    this.#size--;
    if (item.older === undefined) this.#oldest = item.newer;
    else item.older.newer = item.newer;
    if (item.newer === undefined) this.#newest = item.older;
    else item.newer.older = item.older;
    item.older = undefined;
    item.newer = undefined;
  }

  /** Makes an item of the list its newest. */
  touch(item: Item): void {
    if (item === this.#newest) return;
    this.remove(item);
    this.add(item);
  }

  /** From the oldest on. The item at hand may be removed. */
  *[Symbol.iterator](): Iterator<Item> {
    let item = this.#oldest;
    while (item !== undefined) {
      const { newer } = item;
      yield item;
      item = newer;
    }
  }
}
