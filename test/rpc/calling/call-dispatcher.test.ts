// How calls meet connections when callers interfere: from within their own sources and callbacks, and while it closes.

import { setMaxListeners } from "node:events";
import t from "tap";
import { connect, type RpcError } from "../../../src/rpc/index.js";
import { EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { ASK, CALL_ID_KEY, recordedHandlers, startEchoServer } from "../../helpers/echo-service.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { next, signal } from "../../helpers/rpc-pair.js";

type Test = Parameters<typeof startEchoServer>[0];

async function echo(t: Test, options: { maxStreams?: number; maxQueuedCalls?: number } = {}) {
  const runs: string[] = [];
  const { maxStreams = 1024, maxQueuedCalls = 1000 } = options;
  const handlers = recordedHandlers((callId) => runs.push(callId));
  const running = await startEchoServer(t, { handlers, limits: { maxStreams } });
  const { host, port, ca } = running;
  const connection = await connect({ host, port, tls: { ca }, limits: { maxQueuedCalls } });
  t.teardown(() => connection.close({ graceMs: 0 }));
  return { ...running, runs, connection, client: connection.client(EchoServiceDefinition) };
}

const named = (id: string, more: object = {}) => ({ metadata: { [CALL_ID_KEY]: id }, ...more });

t.test("a source that ends another call while its own is being sent is sent once", async (t) => {
  const { client, runs } = await echo(t);
  const other = new AbortController();
  const hanging = failure(client.unary({ text: ASK.hang }, named("other", { signal: other.signal })));
  function* aborting(): Generator<object> {
    other.abort();
    yield { data: new Uint8Array(10) };
  }
  t.match(await client.clientStream(aborting(), named("streaming")), { index: 1, totalBytes: 10n });
  t.equal((await hanging).reason, "cancelled");
  await client.unary({}, named("last"));
  t.same(runs.sort(), ["last", "other", "streaming"]);
});

t.test("a source that makes calls as it starts: each runs once, and in order", async (t) => {
  const { client, runs } = await echo(t, { maxStreams: 100 });
  const inner: Promise<unknown>[] = [];
  function* calling(depth: number): Generator<object> {
    if (depth > 0) inner.push(client.clientStream(calling(depth - 1), named(`inner ${depth}`)));
    inner.push(client.unary({}, named(`unary ${depth}`)));
    yield {};
  }
  await client.clientStream(calling(3), named("outer"));
  await Promise.all(inner);
  t.same(new Set(runs).size, 8);
  t.same(runs.length, 8);
});

t.test("a source that closes its own connection ends its call, and nothing hangs", async (t) => {
  const { client, connection } = await echo(t);
  await client.unary({});
  const closed = next(connection, "close");
  function* closing(): Generator<object> {
    connection.close({ graceMs: 0 });
    yield {};
  }
  t.equal((await failure(client.clientStream(closing()))).reason, "connection_closed");
  await closed;
  t.same(summary(await failure(client.unary({}))), ["UNAVAILABLE", "connection_closed", "not_sent"]);
});

t.test("a source that aborts its own call as it starts: the call ends and the source is let go", async (t) => {
  const { client } = await echo(t);
  const controller = new AbortController();
  const cleaned = signal();
  function* aborting(): Generator<object> {
    try {
      controller.abort(new Error("enough"));
      yield {};
      yield {};
    } finally {
      cleaned.resolve();
    }
  }
  const error = await failure(client.clientStream(aborting(), { signal: controller.signal }));
  t.match(error, { reason: "cancelled", cause: { message: "enough" } });
  await client.unary({});
  await cleaned.promise;
});

t.test("the metadata callback may call, cancel others and close", async (t) => {
  const { client, connection } = await echo(t);
  const other = new AbortController();
  const others = [1, 2].map(() => failure(client.unary({ text: ASK.hang }, { signal: other.signal })));
  let inner: Promise<unknown> = Promise.reject(new Error("no callback"));
  inner.catch(() => {});
  await client.unary(
    { text: "outer" },
    {
      onResponseMetadata: () => {
        other.abort();
        inner = client.unary({ text: "inner" });
        throw new Error("the callback fails, the call does not");
      },
    },
  );
  t.match(await inner, { text: "inner" });
  t.same(
    (await Promise.all(others)).map(({ reason }) => reason),
    ["cancelled", "cancelled"],
  );
  let closed: Promise<void> = Promise.resolve();
  const pending = failure(client.unary({ text: ASK.hang }));
  const onResponseMetadata = (): void => {
    closed = connection.close({ graceMs: 0 });
  };
  t.match(await client.unary({ text: "last" }, { onResponseMetadata }), { text: "last" });
  t.equal((await pending).reason, "connection_closed");
  await closed;
});

t.test("a listener of close or disconnect may close and call again", async (t) => {
  const { client, connection, server } = await echo(t);
  await client.unary({});
  const late: Promise<RpcError>[] = [];
  connection.on("disconnect", () => {
    connection.close();
    late.push(failure(client.unary({})));
  });
  connection.on("close", () => {
    connection.close({ graceMs: 0 });
    late.push(failure(client.unary({})));
  });
  const closed = next(connection, "close");
  await server.close({ graceMs: 0 });
  await closed;
  const errors = await Promise.all(late);
  t.equal(errors.length, 2);
  for (const error of errors) t.same(summary(error), ["UNAVAILABLE", "connection_closed", "not_sent"]);
});

t.test("closing with grace: what is open and what waits ends in peace, what is new is refused", async (t) => {
  const { client, connection } = await echo(t, { maxStreams: 16 });
  await client.unary({});
  const streams = Array.from({ length: 15 }, () => client.serverStream({ count: 3, delayMs: 5 }));
  const reads = streams.map(async (stream) => {
    let count = 0;
    for await (const _ of stream) count += 1;
    return count;
  });
  const queued = Array.from({ length: 20 }, (_, index) => client.unary({ text: `${index}`, delayMs: 5 }));
  const closed = connection.close();
  t.same(summary(await failure(client.unary({}))), ["UNAVAILABLE", "connection_closed", "not_sent"]);
  t.same(await Promise.all(reads), Array(15).fill(3));
  t.equal((await Promise.all(queued)).length, 20);
  await closed;
});

t.test("closing with grace: what has not ended by then is cut, and its source let go", async (t) => {
  const { client, connection } = await echo(t);
  await client.unary({});
  const cleaned = signal();
  async function* endless(): AsyncGenerator<object> {
    try {
      for (;;) yield { data: new Uint8Array(1000), delayMs: 1 };
    } finally {
      cleaned.resolve();
    }
  }
  const uploading = failure(client.clientStream(endless()));
  const hanging = failure(client.unary({ text: ASK.hang }));
  await connection.close({ graceMs: 50 });
  t.equal((await uploading).reason, "connection_closed");
  t.same(summary(await hanging), ["UNAVAILABLE", "connection_closed", "unknown"]);
  await cleaned.promise;
});

t.test("ended calls leave no listener on their caller's signal, however they end", async (t) => {
  const { client, connection } = await echo(t, { maxStreams: 16, maxQueuedCalls: 20 });
  await client.unary({});
  const { signal: watched, counts } = countingSignal();
  const options = { signal: watched };
  await client.unary({}, options);
  await failure(client.unary({ text: ASK.fail }, options));
  await failure(client.unary({ text: ASK.hang }, { ...options, timeoutMs: 5 }));
  await failure(client.clientStream(7 as never, options)).catch(() => {});
  await client.clientStream([{}], options);
  for await (const _ of client.bidi([{}, {}, {}], options)) break;
  await failure(client.unary({ data: new Uint8Array(8 << 20) }, options));
  const many = Array.from({ length: 60 }, () => client.unary({ delayMs: 5 }, options));
  await Promise.allSettled(many);
  const left = failure(client.unary({ text: ASK.hang }, options));
  await connection.close({ graceMs: 0 });
  await left;
  await failure(client.unary({}, options));
  t.ok(counts.added > 60);
  t.equal(counts.added - counts.removed, 0);
});

/** A signal that counts its listeners. */
function countingSignal() {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const counts = { added: 0, removed: 0 };
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    counts.added += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    counts.removed += 1;
    remove(...args);
  };
  return { signal, counts };
}
