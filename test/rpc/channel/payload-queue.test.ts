// The queue of encoded messages: order, borders between small and large, and that what was read is not held.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import t from "tap";
import { PayloadQueue } from "../../../src/rpc/channel/payload-queue.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";

const LARGE_BYTES = 0x8000;

t.test("payloads of every size come out as they went in", (t) => {
  const seed = chooseSeed();
  t.comment(`seed ${seed}`);
  const random = new RandomSource(seed);
  const queue = new PayloadQueue();
  const expected: Buffer[] = [];
  const sizes = [0, 1, 2, 255, 256, 1022, 1023, 16_382, 16_383, LARGE_BYTES - 1, LARGE_BYTES, LARGE_BYTES + 1] as const;
  for (let step = 0; step < 5000; step += 1) {
    if (random.chance(0.52)) {
      const payload = Buffer.alloc(random.chance(0.9) ? random.below(100) : random.pick(sizes), random.below(256));
      expected.push(payload);
      queue.add(payload);
    } else {
      const taken = queue.take();
      const wanted = expected.shift();
      if (wanted === undefined || taken === undefined ? wanted !== taken : !wanted.equals(taken)) {
        t.fail(`step ${step}: ${taken?.length} bytes where ${wanted?.length} were due`);
      }
    }
    if (queue.size !== expected.length) {
      t.fail(`step ${step}: size ${queue.size}, expected ${expected.length}`);
    }
  }
  for (const wanted of expected) {
    if (!wanted.equals(queue.take() ?? Buffer.of(1))) t.fail("the rest came out otherwise");
  }
  t.equal(queue.take(), undefined);
  t.equal(queue.size, 0);
  t.end();
});

t.test("a small payload is copied, and what was taken stays as it was", (t) => {
  const queue = new PayloadQueue();
  const chunk = Buffer.from("first");
  queue.add(chunk);
  chunk.fill(0);
  const first = queue.take() ?? new Uint8Array(0);
  queue.add(Buffer.from("other"));
  t.equal(Buffer.from(first).toString(), "first");
  t.equal(Buffer.from(queue.take() ?? []).toString(), "other");
  t.end();
});

t.test("clear forgets all, and the queue goes on", (t) => {
  const queue = new PayloadQueue();
  queue.add(Buffer.from("a"));
  queue.add(Buffer.alloc(LARGE_BYTES));
  queue.clear();
  t.equal(queue.size, 0);
  t.equal(queue.take(), undefined);
  queue.add(Buffer.from("b"));
  t.equal(Buffer.from(queue.take() ?? []).toString(), "b");
  t.end();
});

t.test("what was taken is not held, even if the queue is never empty", async (t) => {
  const freed: number[] = [];
  const registry = new FinalizationRegistry<number>((index) => freed.push(index));
  const queue = new PayloadQueue();
  const add = (index: number): void => {
    const payload = new Uint8Array(LARGE_BYTES);
    registry.register(payload.buffer, index);
    queue.add(payload);
  };
  add(0);
  for (let index = 1; index < 20; index += 1) {
    add(index);
    queue.take();
  }
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  for (let attempt = 0; attempt < 20 && freed.length < 18; attempt += 1) {
    await new Promise(setImmediate);
    collectGarbage();
  }
  t.ok(freed.length >= 18, `${freed.length} of 19 that were read are free`);
  t.equal(queue.size, 1);
});
