// A stream that opens when it is first read: once, in order, and never after it was left.

import t from "tap";
import { LazyStream } from "../../../src/rpc/calling/lazy-stream.js";
import { signal } from "../../helpers/rpc-pair.js";

/** A stream of numbers that writes down what was asked of it. */
function opened(count = 3) {
  const asked: string[] = [];
  let given = 0;
  const stream: AsyncIterator<object, undefined> = {
    next: async () => {
      asked.push("next");
      given += 1;
      return given > count ? { done: true, value: undefined } : { done: false, value: { given } };
    },
    return: async () => {
      asked.push("return");
      given = count;
      return { done: true, value: undefined };
    },
  };
  return { stream, asked };
}

async function collect(stream: AsyncIterable<object>): Promise<object[]> {
  const all: object[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

const ALL = [{ given: 1 }, { given: 2 }, { given: 3 }];

t.test("it opens at the first read, once, whether at once or later", async (t) => {
  for (const later of [false, true]) {
    let opens = 0;
    const { stream } = opened();
    const lazy = new LazyStream(() => {
      opens += 1;
      return later ? Promise.resolve(stream) : stream;
    });
    t.equal(opens, 0);
    t.same(await collect(lazy), ALL);
    t.same(await collect(lazy), [], "it is read once");
    t.equal(opens, 1);
  }
});

t.test("reads that come before it is open are served in order", async (t) => {
  const gate = signal();
  const { stream } = opened();
  const lazy = new LazyStream(() => gate.promise.then(() => stream));
  const reads = [lazy.next(), lazy.next(), lazy.next(), lazy.next()];
  gate.resolve();
  t.match(await Promise.all(reads), [...ALL.map((value) => ({ done: false, value })), { done: true }]);
});

t.test("left before it was read, it never opens", async (t) => {
  const lazy = new LazyStream(() => t.fail("opened") as never);
  t.match(await lazy.return(), { done: true, value: undefined });
  t.match(await lazy.next(), { done: true, value: undefined });
  await t.rejects(lazy.throw(new Error("mine")), { message: "mine" });
});

t.test("leaving is told to the stream, once", async (t) => {
  const { stream, asked } = opened();
  for await (const _ of new LazyStream(() => stream)) break;
  t.same(asked, ["next", "return"]);
  const second = opened();
  const lazy = new LazyStream(() => second.stream);
  await lazy.next();
  await Promise.all([lazy.return(), lazy.return(), lazy.throw(new Error("mine")).catch(() => {})]);
  t.same(second.asked, ["next", "return"]);
  t.match(await lazy.next(), { done: true });
});

t.test("left while it opens, it is left as soon as it is open", async (t) => {
  const gate = signal();
  const { stream, asked } = opened();
  const lazy = new LazyStream(() => gate.promise.then(() => stream));
  const read = lazy.next();
  const left = lazy.return();
  t.match(await lazy.next(), { done: true }, "who reads after that waits for nothing");
  gate.resolve();
  t.match(await left, { done: true });
  await read;
  await lazy.return();
  t.same(asked, ["next", "return"]);
});

t.test("an opening that fails is told to the reads that wait for it, and to nobody else", async (t) => {
  const openings = [
    () => {
      throw new Error("cannot open");
    },
    () => Promise.reject(new Error("cannot open")),
  ];
  for (const open of openings) {
    const lazy = new LazyStream(open);
    await t.rejects(lazy.next(), { message: "cannot open" });
    t.match(await lazy.next(), { done: true });
    t.match(await lazy.return(), { done: true }, "leaving has nothing to add");
    await t.rejects(lazy.throw(new Error("mine")), { message: "mine" });
  }
  const lazy = new LazyStream(() => Promise.reject(new Error("cannot open")));
  const outcomes = await Promise.allSettled([lazy.next(), lazy.next(), lazy.return()]);
  t.same(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected", "fulfilled"],
  );
});

t.test("a stream that cannot be left, or fails at it", async (t) => {
  const { stream } = opened();
  const lazy = new LazyStream(() => ({ next: () => stream.next() }));
  await lazy.next();
  t.match(await lazy.return(), { done: true });
  const failing = new LazyStream(() => ({ ...stream, return: () => Promise.reject(new Error("cannot leave")) }));
  await failing.next();
  await t.rejects(failing.return(), { message: "cannot leave" });
  t.match(await failing.next(), { done: true });
});
