// Many deadlines behind one timer: a hierarchical timing wheel (Varghese and Lauck, 1987), where coming and leaving cost the
// same however many there are.

/** Something that falls due. The queue owns `slot`; start it at -1. */
export interface Due {
  /** In milliseconds of `performance.now()`. Change it only through the queue. */
  dueAt: number;
  slot: number;
  onDue(nowMs: number): void;
}

/** Wheel 0 turns once in 256 ticks of a millisecond; each place of wheel n is one turn of wheel n - 1. */
const SHIFTS = [0, 8, 14, 20] as const;
const PLACES = [256, 64, 64, 64] as const;
/** Where the places of each wheel begin. */
const FIRST = [0, 256, 320, 384] as const;
const ALL_PLACES = 448;
/** 18.6 hours: what is farther off waits in the last place, and is placed anew from there. */
const HORIZON_TICKS = 2 ** 26 - 2 ** 20;
/** `slot` is place * this + index; a place that is full lends from the next. */
const MAX_IN_PLACE = 2 ** 21;
/** setTimeout counts in 32 bits. */
const MAX_TIMER_MS = 0x7fff_ffff;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Holds deadlines and calls `onDue` on each once it has passed, the sooner first, to the millisecond. The timer is armed for
 * the soonest and left alone when that one is removed, since most deadlines never pass: it then wakes once for nothing.
 */
export class DeadlineQueue {
  /** Made with the first entry: most connections of a client never wait for anything. */
  #places: (Due[] | undefined)[] = [];
  readonly #counts = [0, 0, 0, 0];
  #size = 0;
  /** All that was due by this tick has been told. */
  #tick = Math.floor(performance.now());
  /** Of the wake in progress: what is scheduled in it comes after it, or it might never end. */
  #wakingUntil = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #armedFor = NEVER;

  get size(): number {
    return this.#size;
  }

  /** Adds the entry, or moves it when it is in already. */
  schedule(entry: Due, dueAt: number): void {
    this.remove(entry);
    if (this.#size === 0) {
      this.#begin();
    }
    entry.dueAt = dueAt;
    this.#size += 1;
    const wakeAt = this.#place(entry, Math.max(this.#tick, this.#wakingUntil) + 1);
    if (wakeAt < this.#armedFor && this.#wakingUntil === Number.NEGATIVE_INFINITY) {
      this.#arm(wakeAt);
    }
  }

  remove(entry: Due): void {
    const { slot } = entry;
    if (slot >= 0) {
      entry.slot = -1;
      this.#size -= 1;
      this.#take(entry, slot);
    }
  }

  /** Forgets all entries. */
  clear(): void {
    for (const place of this.#places) {
      for (const entry of place ?? []) {
        entry.slot = -1;
      }
    }
    this.#places = [];
    this.#counts.fill(0);
    this.#size = 0;
    this.#disarm();
  }

  #begin(): void {
    if (this.#places.length === 0) {
      this.#places = new Array<Due[] | undefined>(ALL_PLACES).fill(undefined);
    }
    // Nothing waits, so nothing is passed over.
    this.#tick = Math.max(this.#tick, Math.floor(performance.now()));
  }

  /** Puts an entry where it belongs by now, and returns the tick at which someone must look after it. */
  #place(entry: Due, soonest: number): number {
    const dueTick = Math.min(Math.max(Math.ceil(entry.dueAt), soonest), this.#tick + HORIZON_TICKS);
    const wheel = wheelOf(dueTick - this.#tick);
    const turn = Math.floor(dueTick / 2 ** SHIFTS[wheel]);
    this.#put(entry, wheel, turn % PLACES[wheel]);
    return turn * 2 ** SHIFTS[wheel];
  }

  #put(entry: Due, wheel: Wheel, index: number): void {
    const at = FIRST[wheel] + index;
    this.#places[at] ??= [];
    const place = this.#places[at];
    if (place.length >= MAX_IN_PLACE) {
      this.#put(entry, wheel, (index + 1) % PLACES[wheel]);
      return;
    }
    entry.slot = at * MAX_IN_PLACE + place.length;
    place.push(entry);
    this.#counts[wheel] = this.#count(wheel) + 1;
  }

  /** The last of its place takes the place of the one that leaves. */
  #take(entry: Due, slot: number): void {
    const at = Math.floor(slot / MAX_IN_PLACE);
    const place = this.#places[at];
    const last = place?.pop();
    if (place !== undefined && last !== undefined && last !== entry) {
      place[slot % MAX_IN_PLACE] = last;
      last.slot = slot;
    }
    const wheel = wheelOfPlace(at);
    this.#counts[wheel] = this.#count(wheel) - 1;
  }

  #count(wheel: Wheel): number {
    return this.#counts[wheel] ?? 0;
  }

  readonly #wake = (): void => {
    this.#disarm();
    const nowMs = performance.now();
    this.#wakingUntil = Math.floor(nowMs);
    while (this.#tick < this.#wakingUntil) {
      this.#advance(this.#wakingUntil, nowMs);
    }
    this.#wakingUntil = Number.NEGATIVE_INFINITY;
    if (this.#size > 0) {
      this.#arm(this.#nextTick());
    }
  };

  /** Goes to the next tick at which anything can be due, but not beyond `until`. */
  #advance(until: number, nowMs: number): void {
    const wheel = this.#firstBusyWheel();
    const turnTicks = wheel === undefined ? until : 2 ** SHIFTS[wheel];
    this.#tick = Math.min(until, (Math.floor(this.#tick / turnTicks) + 1) * turnTicks);
    for (const outer of [3, 2, 1] as const) {
      if (this.#tick % 2 ** SHIFTS[outer] === 0) {
        this.#empty(outer, (entry) => {
          this.#size += 1;
          this.#place(entry, this.#tick);
        });
      }
    }
    this.#empty(0, (entry) => entry.onDue(nowMs));
  }

  #firstBusyWheel(): Wheel | undefined {
    return ([0, 1, 2, 3] as const).find((wheel) => this.#count(wheel) > 0);
  }

  /** Takes each entry out of the wheel's place of this tick. What comes in meanwhile is later, and goes elsewhere. */
  #empty(wheel: Wheel, act: (entry: Due) => void): void {
    const at = FIRST[wheel] + (Math.floor(this.#tick / 2 ** SHIFTS[wheel]) % PLACES[wheel]);
    const place = this.#places[at];
    for (let left = place?.length ?? 0; left > 0; left -= 1) {
      const entry = place?.at(-1);
      if (entry === undefined) {
        return;
      }
      this.remove(entry);
      act(entry);
    }
  }

  /** The soonest tick at which something is due, or has to be placed anew. */
  #nextTick(): number {
    let soonest = NEVER;
    for (const wheel of [0, 1, 2, 3] as const) {
      if (this.#count(wheel) > 0) {
        soonest = Math.min(soonest, this.#nextOf(wheel));
      }
    }
    return soonest;
  }

  #nextOf(wheel: Wheel): number {
    const turnTicks = 2 ** SHIFTS[wheel];
    const turn = Math.floor(this.#tick / turnTicks);
    for (let ahead = 1; ahead <= PLACES[wheel]; ahead += 1) {
      const place = this.#places[FIRST[wheel] + ((turn + ahead) % PLACES[wheel])];
      if (place !== undefined && place.length > 0) {
        return (turn + ahead) * turnTicks;
      }
    }
    return NEVER;
  }

  #arm(tick: number): void {
    this.#disarm();
    this.#armedFor = tick;
    const delayMs = Math.min(Math.max(Math.ceil(tick - performance.now()), 1), MAX_TIMER_MS);
    this.#timer = setTimeout(this.#wake, delayMs);
    this.#timer.unref(); // The sockets keep the process alive, not what may happen to them.
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armedFor = NEVER;
  }
}

type Wheel = 0 | 1 | 2 | 3;

/** Which wheel reaches that many ticks ahead. */
function wheelOf(ticks: number): Wheel {
  if (ticks < 256) {
    return 0;
  }
  if (ticks < 2 ** 14) {
    return 1;
  }
  return ticks < 2 ** 20 ? 2 : 3;
}

function wheelOfPlace(at: number): Wheel {
  if (at < 256) {
    return 0;
  }
  if (at < 320) {
    return 1;
  }
  return at < 384 ? 2 : 3;
}
