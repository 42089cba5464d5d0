// The queue of deadlines over days of a clock that is set by hand: nothing early, nothing late, nothing lost, at all distances.

import t, { type Test } from "tap";
import { DeadlineQueue, type Due } from "../../../src/rpc/channel/deadline-queue.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";

interface Alarm {
  readonly at: number;
  readonly act: () => void;
}

/** Time stands still until it is moved; timers fire as it passes them. */
class HandClock {
  nowMs: number;
  wakes = 0;
  #alarm: Alarm | undefined;

  constructor(t: Test, startMs: number) {
    this.nowMs = startMs;
    const { now } = performance;
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    performance.now = () => this.nowMs;
    const fake = (act: () => void, delayMs: number) => {
      this.#alarm = { at: this.nowMs + Math.max(1, Math.floor(delayMs)), act };
      return { unref: () => {} };
    };
    globalThis.setTimeout = fake as unknown as typeof set;
    globalThis.clearTimeout = () => {
      this.#alarm = undefined;
    };
    t.teardown(() => {
      performance.now = now;
      globalThis.setTimeout = set;
      globalThis.clearTimeout = clear;
    });
  }

  /** Each timer fires up to `lateMs` late. */
  passUntil(endMs: number, lateMs: () => number): void {
    while (this.#alarm !== undefined && this.#alarm.at <= endMs) {
      const { at, act } = this.#alarm;
      this.#alarm = undefined;
      this.nowMs = Math.max(this.nowMs, at + lateMs());
      this.wakes += 1;
      act();
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }
}

/** Milliseconds at every scale from one to three days. */
function distance(random: RandomSource): number {
  return 1 + (random.uint32() / 2 ** 32) * 10 ** (1 + random.below(8));
}

class Entry implements Due {
  dueAt = Number.POSITIVE_INFINITY;
  slot = -1;
  firedAt: number | undefined;
  wantedAt = 0;
  onDue(nowMs: number): void {
    this.firedAt = nowMs;
  }
}

t.test("deadlines at all distances pass in order, on time, and once", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`EARSHOT_SEED=${random.seed}`);
  const clock = new HandClock(t, 1_000_000.25 + random.below(1 << 28));
  const queue = new DeadlineQueue();
  const entries: Entry[] = [];
  const order: Entry[] = [];
  const wake = (entry: Entry, ms: number): void => {
    entry.wantedAt = clock.nowMs + ms;
    entry.firedAt = undefined;
    queue.schedule(entry, entry.wantedAt);
  };
  for (let step = 0; step < 3000; step += 1) {
    const known = entries[random.below(entries.length + 1)];
    if (known === undefined || random.chance(0.6)) {
      const entry = new Entry();
      entry.onDue = (nowMs) => {
        entry.firedAt = nowMs;
        order.push(entry);
      };
      entries.push(entry);
      wake(entry, distance(random));
    } else if (known.firedAt === undefined && random.chance(0.5)) {
      queue.remove(known);
      entries.splice(entries.indexOf(known), 1);
    } else if (known.firedAt === undefined) {
      wake(known, distance(random));
    }
    if (random.chance(0.1)) {
      clock.passUntil(clock.nowMs + distance(random) / 10, () => random.below(3));
    }
  }
  const waiting = entries.filter((entry) => entry.firedAt === undefined).length;
  t.equal(queue.size, waiting);
  clock.passUntil(clock.nowMs + 2 * 10 ** 8, () => 0);
  t.equal(queue.size, 0);
  t.equal(order.length, entries.length, "each once");
  t.ok(
    entries.every((entry) => (entry.firedAt ?? 0) >= entry.wantedAt),
    "none early",
  );
  t.ok(
    entries.every((entry) => (entry.firedAt ?? 0) <= entry.wantedAt + 5),
    "none late",
  );
  const times = order.map(({ firedAt = 0 }) => firedAt);
  t.same(
    times,
    times.toSorted((a, b) => a - b),
  );
  t.ok(clock.wakes < 4 * entries.length + 500, `${clock.wakes} wakes for ${entries.length} deadlines`);
});

t.test("a process that slept past everything wakes once and tells all, in order", async (t) => {
  const clock = new HandClock(t, 5_000);
  const queue = new DeadlineQueue();
  const told: number[] = [];
  for (const ms of [90_000, 3, 70_000_000, 300, 20_000, 2_000_000, 4]) {
    const entry = new Entry();
    entry.onDue = () => told.push(ms);
    queue.schedule(entry, clock.nowMs + ms);
  }
  clock.passUntil(80_000_000, () => 75_000_000);
  t.same(told, [3, 4, 300, 20_000, 90_000, 2_000_000, 70_000_000]);
});

t.test("what is scheduled within a wake comes after it, at whatever distance", async (t) => {
  const clock = new HandClock(t, 255.5);
  const queue = new DeadlineQueue();
  let rounds = 0;
  const restless = new Entry();
  restless.onDue = (nowMs) => {
    rounds += 1;
    if (rounds < 600) {
      queue.schedule(restless, nowMs + (rounds % 3 === 0 ? 255.5 : -1));
    }
  };
  queue.schedule(restless, 0);
  clock.passUntil(10 ** 6, () => 0);
  t.equal(rounds, 600);
  t.ok(clock.wakes >= 600);
});

t.test("one that leaves as another falls due is not told", async (t) => {
  const clock = new HandClock(t, 0);
  const queue = new DeadlineQueue();
  const pairs = Array.from({ length: 100 }, () => [new Entry(), new Entry()] as const);
  for (const [one, other] of pairs) {
    one.onDue = () => {
      one.firedAt = 1;
      queue.remove(other);
    };
    other.onDue = () => {
      other.firedAt = 1;
      queue.remove(one);
    };
    queue.schedule(one, 10);
    queue.schedule(other, 10);
  }
  clock.passUntil(100, () => 0);
  t.ok(pairs.every(([one, other]) => (one.firedAt === undefined) !== (other.firedAt === undefined)));
  t.equal(queue.size, 0);
});
