// Many deadlines behind one timer: they fall due in order, may move or leave, and never starve the process.

import t from "tap";
import { DeadlineQueue, type Due } from "../../../src/rpc/channel/deadline-queue.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";

class Entry implements Due {
  dueAt = Number.POSITIVE_INFINITY;
  slot = -1;
  readonly #onDue: (entry: Entry) => void;
  constructor(onDue: (entry: Entry) => void) {
    this.#onDue = onDue;
  }
  onDue(): void {
    this.#onDue(this);
  }
}

/** The queue's timer keeps no process alive: its tests must. */
function keepAlive(t: { teardown(act: () => void): void }): void {
  const timer = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(timer));
}

t.test("entries fall due in the order of their times, whatever the order of coming, moving and leaving", async (t) => {
  keepAlive(t);
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const queue = new DeadlineQueue();
  const seen: number[] = [];
  const expected: number[] = [];
  const { now } = performance;
  const start = now.call(performance);
  t.teardown(() => {
    performance.now = now;
  });
  await new Promise<void>((resolve) => {
    // Time stands still while they come: what is due before it comes is told with all that is, in no order.
    performance.now = () => start;
    const entries = Array.from({ length: 500 }, () => new Entry((entry) => seen.push(entry.dueAt)));
    for (const entry of entries) {
      queue.schedule(entry, start + random.below(1000));
    }
    for (const [index, entry] of entries.entries()) {
      if (index % 3 === 0) {
        queue.remove(entry);
        queue.remove(entry);
      } else {
        queue.schedule(entry, start + 1 + random.below(20));
        expected.push(entry.dueAt);
      }
    }
    queue.schedule(new Entry(() => resolve()), start + 22);
    performance.now = now;
  });
  t.same(
    seen,
    expected.toSorted((a, b) => a - b),
  );
  t.equal(queue.size, 0);
});

t.test("an entry that is always due again does not keep its wake from ending", async (t) => {
  keepAlive(t);
  const queue = new DeadlineQueue();
  let count = 0;
  await new Promise<void>((resolve) => {
    const restless = new Entry((entry) => {
      count += 1;
      if (count === 3) {
        resolve();
      } else {
        queue.schedule(entry, 0);
      }
    });
    queue.schedule(restless, 0);
  });
  t.equal(count, 3);
});

t.test("clear forgets all, and entries may come back", async (t) => {
  keepAlive(t);
  const queue = new DeadlineQueue();
  const forgotten = new Entry(() => t.fail("it was forgotten"));
  queue.schedule(forgotten, performance.now() + 1);
  queue.clear();
  t.equal(forgotten.slot, -1);
  await new Promise<void>((resolve) => queue.schedule(new Entry(() => resolve()), performance.now() + 5));
});

t.test("a sooner deadline that comes later is not kept waiting", async (t) => {
  keepAlive(t);
  const queue = new DeadlineQueue();
  queue.schedule(new Entry(() => t.fail("far off")), performance.now() + 1e10);
  await new Promise<void>((resolve) => queue.schedule(new Entry(() => resolve()), performance.now() + 5));
  queue.clear();
});
