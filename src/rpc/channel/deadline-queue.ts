// Many deadlines behind one timer: a binary heap with the soonest on top.

/** Something that falls due. The queue owns `slot`; start it at -1. */
export interface Due {
  /** In milliseconds of `performance.now()`. Change it only through the queue. */
  dueAt: number;
  slot: number;
  onDue(nowMs: number): void;
}

/** setTimeout counts in 32 bits; what is farther off is looked at again by then. */
const MAX_TIMER_MS = 0x7fff_ffff;

/**
 * Holds deadlines and calls `onDue` on each as it passes. The timer is armed for the soonest one only and is left alone
 * when that one is removed, even as the last: most deadlines never pass, and it then wakes once for nothing.
 */
export class DeadlineQueue {
  #heap: Due[] = [];
  #timer: NodeJS.Timeout | undefined;
  #armedFor = Number.POSITIVE_INFINITY;
  /** The time of the wake in progress: what falls due by it again and again must not keep it from ending. */
  #wokenAt = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#heap.length;
  }

  /** Adds the entry, or moves it when it is in already. From within `onDue` the next time is after this wake. */
  schedule(entry: Due, dueAt: number): void {
    entry.dueAt = dueAt > this.#wokenAt ? dueAt : this.#wokenAt + 1;
    if (entry.slot < 0) {
      entry.slot = this.#heap.push(entry) - 1;
    }
    this.#rise(entry);
    this.#sink(entry);
    this.#arm();
  }

  remove(entry: Due): void {
    const slot = entry.slot;
    if (slot < 0) {
      return;
    }
    entry.slot = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== entry) {
      this.#place(last, slot);
      this.#rise(last);
      this.#sink(last);
    }
  }

  /** Forgets all entries. */
  clear(): void {
    for (const entry of this.#heap) {
      entry.slot = -1;
    }
    this.#heap = [];
    this.#disarm();
  }

  #arm(): void {
    const soonest = this.#heap[0];
    if (soonest === undefined || soonest.dueAt >= this.#armedFor) {
      return;
    }
    this.#disarm();
    this.#armedFor = soonest.dueAt;
    const delayMs = Math.min(Math.max(Math.ceil(soonest.dueAt - performance.now()), 1), MAX_TIMER_MS);
    this.#timer = setTimeout(this.#wake, delayMs);
    this.#timer.unref(); // The sockets keep the process alive, not what may happen to them.
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  readonly #wake = (): void => {
    this.#disarm();
    const nowMs = performance.now();
    this.#wokenAt = nowMs;
    let soonest = this.#heap[0];
    while (soonest !== undefined && soonest.dueAt <= nowMs) {
      this.remove(soonest);
      soonest.onDue(nowMs);
      soonest = this.#heap[0];
    }
    this.#wokenAt = Number.NEGATIVE_INFINITY;
    this.#arm();
  };

  #place(entry: Due, slot: number): void {
    this.#heap[slot] = entry;
    entry.slot = slot;
  }

  #rise(entry: Due): void {
    let slot = entry.slot;
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 1;
      const parent = this.#heap[parentSlot];
      if (parent === undefined || parent.dueAt <= entry.dueAt) {
        break;
      }
      this.#place(parent, slot);
      slot = parentSlot;
    }
    this.#place(entry, slot);
  }

  #sink(entry: Due): void {
    let slot = entry.slot;
    for (;;) {
      const child = this.#soonerChild(slot);
      if (child === undefined || child.dueAt >= entry.dueAt) {
        break;
      }
      const childSlot = child.slot;
      this.#place(child, slot);
      slot = childSlot;
    }
    this.#place(entry, slot);
  }

  #soonerChild(slot: number): Due | undefined {
    const left = this.#heap[2 * slot + 1];
    const right = this.#heap[2 * slot + 2];
    return right !== undefined && left !== undefined && right.dueAt < left.dueAt ? right : left;
  }
}
