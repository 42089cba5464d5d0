// Counts in memory: never more keys than allowed, and a flood of new ones does not undo a lock.

import t from "tap";
import { BoundedMemoryLimiter } from "../../../src/server/throttle/bounded-memory-limiter.js";

const limiter = (maxKeys: number) => new BoundedMemoryLimiter({ keyPrefix: "t", points: 3, duration: 600, maxKeys });

t.test("it counts, refuses, gives back and forgets", async (t) => {
  const counts = limiter(10);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    t.equal((await counts.consume("a")).consumedPoints, attempt);
  }
  t.match(await counts.consume("a").catch((refusal: unknown) => refusal), { consumedPoints: 4 });
  await counts.reward("a", 2);
  t.equal((await counts.consume("a")).consumedPoints, 3);
  await counts.delete("a");
  t.equal(await counts.get("a"), null);
  t.equal(counts.size, 0);
  await counts.set("b", 2, 60);
  t.match(await counts.get("b"), { consumedPoints: 2 });
});

t.test("a flood of new keys stays within the bound and leaves what is locked locked", async (t) => {
  const counts = limiter(100);
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await counts.consume("locked").catch(() => undefined);
  }
  for (let index = 0; index < 20_000; index += 1) {
    await counts.consume(`invented-${index}`);
    if (counts.size > 100) {
      t.fail(`${counts.size} keys`);
      break;
    }
  }
  t.match(await counts.consume("locked").catch((refusal: unknown) => refusal), { consumedPoints: 6 });
  t.equal(await counts.get("invented-0"), null, "the old ones are gone from the base class too");
});

t.test("when all are locked, one of them goes all the same", async (t) => {
  const counts = limiter(20);
  for (let index = 0; index < 200; index += 1) {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await counts.consume(`key-${index}`).catch(() => undefined);
    }
  }
  t.equal(counts.size, 20);
});
