// A watched stream: each message and exactly one end are told, however it is read or left.

import t from "tap";
import { intercepted, type Messages, watchStream } from "../../src/rpc/interceptor.js";

function watched(source: AsyncIterable<object>) {
  const told: unknown[] = [];
  const stream = watchStream(source, {
    onMessage: (message) => told.push(message),
    onEnd: (error) => told.push(error instanceof Error ? error.message : "end"),
  });
  return { told, stream };
}

async function* counting(until: number, last?: Error): AsyncGenerator<object> {
  for (let n = 0; n < until; n += 1) yield { n };
  if (last !== undefined) throw last;
}

t.test("read to its end", async (t) => {
  const { told, stream } = watched(counting(2));
  const read: object[] = [];
  for await (const message of stream) read.push(message);
  t.same(read, [{ n: 0 }, { n: 1 }]);
  t.same(told, [{ n: 0 }, { n: 1 }, "end"]);
});

t.test("failing", async (t) => {
  const { told, stream } = watched(counting(1, new Error("broken")));
  await t.rejects(drain(stream), { message: "broken" });
  t.same(told, [{ n: 0 }, "broken"]);
});

async function drain(stream: AsyncIterable<object>): Promise<void> {
  for await (const _ of stream);
}

t.test("left while it is read, and the source with it", async (t) => {
  let left = false;
  const { told, stream } = watched(
    (async function* () {
      try {
        yield* counting(9);
      } finally {
        left = true;
      }
    })(),
  );
  for await (const _ of stream) break;
  t.same([told, left], [[{ n: 0 }, "end"], true]);
});

t.test("left before it was read, and left again", async (t) => {
  const { told, stream } = watched(counting(9));
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.return?.();
  await iterator.return?.();
  t.same(told, ["end"]);
});

t.test("the first interceptor is the outermost", async (t) => {
  const around = (name: string) => async (call: string, next: (call: string) => Promise<Messages>) => ({
    [name]: await next(`${call} ${name}`),
  });
  const chain = intercepted([around("a"), around("b")], async (call: string) => ({ call }));
  t.same(await chain("call"), { a: { b: { call: "call a b" } } });
});

t.test("left when the watcher throws: the source learns that nobody reads on", async (t) => {
  let left = false;
  const source = (async function* () {
    try {
      yield* counting(9);
    } finally {
      left = true;
    }
  })();
  const told: unknown[] = [];
  const onMessage = () => {
    throw new Error("watcher");
  };
  const stream = watchStream(source, { onMessage, onEnd: (error) => told.push(error) });
  await t.rejects(drain(stream), { message: "watcher" });
  t.ok(left);
  t.match(told, [{ message: "watcher" }]);
});

t.test("an interceptor that throws at once rejects, so that those around it see the end", async (t) => {
  const told: string[] = [];
  const around = (call: object, next: (call: object) => Promise<Messages>) =>
    next(call).finally(() => told.push("end"));
  const refuses = () => {
    throw new Error("no");
  };
  await t.rejects(intercepted([around, refuses], async () => ({}))({}), { message: "no" });
  t.same(told, ["end"]);
});
