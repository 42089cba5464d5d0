// Who waits, by address and connection: each address has as many turns as any other, and so has each connection within it.

/** Where a task comes from. */
export interface Caller {
  /** Counts as one, however many connections come from it. */
  readonly address: string;
  readonly connectionId: number;
}

/** What waits from one address; its connections take turns. */
class AddressLine<T> {
  /** The first has the next turn. */
  readonly #connections = new Map<number, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  sizeOf(connectionId: number): number {
    return this.#connections.get(connectionId)?.size ?? 0;
  }

  /** How many of this address go before a new one of the connection. */
  aheadOf(connectionId: number): number {
    const own = this.sizeOf(connectionId);
    let ahead = own;
    for (const [id, items] of this.#connections) {
      ahead += id === connectionId ? 0 : Math.min(items.size, own + 1);
    }
    return ahead;
  }

  add(connectionId: number, item: T): void {
    const items = this.#connections.get(connectionId) ?? new Set<T>();
    items.add(item);
    this.#connections.set(connectionId, items);
    this.#size += 1;
  }

  remove(connectionId: number, item: T): void {
    const items = this.#connections.get(connectionId);
    if (items?.delete(item) === true) {
      this.#size -= 1;
      if (items.size === 0) {
        this.#connections.delete(connectionId);
      }
    }
  }

  take(): T | undefined {
    for (const [connectionId, items] of this.#connections) {
      for (const item of items) {
        this.remove(connectionId, item);
        this.#toEnd(connectionId, items);
        return item;
      }
    }
    return undefined;
  }

  #toEnd(connectionId: number, items: Set<T>): void {
    if (this.#connections.delete(connectionId)) {
      this.#connections.set(connectionId, items);
    }
  }
}

export class FairQueue<T> {
  /** The first has the next turn, among those that run equally much. */
  readonly #lines = new Map<string, AddressLine<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  sizeOfAddress(address: string): number {
    return this.#lines.get(address)?.size ?? 0;
  }

  sizeOfConnection({ address, connectionId }: Caller): number {
    return this.#lines.get(address)?.sizeOf(connectionId) ?? 0;
  }

  /** How many go before a new one of this caller, if nobody else comes. */
  aheadOf({ address, connectionId }: Caller): number {
    const own = this.#lines.get(address)?.aheadOf(connectionId) ?? 0;
    let ahead = own;
    for (const [other, line] of this.#lines) {
      ahead += other === address ? 0 : Math.min(line.size, own + 1);
    }
    return ahead;
  }

  add({ address, connectionId }: Caller, item: T): void {
    const line = this.#lines.get(address) ?? new AddressLine<T>();
    line.add(connectionId, item);
    this.#lines.set(address, line);
    this.#size += 1;
  }

  /** Nothing to do for one that was taken. */
  remove({ address, connectionId }: Caller, item: T): void {
    const line = this.#lines.get(address);
    if (line === undefined) {
      return;
    }
    const before = line.size;
    line.remove(connectionId, item);
    this.#size -= before - line.size;
    if (line.size === 0) {
      this.#lines.delete(address);
    }
  }

  /** The next of the address with the least running; of several, of that which is longest without a turn of the queue. */
  take(runningOf: (address: string) => number): T | undefined {
    const address = this.#next(runningOf);
    const line = address === undefined ? undefined : this.#lines.get(address);
    if (address === undefined || line === undefined) {
      return undefined;
    }
    const item = line.take();
    this.#size -= 1;
    this.#lines.delete(address);
    if (line.size > 0) {
      this.#lines.set(address, line);
    }
    return item;
  }

  #next(runningOf: (address: string) => number): string | undefined {
    let next: string | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const address of this.#lines.keys()) {
      const running = runningOf(address);
      if (running < least) {
        next = address;
        least = running;
      }
    }
    return next;
  }
}
