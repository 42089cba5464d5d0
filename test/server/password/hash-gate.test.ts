// The gate before the hashing: how many run, who waits, who is sent away, and who gives up.

import t from "tap";
import type { Caller } from "../../../src/server/password/fair-queue.js";
import { GateFull, HashGate } from "../../../src/server/password/hash-gate.js";

const READY = async (): Promise<void> => undefined;

class Job {
  readonly done: Promise<string>;
  hasStarted = false;
  finish: () => void = () => undefined;

  constructor(gate: HashGate, name: string, caller: Caller, signal?: AbortSignal) {
    const held = new Promise<void>((resolve) => {
      this.finish = resolve;
    });
    const task = async (): Promise<string> => {
      this.hasStarted = true;
      await held;
      return name;
    };
    this.done = gate.run(READY, task, caller, signal);
  }
}

const ONE: Caller = { address: "192.0.2.1", connectionId: 1 };

function gate({
  permits = 2,
  maxWaitMs = 1_000,
  maxQueued = 4,
  maxQueuedPerConnection = 1_000,
  maxQueuedPerAddress = 1_000,
  expectedMs = 10,
} = {}) {
  const limits = { permits, maxWaitMs, maxQueued, maxQueuedPerConnection, maxQueuedPerAddress };
  const made = new HashGate({ ...limits, expectedMs, now: () => 0 });
  return {
    made,
    add: (name: string, signal?: AbortSignal) => new Job(made, name, ONE, signal),
    from: (address: string, connectionId: number, name: string) => new Job(made, name, { address, connectionId }),
  };
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
    made.run(READY, () => Promise.reject(new Error("no")), ONE),
    /no/,
  );
  const next = add("next");
  next.finish();
  t.equal(await next.done, "next");
});

t.test("addresses take turns, and who waits goes before another one of who just ran", async (t) => {
  const { from } = gate({ permits: 1, maxQueued: 100 });
  const flood = Array.from({ length: 6 }, (_, index) => from("a", 1, `a${index}`));
  const others = [from("b", 2, "b0"), from("b", 2, "b1"), from("c", 3, "c0")];
  t.same(await order([...flood, ...others]), ["a0", "b0", "a1", "c0", "b1", "a2", "a3", "a4", "a5"]);
});

t.test("the connections of one address take turns", async (t) => {
  const { from } = gate({ permits: 1, maxQueued: 100 });
  const jobs = [from("a", 1, "x0"), from("a", 1, "x1"), from("a", 1, "x2"), from("a", 2, "y0"), from("a", 2, "y1")];
  t.same(await order(jobs), ["x0", "x1", "y0", "x2", "y1"]);
});

t.test("an address does not hold all permits while another waits", async (t) => {
  const { from } = gate({ permits: 3, maxQueued: 100 });
  const flood = Array.from({ length: 9 }, (_, index) => from("a", 1, `a${index}`));
  const others = [from("b", 2, "b0"), from("b", 2, "b1")];
  flood[0]?.finish();
  await flood[0]?.done;
  await settled();
  t.ok(others[0]?.hasStarted, "the first permit that is free goes to the other address");
  flood[1]?.finish();
  await flood[1]?.done;
  await settled();
  t.equal([...flood, ...others].filter((job) => job.hasStarted).length, 5);
  for (const job of [...flood, ...others]) {
    job.finish();
  }
  await Promise.all([...flood, ...others].map((job) => job.done));
});

t.test("a connection and an address that ask for too much are turned away alone", async (t) => {
  const limits = { maxQueuedPerConnection: 2, maxQueuedPerAddress: 3 };
  const { from } = gate({ permits: 1, maxQueued: 100, expectedMs: 50, ...limits });
  const jobs = [from("a", 1, "runs"), from("a", 1, "a1"), from("a", 1, "a2")];
  await t.rejects(from("a", 1, "a3").done, { name: "GateFull", retryAfterMs: 150 });
  jobs.push(from("a", 2, "a4"));
  await t.rejects(from("a", 3, "a5").done, { name: "GateFull" });
  jobs.push(from("b", 4, "b1"));
  t.same(await order(jobs), ["runs", "b1", "a1", "a4", "a2"]);
  t.equal(await finished(from("a", 1, "again")), "again", "its room is free again");
});

t.test("a queue of one address makes nobody else's wait seem too long", async (t) => {
  const { from } = gate({ permits: 1, maxQueued: 100, maxWaitMs: 500, expectedMs: 100 });
  const jobs = Array.from({ length: 6 }, (_, index) => from("a", 1, `a${index}`));
  await t.rejects(from("a", 1, "late").done, { name: "GateFull" });
  jobs.push(from("b", 2, "b0"));
  t.same((await order(jobs)).slice(0, 2), ["a0", "b0"]);
});

t.test("who waits in the queue for too long is sent away, however short it seemed", async (t) => {
  const { add } = gate({ permits: 1, maxWaitMs: 20, expectedMs: 1 });
  const runs = add("runs");
  const startedMs = performance.now();
  await t.rejects(add("waits").done, { name: "GateFull" });
  t.ok(performance.now() - startedMs >= 19);
  runs.finish();
  t.equal(await runs.done, "runs");
  t.equal(await finished(add("next")), "next");
});

t.test("what a task needs is prepared while it waits; when that fails it leaves the queue", async (t) => {
  const { made, add } = gate({ permits: 1 });
  const runs = add("runs");
  const prepared: string[] = [];
  const prepare = async (): Promise<string> => {
    prepared.push("now");
    return "ready";
  };
  const waits = made.run(prepare, async (what) => what, ONE);
  t.same(prepared, ["now"]);
  await t.rejects(
    made.run(
      () => Promise.reject(new Error("cannot")),
      async () => t.fail("it never runs"),
      ONE,
    ),
    /cannot/,
  );
  t.equal(made.waiting, 1);
  runs.finish();
  t.equal(await waits, "ready");
  t.equal(made.running, 0);
});

t.test("of a crowd that waits only some are prepared ahead, the others at their turn", async (t) => {
  const { add, made } = gate({ permits: 1, maxQueued: 30, maxWaitMs: 50, expectedMs: 1 });
  const runs = add("runs");
  await settled();
  let prepared = 0;
  const prepare = async (): Promise<number> => {
    prepared += 1;
    return prepared;
  };
  const crowd = (): Promise<unknown>[] => Array.from({ length: 20 }, () => made.run(prepare, async (nth) => nth, ONE));
  const refused = await Promise.allSettled(crowd());
  t.same(new Set(refused.map(({ status }) => status)), new Set(["rejected"]));
  t.equal(prepared, 8);
  const served = crowd();
  t.equal(prepared, 16, "those who left made room");
  runs.finish();
  t.equal(new Set(await Promise.all(served)).size, 20);
  t.equal(prepared, 28);
  t.equal(made.running, 0);
});

t.test("those who are turned away together are told different times, each address by itself", async (t) => {
  const { from, made } = gate({ permits: 2, maxQueued: 2, expectedMs: 100 });
  const jobs = ["a", "b", "c", "d"].map((name) => from("a", 1, name));
  const told = (address: string) =>
    made.run(READY, async () => 0, { address, connectionId: 9 }).catch((refusal: GateFull) => refusal.retryAfterMs);
  t.same(await Promise.all([told("a"), told("a"), told("a"), told("b")]), [150, 200, 250, 150]);
  for (const job of jobs) {
    job.finish();
  }
  await Promise.all(jobs.map((job) => job.done));
});

/** Lets each that runs finish at once; resolves with the names in the order of their ends. */
async function order(jobs: readonly Job[]): Promise<string[]> {
  const names: string[] = [];
  const ends = jobs.map((job) => job.done.then((name) => names.push(name)));
  for (const job of jobs) {
    job.finish();
  }
  await Promise.all(ends);
  return names;
}

function finished(job: Job): Promise<string> {
  job.finish();
  return job.done;
}
