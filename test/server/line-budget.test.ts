// The budget of log lines: the first of a window are written, the rest are counted once.

import t from "tap";
import { LineBudget } from "../../src/server/line-budget.js";

t.test("above the budget lines are left out, and their number is told at the window's end", async (t) => {
  const counts: number[] = [];
  let tell: () => void = () => undefined;
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const budget = new LineBudget({
    maxLines: 3,
    windowMs: 20,
    onLeftOut: (count) => {
      counts.push(count);
      tell();
    },
  });
  const taken = Array.from({ length: 10 }, () => budget.take());
  t.same(taken, [true, true, true, ...Array.from({ length: 7 }, () => false)]);
  const alive = setInterval(() => undefined, 1_000);
  await told;
  t.ok(budget.take(), "a new window has a new budget");
  await new Promise((resolve) => setTimeout(resolve, 60));
  clearInterval(alive);
  t.same(counts, [7], "a window that left out nothing tells nothing");
});
