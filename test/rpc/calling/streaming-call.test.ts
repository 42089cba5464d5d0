// Streams of messages as a caller sees them: in order, bounded, left early, cut short, and never in each other's way.

import t from "tap";
import { RpcError, StatusCode } from "../../../src/rpc/index.js";
import { type EchoRequest, EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { ASK, ECHO_HANDLERS, startEchoServer } from "../../helpers/echo-service.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { dial, signal } from "../../helpers/rpc-pair.js";

type Options = Parameters<typeof startEchoServer>[1];

async function echo(t: Parameters<typeof startEchoServer>[0], options: Options = {}, limits = {}) {
  const running = await startEchoServer(t, options);
  const connection = await dial(t, running, limits);
  return { ...running, connection, client: connection.client(EchoServiceDefinition) };
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) {
    all.push(one);
  }
  return all;
}

async function* numbered(count: number): AsyncGenerator<Partial<EchoRequest>> {
  for (let index = 0; index < count; index += 1) {
    yield { text: `message ${index}` };
  }
}

t.test("ten thousand messages come in order, also the empty ones", async (t) => {
  const { client } = await echo(t);
  const answers = await collect(client.serverStream({ count: 10_000, text: "x" }));
  t.same(
    answers.map(({ index }) => index),
    Array.from({ length: 10_000 }, (_, index) => index),
  );
  t.equal((await collect(client.serverStream({ count: 500 }))).length, 500);
  t.same(await collect(client.serverStream({})), []);
});

t.test("requests may be an array, a generator or an async one", async (t) => {
  const { client } = await echo(t);
  const data = new Uint8Array(100);
  t.match(await client.clientStream([{ data }, {}, { data }]), { index: 3, totalBytes: 200n });
  t.match(await client.clientStream([]), { index: 0, totalBytes: 0n });
  t.match(await client.clientStream(numbered(5000)), { index: 5000 });
  const answers = await collect(client.bidi(numbered(3000)));
  t.equal(answers.length, 3000);
  t.equal(answers.at(-1)?.text, "message 2999");
});

t.test("messages far larger than the window pass, both ways", async (t) => {
  const { client } = await echo(t);
  const data = new Uint8Array(3 * 1024 * 1024).fill(7);
  const answers = await collect(client.bidi([{ data }, { data }, { data }]));
  t.same(
    answers.map((answer) => answer.data.length),
    [data.length, data.length, data.length],
  );
});

t.test("a stream that nobody reads slows its producer and nobody else", async (t) => {
  let produced = 0;
  const handlers = {
    ...ECHO_HANDLERS,
    async *serverStream() {
      for (;;) {
        produced += 1;
        yield { data: new Uint8Array(1000) };
      }
    },
  };
  const { client } = await echo(t, { handlers }, { streamWindowBytes: 65_536 });
  const unread = client.serverStream({})[Symbol.asyncIterator]();
  await unread.next();
  for (let call = 0; call < 50; call += 1) {
    await client.unary({ text: "passes" });
  }
  const settled = produced;
  t.ok(settled >= 60 && settled < 140, `${settled} messages of 1,000 bytes for a window of 65,536`);
  await client.unary({});
  t.equal(produced, settled);
  for (let read = 0; read < 200; read += 1) {
    await unread.next();
  }
  t.ok(produced > settled, "reading lets it go on");
  await unread.return?.();
});

t.test("a handler that reads nothing slows the caller's source, and its answer ends it", async (t) => {
  let pulled = 0;
  let released = false;
  const answer = signal();
  const handlers = {
    ...ECHO_HANDLERS,
    async clientStream() {
      await answer.promise;
      return { index: 1 };
    },
  };
  const { client } = await echo(t, { handlers });
  async function* endless() {
    try {
      for (;;) {
        pulled += 1;
        yield { data: new Uint8Array(10_000) };
      }
    } finally {
      released = true;
    }
  }
  const call = client.clientStream(endless());
  for (let other = 0; other < 50; other += 1) {
    await client.unary({});
  }
  t.ok(pulled > 1 && pulled < 60, `${pulled} messages of 10,000 bytes were asked for`);
  answer.resolve();
  t.match(await call, { index: 1 });
  t.equal(released, true);
});

t.test("leaving the loop cancels the call on the server", async (t) => {
  const aborted = signal<unknown>();
  const returned = signal();
  const handlers = {
    ...ECHO_HANDLERS,
    async *serverStream(_request: EchoRequest, ctx: { signal: AbortSignal }) {
      ctx.signal.addEventListener("abort", () => aborted.resolve(ctx.signal.reason));
      try {
        for (;;) {
          yield {};
        }
      } finally {
        returned.resolve();
      }
    },
  };
  const { client } = await echo(t, { handlers });
  for await (const _ of client.serverStream({})) {
    break;
  }
  t.match(await aborted.promise, { code: StatusCode.CANCELLED });
  await returned.promise;
});

t.test("what came before a failure is read first, then the failure, then nothing", async (t) => {
  const { client } = await echo(t);
  const stream = client.serverStream({ count: 3, text: ASK.fail });
  const seen: number[] = [];
  const error = await failure(
    (async () => {
      for await (const { index } of stream) {
        seen.push(index);
      }
    })(),
  );
  t.same(seen, [0, 1, 2]);
  t.same(summary(error), ["FAILED_PRECONDITION", undefined, "answered"]);
  t.same(await collect(stream), []);
});

t.test("deadline, signal and lost connection end a stream, each by its name", async (t) => {
  const { client, server } = await echo(t);
  const hang = { count: 1, text: ASK.hang };
  const expired = await failure(collect(client.serverStream(hang, { timeoutMs: 30 })));
  t.same(summary(expired), ["DEADLINE_EXCEEDED", "deadline", "unknown"]);
  const abort = new AbortController();
  const cancelled = failure(collect(client.bidi(numbered(1), { signal: abort.signal })));
  abort.abort(new Error("enough"));
  t.match(await cancelled, { code: StatusCode.CANCELLED, reason: "cancelled" });
  const lost = client.serverStream(hang)[Symbol.asyncIterator]();
  await lost.next();
  await server.close({ graceMs: 0 });
  t.match(await failure(lost.next()), { code: StatusCode.UNAVAILABLE, delivery: "unknown" });
});

t.test("a source that throws cancels its call and is told as the cause", async (t) => {
  const { client } = await echo(t);
  const cause = new Error("disk gone");
  async function* broken() {
    yield { text: "one" };
    throw cause;
  }
  const error = await failure(client.clientStream(broken()));
  t.same(summary(error), ["CANCELLED", "request_stream_failed", "unknown"]);
  t.equal(error.cause, cause);
  t.match(await client.clientStream([{}]), { index: 1 }, "the connection goes on");
});

t.test("a request that is too large for the server ends its call alone", async (t) => {
  const { client } = await echo(t, { limits: { maxFrameBytes: 65_536 } });
  await client.unary({});
  const error = await failure(client.clientStream([{}, { data: new Uint8Array(70_000) }]));
  t.same(summary(error), ["RESOURCE_EXHAUSTED", "too_large", "unknown"]);
  t.match(await client.clientStream([{}]), { index: 1 });
});

t.test("a call whose answers nobody reads is never made, and a stream is read once", async (t) => {
  const { client, server } = await echo(t);
  let calls = 0;
  server.on("call", () => {
    calls += 1;
  });
  const stream = client.serverStream({ count: 2 });
  await client.unary({});
  t.equal(calls, 1);
  t.equal((await collect(stream)).length, 2);
  t.equal((await collect(stream)).length, 0);
  t.equal(calls, 2);
});

t.test("what no stream can be made of is refused before it is sent", async (t) => {
  const { client } = await echo(t);
  const notIterable = {} as Iterable<EchoRequest>;
  t.same(summary(await failure(client.clientStream(notIterable))), ["INVALID_ARGUMENT", "bad_request", "not_sent"]);
  t.same(summary(await failure(collect(client.bidi(notIterable)))), ["INVALID_ARGUMENT", "bad_request", "not_sent"]);
  const gone = AbortSignal.abort();
  t.same(summary(await failure(collect(client.serverStream({}, { signal: gone })))), [
    "CANCELLED",
    "cancelled",
    "not_sent",
  ]);
});

t.test("hundreds of streams at once, each with its own messages", async (t) => {
  const { client } = await echo(t);
  const all = await Promise.all(
    Array.from({ length: 300 }, (_, id) => collect(client.bidi([{ text: `a${id}` }, { text: `b${id}` }]))),
  );
  t.ok(all.every(([a, b], id) => a?.text === `a${id}` && b?.text === `b${id}`));
});

t.test("a handler's own RpcError reaches a client stream that is still sending", async (t) => {
  const handlers = {
    ...ECHO_HANDLERS,
    async clientStream(): Promise<never> {
      throw new RpcError(StatusCode.PERMISSION_DENIED, "no");
    },
  };
  const { client } = await echo(t, { handlers });
  const error = await failure(client.clientStream(numbered(1_000_000)));
  t.same(summary(error), ["PERMISSION_DENIED", undefined, "answered"]);
});
