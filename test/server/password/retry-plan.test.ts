// When those who were turned away are told to come again.

import t from "tap";
import { RetryPlan } from "../../../src/server/password/retry-plan.js";

t.test("one after the other, behind the queue", async (t) => {
  let nowMs = 0;
  const plan = new RetryPlan(() => nowMs);
  t.same([plan.next("a", 500, 50), plan.next("a", 500, 50), plan.next("a", 500, 50)], [500, 550, 600]);
  t.equal(plan.next("b", 500, 50), 500, "another address has nothing to do with it");
  nowMs = 400;
  t.equal(plan.next("a", 100, 50), 250);
  nowMs = 10_000;
  t.equal(plan.next("a", 200, 50), 200, "what is over is over");
});

t.test("never at once, and never later than a minute", async (t) => {
  const plan = new RetryPlan(() => 0);
  t.equal(plan.next("a", 0, 1), 100);
  t.equal(plan.next("b", 1e9, 1), 60_000);
  const told = Array.from({ length: 100_000 }, () => plan.next("c", 100, 50));
  t.equal(Math.max(...told), 60_000);
});

t.test("many addresses are not remembered without bound", async (t) => {
  const plan = new RetryPlan(() => 0);
  for (let index = 0; index < 5_000; index += 1) {
    plan.next(`address ${index}`, 100, 50);
  }
  t.equal(plan.next("address 0", 100, 50), 100, "forgotten");
  t.equal(plan.next("address 4999", 100, 50), 150, "known");
});
