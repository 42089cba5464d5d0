// Who watches: few for each account and in all, woken and ended, with nothing left behind.

import { getEventListeners } from "node:events";
import t from "tap";
import { WatchRegistry } from "../../../src/server/calls/watch-registry.js";

const FAR_MS = 600_000;
const account = (number: number) => Buffer.alloc(16, number);
const FULL = /too many watches/;

t.test("an account has eight at most, and all together five hundred", async (t) => {
  const registry = new WatchRegistry();
  const first = Array.from({ length: 8 }, () => registry.open(account(0)));
  t.throws(() => registry.open(account(0)), FULL);
  first[0]?.close();
  first[0]?.close();
  registry.open(account(0));
  t.throws(() => registry.open(account(0)), FULL, "closing twice frees one place");
  for (let count = 8; count < 500; count += 1) {
    registry.open(account(1 + Math.floor((count - 8) / 8)));
  }
  t.throws(() => registry.open(account(200)), FULL);
});

t.test("a watch is woken by its own account, also when it did not wait yet", async (t) => {
  const registry = new WatchRegistry();
  const [mine, other] = [registry.open(account(1)), registry.open(account(2))];
  const { signal } = new AbortController();
  const woken: string[] = [];
  const waits = [
    mine.wait(FAR_MS, signal).then(() => woken.push("mine")),
    other.wait(FAR_MS, signal).then(() => woken.push("other")),
  ];
  registry.wake(account(1));
  await waits[0];
  t.same(woken, ["mine"]);
  registry.wake(account(1));
  await mine.wait(FAR_MS, signal);
  registry.end();
  await Promise.all(waits);
  t.ok(mine.isEnded && other.isEnded);
  t.ok(registry.open(account(3)).isEnded, "and no other begins");
});

t.test("waiting ends in time, and by the signal, and leaves nothing on it", async (t) => {
  const watch = new WatchRegistry().open(account(1));
  const controller = new AbortController();
  for (let turn = 0; turn < 20; turn += 1) {
    await watch.wait(1, controller.signal);
  }
  t.equal(getEventListeners(controller.signal, "abort").length, 0);
  const waiting = watch.wait(FAR_MS, controller.signal);
  controller.abort();
  await t.resolves(waiting);
  await t.resolves(watch.wait(FAR_MS, controller.signal));
});
