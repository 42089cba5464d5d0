// The gate before the hashing: how many run, who waits, who is sent away, and who gives up.

import t from "tap";
import { GateFull, HashGate } from "../../../src/server/password/hash-gate.js";

class Job {
  readonly done: Promise<string>;
  hasStarted = false;
  finish: () => void = () => undefined;

  constructor(gate: HashGate, name: string, signal?: AbortSignal) {
    const held = new Promise<void>((resolve) => {
      this.finish = resolve;
    });
    const task = async (): Promise<string> => {
      this.hasStarted = true;
      await held;
      return name;
    };
    this.done = gate.run(task, signal);
  }
}

function gate({ permits = 2, maxWaitMs = 1_000, maxQueued = 4, expectedMs = 10 } = {}) {
  const made = new HashGate({ permits, maxWaitMs, maxQueued, expectedMs, now: () => 0 });
  return { made, add: (name: string, signal?: AbortSignal) => new Job(made, name, signal) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test("no more run at once than there are permits, and who waits longest goes next", async (t) => {
  const { add } = gate();
  const jobs = ["a", "b", "c", "d"].map((name) => add(name));
  await settled();
  t.same(
    jobs.map((job) => job.hasStarted),
    [true, true, false, false],
  );
  jobs[1]?.finish();
  t.equal(await jobs[1]?.done, "b");
  await settled();
  t.same(
    jobs.map((job) => job.hasStarted),
    [true, true, true, false],
  );
  for (const job of jobs) {
    job.finish();
  }
  t.same(await Promise.all(jobs.map((job) => job.done)), ["a", "b", "c", "d"]);
});

t.test("above the queue's length everyone is told when to come back", async (t) => {
  const { add } = gate();
  const jobs = Array.from({ length: 6 }, (_, index) => add(String(index)));
  const error: unknown = await add("late").done.catch((caught: unknown) => caught);
  t.type(error, GateFull);
  t.ok(error instanceof GateFull && error.retryAfterMs >= 30, String(error));
  for (const job of jobs) {
    job.finish();
  }
  await Promise.all(jobs.map((job) => job.done));
  const next = add("next");
  next.finish();
  t.equal(await next.done, "next", "and later it goes on");
});

t.test("a wait that would be too long is refused before the queue is full", async (t) => {
  const { add } = gate({ permits: 1, maxWaitMs: 100, maxQueued: 1_000, expectedMs: 60 });
  const jobs = [add("runs"), add("waits")];
  await t.rejects(add("late").done, { name: "GateFull", retryAfterMs: 120 });
  for (const job of jobs) {
    job.finish();
  }
  await Promise.all(jobs.map((job) => job.done));
});

t.test("who gives up leaves the queue and takes no permit", async (t) => {
  const { add } = gate({ permits: 1 });
  const first = add("first");
  const abort = new AbortController();
  const gone = add("gone", abort.signal);
  const last = add("last");
  abort.abort(new Error("caller went away"));
  await t.rejects(gone.done, /caller went away/);
  first.finish();
  last.finish();
  t.same(await Promise.all([first.done, last.done]), ["first", "last"]);
  t.notOk(gone.hasStarted);
  await t.rejects(add("never", abort.signal).done, /caller went away/);
});

t.test("a task that fails gives its permit back", async (t) => {
  const { made, add } = gate({ permits: 1 });
  await t.rejects(
    made.run(() => Promise.reject(new Error("no"))),
    /no/,
  );
  const next = add("next");
  next.finish();
  t.equal(await next.done, "next");
});
