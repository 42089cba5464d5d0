// The pump of a stream: order, credit, blocked sockets, and sources that fail or are told to stop.

import t from "tap";
import { MessagePump, type MessageSource } from "../../../src/rpc/channel/message-pump.js";
import { EchoRequest } from "../../gen/earshot/test/v1/echo.js";

/** A pump whose host writes down the texts that were sent. */
function pump(source: MessageSource, creditBytes = 1_000_000, maxBytes = Number.POSITIVE_INFINITY) {
  const sent: string[] = [];
  const host = {
    blocked: false,
    onSent: (_text: string): void => {},
    sendData(payload: Uint8Array) {
      const { text } = EchoRequest.decode(payload);
      sent.push(text);
      host.onSent(text);
    },
    checkSize(payloadBytes: number) {
      if (payloadBytes > maxBytes) throw new Error("too large");
    },
  };
  return { pump: new MessagePump(source, EchoRequest, creditBytes, host), host, sent };
}

/** A source under the test's hand: what was asked of it, and what it answers. */
function source(next: () => unknown, onReturn: () => unknown = () => ({ done: true })) {
  const asked: string[] = [];
  const iterator = {
    next: () => {
      asked.push("next");
      return next();
    },
    return: () => {
      asked.push("return");
      return onReturn();
    },
  };
  // Sources of programs without types break the iterator protocol too.
  return { asked, iterable: { [Symbol.asyncIterator]: () => iterator } as unknown as AsyncIterable<object> };
}

const text = (value: string) => ({ done: false, value: { text: value } });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test("messages go out in order, from arrays, generators and async ones", async (t) => {
  const expected = Array.from({ length: 500 }, (_, index) => `message ${index}`);
  const messages = expected.map((value) => ({ text: value }));
  async function* later(): AsyncGenerator<object> {
    for (const one of messages) {
      if (one.text.endsWith("7")) await turn();
      yield one;
    }
  }
  for (const source of [messages, messages.values(), later()]) {
    const { pump: running, sent } = pump(source);
    t.equal(running.pulled, false);
    await running.run();
    t.same(sent, expected);
    t.equal(running.sent, 500);
    t.equal(running.pulled, true);
  }
});

t.test("credit: what is used up may be overdrawn by one message, then it waits", async (t) => {
  const { pump: running, sent } = pump([{ text: "aaaa" }, { text: "bbbb" }, {}, { text: "c" }, { text: "d" }], 7);
  const run = running.run();
  await turn();
  t.same(sent, ["aaaa", "bbbb"]);
  running.addCredit(5);
  await turn();
  t.same(sent, ["aaaa", "bbbb"], "12 bytes were sent, 12 were allowed");
  running.addCredit(1);
  await turn();
  t.same(sent, ["aaaa", "bbbb", ""], "the empty one costs one");
  running.addCredit(1);
  await turn();
  t.same(sent.at(-1), "c");
  running.addCredit(2);
  await turn();
  t.same(sent.at(-1), "c");
  running.addCredit(1);
  await run;
  t.same(sent.at(-1), "d");
});

t.test("no credit at all: the first message waits, and nothing else is asked of the source", async (t) => {
  const { asked, iterable } = source(() => text("a"));
  const { pump: running, sent } = pump(iterable, 0);
  const run = running.run();
  await turn();
  t.same([asked, sent], [["next"], []]);
  running.stop();
  await run;
  t.same([asked, sent], [["next", "return"], []]);
});

t.test("a blocked socket holds messages back whatever the credit; waking it in vain does nothing", async (t) => {
  const { pump: running, host, sent } = pump([{ text: "a" }, { text: "b" }]);
  host.onSent = () => {
    host.blocked = true;
  };
  const run = running.run();
  await turn();
  running.wake();
  running.addCredit(100);
  await turn();
  t.same(sent, ["a"]);
  host.blocked = false;
  running.wake();
  host.blocked = true;
  await turn();
  t.same(sent, ["a"], "the room was gone before it could be used");
  host.blocked = false;
  running.wake();
  running.wake();
  await run;
  t.same(sent, ["a", "b"]);
});

t.test("a message that is too large, or no message, ends the run; the source is let go", async (t) => {
  const large = source(() => text("x".repeat(100)));
  await t.rejects(pump(large.iterable, 1000, 50).pump.run(), { message: "too large" });
  t.same(large.asked, ["next", "return"]);
  for (const value of [undefined, null, { delayMs: "soon" }]) {
    const bad = source(() => ({ done: false, value }));
    await t.rejects(pump(bad.iterable).pump.run());
    t.same(bad.asked, ["next", "return"]);
  }
});

t.test("a source that fails by itself is finished, and not asked to return", async (t) => {
  for (const next of [() => Promise.reject(new Error("broken")), () => Promise.reject(undefined)]) {
    const failing = source(next);
    const [outcome] = await Promise.allSettled([pump(failing.iterable).pump.run()]);
    t.equal(outcome.status, "rejected");
    t.same(failing.asked, ["next"]);
  }
  const throwing = source(() => {
    throw new Error("at once");
  });
  await t.rejects(pump(throwing.iterable).pump.run(), { message: "at once" });
  t.same(throwing.asked, ["next"]);
  const unreadable = {
    [Symbol.asyncIterator]: () => {
      throw new Error("no iterator");
    },
  };
  const { pump: running } = pump(unreadable);
  await t.rejects(running.run(), { message: "no iterator" });
  t.equal(running.pulled, false);
  for (const broken of [undefined, null, 7, Promise.resolve(undefined)]) {
    await t.rejects(pump(source(() => broken).iterable).pump.run(), TypeError);
  }
});

t.test("a source that fails after messages: they are sent, then the error comes", async (t) => {
  function* failing(): Generator<object> {
    yield { text: "a" };
    yield { text: "b" };
    throw new Error("broken");
  }
  const { pump: running, sent } = pump(failing());
  await t.rejects(running.run(), { message: "broken" });
  t.same(sent, ["a", "b"]);
});

t.test("a source that is always ready does not keep the process to itself", async (t) => {
  let produced = 0;
  function* endless(): Generator<object> {
    for (;;) {
      produced += 1;
      yield { text: "x" };
    }
  }
  const { pump: running, host } = pump(endless(), 2 ** 31 - 1);
  host.onSent = () => {
    if (produced === 1_000_000) running.stop(); // Else a failure would hang.
  };
  const run = running.run();
  await turn();
  t.ok(produced < 1_000_000, `${produced} messages before anything else ran`);
  running.stop();
  await run;
});
