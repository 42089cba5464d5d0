// A pump that is stopped: before it runs, while its source works, while it waits for room, and by its own source.

import t from "tap";
import { MessagePump, type MessageSource } from "../../../src/rpc/channel/message-pump.js";
import { EchoRequest } from "../../gen/earshot/test/v1/echo.js";
import { signal } from "../../helpers/rpc-pair.js";

function pump(source: MessageSource, creditBytes = 1000) {
  const sent: Uint8Array[] = [];
  const host = { blocked: false, sendData: (payload: Uint8Array) => sent.push(payload), checkSize: () => {} };
  return { pump: new MessagePump(source, EchoRequest, creditBytes, host), sent };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test("stopped before it runs: nothing is asked, and the source is let go", async (t) => {
  const asked: string[] = [];
  const asking = (what: string) => async () => {
    asked.push(what);
    return { done: true as const, value: undefined };
  };
  const iterator = { next: asking("next"), return: asking("return") };
  const { pump: stopped } = pump({ [Symbol.asyncIterator]: () => iterator });
  stopped.stop();
  stopped.stop();
  await stopped.run();
  t.same(asked, ["return"]);
});

t.test("stopped while its source works: what comes then is not sent", async (t) => {
  const gate = signal();
  let cleaned = false;
  async function* slow(): AsyncGenerator<object> {
    try {
      await gate.promise;
      yield { text: "too late" };
      t.fail("was asked for more");
    } finally {
      cleaned = true;
    }
  }
  const { pump: running, sent } = pump(slow());
  const run = running.run();
  await turn();
  running.stop();
  running.wake();
  running.addCredit(1);
  gate.resolve();
  await run;
  t.same([sent, cleaned], [[], true]);
});

t.test("stopped while its source works, which then fails: the failure is told, once", async (t) => {
  const gate = signal();
  async function* slow(): AsyncGenerator<object> {
    await gate.promise;
    if (sent.length === 0) throw new Error("broken");
    yield {};
  }
  const { pump: running, sent } = pump(slow());
  const run = running.run();
  running.stop();
  gate.resolve();
  await t.rejects(run, { message: "broken" });
});

t.test("stopped while it waits for room: the source's finally runs, then it resolves", async (t) => {
  const steps: string[] = [];
  async function* busy(): AsyncGenerator<object> {
    try {
      for (;;) yield { text: "a" };
    } finally {
      await turn();
      steps.push("cleaned");
    }
  }
  const { pump: running, sent } = pump(busy(), 1);
  const run = running.run().then(() => steps.push("run"));
  await turn();
  t.equal(sent.length, 1);
  running.stop();
  running.addCredit(1000);
  await run;
  t.same(steps, ["cleaned", "run"]);
  t.equal(sent.length, 1);
});

t.test("a source that stops its own pump from within is let go all the same", async (t) => {
  let cleaned = 0;
  function* selfish(): Generator<object> {
    try {
      running.stop();
      yield { text: "a" };
    } finally {
      cleaned += 1;
    }
  }
  const { pump: running, sent } = pump(selfish());
  await running.run();
  t.same([sent, cleaned], [[], 1]);
  async function* later(): AsyncGenerator<object> {
    try {
      stopping.stop();
      yield { text: "a" };
    } finally {
      cleaned += 1;
    }
  }
  const { pump: stopping, sent: none } = pump(later());
  await stopping.run();
  t.same([none, cleaned], [[], 2]);
});

t.test("a source whose return throws, rejects or is missing does no harm", async (t) => {
  const broken = new Error("return is broken");
  const returns = [
    () => {
      throw broken;
    },
    () => Promise.reject(broken),
    undefined,
  ];
  for (const onReturn of returns) {
    const iterator = { next: async () => ({ done: false, value: { text: "a" } }), return: onReturn };
    const source = { [Symbol.asyncIterator]: () => iterator } as unknown as AsyncIterable<object>;
    const { pump: running, sent } = pump(source, 1);
    const run = running.run();
    await turn();
    running.stop();
    await run;
    t.equal(sent.length, 1);
  }
});

t.test("a source whose return never settles keeps the run open, but sends nothing and throws nothing", async (t) => {
  const iterator = {
    next: async () => ({ done: false, value: { text: "a" } }),
    return: () => new Promise<never>(() => {}),
  };
  const { pump: running, sent } = pump({ [Symbol.asyncIterator]: () => iterator }, 1);
  let settled = false;
  running.run().then(() => {
    settled = true;
  });
  await turn();
  running.stop();
  running.addCredit(1000);
  await turn();
  t.same([sent.length, settled], [1, false]);
});
