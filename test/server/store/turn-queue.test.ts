// Turns are given in order, never twice, and never to who has given up.

import t from "tap";
import { before, deadlineIn } from "../../../src/server/store/deadline.js";
import { TurnQueue } from "../../../src/server/store/turn-queue.js";

t.test("turns go to who came first, and come back", async (t) => {
  const turns = new TurnQueue(1, 10);
  t.ok(turns.isIdle);
  await turns.take(deadlineIn(1_000));
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (number) => {
    await turns.take(deadlineIn(10_000));
    order.push(number);
    turns.give();
  });
  t.notOk(turns.isIdle);
  turns.give();
  await Promise.all(waiting);
  t.same(order, [1, 2, 3]);
  t.ok(turns.isIdle);
});

t.test("who gives up takes no turn later, and too many are refused at once", async (t) => {
  const turns = new TurnQueue(1, 1);
  await turns.take(deadlineIn(1_000));
  const late = turns.take(deadlineIn(5));
  await t.rejects(turns.take(deadlineIn(10_000)), { code: "overloaded" });
  await t.rejects(late, { code: "timeout" });
  turns.give();
  t.ok(turns.isIdle, "the turn is free, and not lost on the one that gave up");
  await t.resolves(turns.take(deadlineIn(5)));
});

t.test("a deadline that passed frees what the work holds, and a later failure hurts nobody", async (t) => {
  let isFreed = false;
  let fail = (_error: Error): void => undefined;
  const work = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const late = before(deadlineIn(1), work, () => {
    isFreed = true;
  });
  await t.rejects(late, { name: "StoreError", code: "timeout" });
  t.ok(isFreed);
  fail(new Error("nobody hears this"));
  t.equal(await before(deadlineIn(1_000), Promise.resolve(7)), 7);
});
