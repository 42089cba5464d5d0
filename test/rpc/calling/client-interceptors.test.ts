// Interceptors of a client: their order, what they see and change, and what becomes of answers of the wrong kind.

import t from "tap";
import { connect, RpcError, StatusCode } from "../../../src/rpc/index.js";
import {
  type ClientCallInfo,
  type ClientInterceptor,
  isStream,
  type Messages,
  watchStream,
} from "../../../src/rpc/interceptor.js";
import { EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { ASK, CALL_ID_KEY, ECHO_HANDLERS, recordedHandlers, startEchoServer } from "../../helpers/echo-service.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { signal } from "../../helpers/rpc-pair.js";

type Test = Parameters<typeof startEchoServer>[0];

async function echo(
  t: Test,
  interceptors: ClientInterceptor[],
  own: ClientInterceptor[] = [],
  handlers = ECHO_HANDLERS,
) {
  const { host, port, ca } = await startEchoServer(t, { handlers });
  const connection = await connect({ host, port, tls: { ca }, interceptors });
  t.teardown(() => connection.close({ graceMs: 0 }));
  return { connection, client: connection.client(EchoServiceDefinition, { interceptors: own }) };
}

type Client = Awaited<ReturnType<typeof echo>>["client"];

async function collect(stream: AsyncIterable<object>): Promise<object[]> {
  const all: object[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

/** One call of each kind, as the texts that came back. */
const CALLS: readonly [ClientCallInfo["kind"], (client: Client, options?: object) => Promise<unknown>][] = [
  ["unary", (client, options) => client.unary({ text: "a" }, options)],
  ["server_streaming", (client, options) => collect(client.serverStream({ text: "a", count: 2 }, options))],
  ["client_streaming", (client, options) => client.clientStream([{ text: "a" }, { text: "b" }], options)],
  ["bidi_streaming", (client, options) => collect(client.bidi([{ text: "a" }, { text: "b" }], options))],
];

t.test("they run around every kind of call, the connection's outside the client's, the first outermost", async (t) => {
  const told: string[] = [];
  const noting =
    (name: string): ClientInterceptor =>
    async (call, next) => {
      told.push(`${name} ${call.kind} ${call.method.split("/")[1]} ${call.timeoutMs} ${call.metadata.get("k")}`);
      const answer = await next(call);
      told.push(`${name} ${isStream(answer)}`);
      return answer;
    };
  const { client } = await echo(t, [noting("1"), noting("2")], [noting("3")]);
  for (const [kind, call] of CALLS) {
    await call(client, { timeoutMs: 9000, metadata: { k: "v" } });
    const method = { unary: "Unary", server_streaming: "ServerStream", client_streaming: "ClientStream" };
    const before = `${kind} ${kind === "bidi_streaming" ? "Bidi" : method[kind]} 9000 v`;
    const after = kind === "server_streaming" || kind === "bidi_streaming";
    const expected = [`1 ${before}`, `2 ${before}`, `3 ${before}`, `3 ${after}`, `2 ${after}`, `1 ${after}`];
    t.same(told.splice(0), expected, kind);
  }
});

t.test("they may change requests and responses, single and streamed", async (t) => {
  const shoutOne = (one: object): object =>
    "text" in one && one.text !== "" ? { ...one, text: `${one.text}!` } : { ...one, data: new Uint8Array(7) };
  async function* shoutAll(stream: AsyncIterable<object> | Iterable<object>): AsyncGenerator<object> {
    for await (const one of stream) yield shoutOne(one);
  }
  const shout = (messages: Messages): Messages =>
    isStream(messages) || Array.isArray(messages) ? shoutAll(messages) : shoutOne(messages);
  const { client } = await echo(t, [
    async (call, next) => shout(await next({ ...call, request: shout(call.request) })),
  ]);
  t.match(await client.unary({ text: "a" }), { text: "a!!" });
  t.match(await collect(client.serverStream({ text: "a", count: 2 })), [{ text: "a!!" }, { text: "a!!" }]);
  t.match(await client.clientStream([{}, {}]), { totalBytes: 14n, data: new Uint8Array(7) });
  t.match(await collect(client.bidi([{ text: "a" }, { text: "b" }])), [{ text: "a!!" }, { text: "b!!" }]);
});

t.test("metadata that they add goes out, and stays out of the caller's own", async (t) => {
  const seen: string[] = [];
  const naming: ClientInterceptor = (call, next) => {
    call.metadata.append(CALL_ID_KEY, call.kind);
    return next(call);
  };
  const { client } = await echo(
    t,
    [naming],
    [],
    recordedHandlers((callId) => seen.push(callId)),
  );
  const metadata = { other: "x" };
  for (const [, call] of CALLS) await call(client, { metadata });
  t.same(
    seen,
    CALLS.map(([kind]) => kind),
  );
  t.same(metadata, { other: "x" });
});

t.test("they may answer by themselves; no call is made then", async (t) => {
  async function* own(): AsyncGenerator<object> {
    yield { text: "mine" };
  }
  const answering: ClientInterceptor = async ({ kind }) =>
    kind === "unary" || kind === "client_streaming" ? { text: "mine" } : own();
  const runs: string[] = [];
  const { client } = await echo(
    t,
    [answering],
    [],
    recordedHandlers((callId) => runs.push(callId)),
  );
  const answers: unknown[] = [];
  for (const [, call] of CALLS) answers.push(await call(client));
  t.same(answers, [{ text: "mine" }, [{ text: "mine" }], { text: "mine" }, [{ text: "mine" }]]);
  t.same(runs, []);
});

t.test("what they throw is the caller's, before the call and after it, also when they throw at once", async (t) => {
  const fault = new RpcError(StatusCode.PERMISSION_DENIED, "not with me");
  const throwing: ClientInterceptor[] = [
    async () => {
      throw fault;
    },
    () => {
      throw fault;
    },
    async (call, next) => {
      await next(call);
      throw fault;
    },
  ];
  for (const interceptor of throwing) {
    const { client } = await echo(t, [interceptor]);
    for (const [, call] of CALLS) t.equal(await failure(call(client)), fault);
  }
});

t.test("answers of the wrong kind: INTERNAL bad_response, and nobody knows whether the call ran", async (t) => {
  async function* stream(): AsyncGenerator<object> {
    yield {};
  }
  const swapped: ClientInterceptor = async ({ kind }) =>
    kind === "unary" || kind === "client_streaming" ? stream() : { text: "single" };
  const wrong = [swapped, async () => undefined, async () => null, async () => "text", () => undefined];
  for (const interceptor of wrong) {
    // Programs without types return what they like.
    const { client } = await echo(t, [interceptor as ClientInterceptor]);
    for (const [, call] of CALLS) {
      t.same(summary(await failure(call(client))), ["INTERNAL", "bad_response", "unknown"]);
    }
  }
});

t.test("requests of the wrong kind, from the caller or an interceptor: bad_request, not sent", async (t) => {
  const swapping: ClientInterceptor = (call, next) =>
    next({ ...call, request: isStream(call.request) || Array.isArray(call.request) ? { text: "a" } : [{ text: "a" }] });
  const { client } = await echo(t, [swapping]);
  for (const [, call] of CALLS) {
    t.same(summary(await failure(call(client))), ["INVALID_ARGUMENT", "bad_request", "not_sent"]);
  }
  for (const interceptors of [[], [(call, next) => next(call)] as ClientInterceptor[]]) {
    const { client } = await echo(t, interceptors);
    for (const request of [undefined, null, 7, "text"] as never[]) {
      const calls = [client.unary, client.clientStream];
      const streams = [client.serverStream, client.bidi];
      const errors = await Promise.all([
        ...calls.map((call) => failure(call(request))),
        ...streams.map((call) => failure(collect(call(request)))),
      ]);
      for (const error of errors) t.same(summary(error), ["INVALID_ARGUMENT", "bad_request", "not_sent"]);
    }
  }
});

t.test("one that calls twice makes two calls", async (t) => {
  const retrying: ClientInterceptor = async (call, next) => {
    try {
      return await next(call);
    } catch {
      return next({ ...call, request: { text: "second" } });
    }
  };
  const { client } = await echo(t, [retrying]);
  t.match(await client.unary({ text: ASK.fail }), { text: "second" });
});

t.test("a watched stream tells of its messages and its end: read, failed, left, cut off", async (t) => {
  const told: unknown[] = [];
  let ended = signal();
  const watching: ClientInterceptor = async (call, next) => {
    const answer = await next(call);
    return isStream(answer)
      ? watchStream(answer, {
          onMessage: () => told.push("message"),
          onEnd: (error) => {
            told.push(error instanceof RpcError ? error.codeName : error);
            ended.resolve();
          },
        })
      : answer;
  };
  const { client, connection } = await echo(t, [watching]);
  const end = async (): Promise<unknown[]> => {
    await ended.promise;
    ended = signal();
    return told.splice(0);
  };
  await collect(client.serverStream({ text: "a", count: 2 }));
  t.same(await end(), ["message", "message", undefined]);
  await failure(collect(client.serverStream({ text: ASK.fail, count: 1 })));
  t.same(await end(), ["message", "FAILED_PRECONDITION"]);
  for await (const _ of client.serverStream({ text: "a", count: 5 })) break;
  t.same(await end(), ["message", undefined]);
  const hanging = failure(collect(client.bidi([{ text: "a" }, { text: ASK.hang }])));
  await client.unary({});
  connection.close({ graceMs: 0 });
  await hanging;
  t.match(await end(), /UNAVAILABLE/);
});

t.test("an array of requests is a stream to them too, and can be sent again", async (t) => {
  const seen: boolean[] = [];
  const twice: ClientInterceptor = async (call, next) => {
    seen.push(isStream(call.request));
    await next(call);
    return await next(call);
  };
  const { client } = await echo(t, [twice]);
  const requests = [{ data: new Uint8Array(2) }, { data: new Uint8Array(3) }];
  t.equal((await client.clientStream(requests)).totalBytes, 5n);
  t.same(seen, [true]);
});
