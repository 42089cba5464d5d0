// Bytes that are shared: never more in use than there are, in the order of coming, and given back whatever happens.

import t from "tap";
import { MemoryBudget } from "../../../src/server/password/memory-budget.js";

t.test("what does not fit waits, and nobody passes who came later", async (t) => {
  const budget = new MemoryBudget(100);
  const order: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, bytes: number) =>
    budget.run(bytes, async () => {
      order.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const runs = [run("a", 60), run("b", 60), run("c", 10), run("huge", 1_000), run("d", 10)];
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  t.same(order, ["a"]);
  ends.get("a")?.();
  await settled();
  t.same(order, ["a", "b", "c"]);
  ends.get("b")?.();
  ends.get("c")?.();
  await settled();
  t.same(order, ["a", "b", "c", "huge"], "alone");
  ends.get("huge")?.();
  await settled();
  ends.get("d")?.();
  await Promise.all(runs);
});

t.test("a task that fails gives its bytes back", async (t) => {
  const budget = new MemoryBudget(100);
  await t.rejects(
    budget.run(100, () => Promise.reject(new Error("no"))),
    /no/,
  );
  t.equal(await budget.run(100, async () => "yes"), "yes");
});
