// Interceptors of a server: their order, what they may change, and that they see every kind of call.

import t from "tap";
import { RpcError, StatusCode } from "../../../src/rpc/index.js";
import { isStream, type Messages, type ServerInterceptor, watchStream } from "../../../src/rpc/interceptor.js";
import { rawClient } from "../../helpers/raw-client.js";
import { signal } from "../../helpers/rpc-pair.js";
import { cancel, data, type EchoMethod, echoServer, end, heard, heardUntil, message, request } from "./echo-call.js";

const METHODS: EchoMethod[] = ["Unary", "ServerStream", "ClientStream", "Bidi"];

t.test("they run around every kind of call, the first outermost", async (t) => {
  const told: string[] = [];
  const noting =
    (name: string): ServerInterceptor =>
    async (call, next) => {
      told.push(`${name} ${call.kind} ${isStream(call.request)} ${call.ctx.method === call.method}`);
      const answer = await next(call);
      told.push(`${name} ${isStream(answer)}`);
      return answer;
    };
  const running = await echoServer(t, {}, { interceptors: [noting("outer"), noting("inner")] });
  for (const [kind, method, requests, responses] of [
    ["unary", "Unary", false, false],
    ["server_streaming", "ServerStream", false, true],
    ["client_streaming", "ClientStream", true, false],
    ["bidi_streaming", "Bidi", true, true],
  ] as const) {
    const client = await rawClient(t, running);
    const payload = requests ? message() : message({ text: "a", count: 1 });
    client.write(request(1, method, requests ? {} : { payload }), ...(requests ? [data(1, payload, true)] : []));
    t.equal((await heardUntil(client, "response")).at(-1), "response 1 OK");
    const before = `${kind} ${requests} true`;
    t.same(told.splice(0), [`outer ${before}`, `inner ${before}`, `inner ${responses}`, `outer ${responses}`]);
  }
});

t.test("they may refuse a call; its handler never runs", async (t) => {
  let runs = 0;
  const refusing: ServerInterceptor = async () => {
    throw new RpcError(StatusCode.UNAUTHENTICATED, "who are you?");
  };
  const run = (): never => {
    runs += 1;
    throw new Error("ran");
  };
  const handlers = { unary: run, serverStream: run, clientStream: run, bidi: run };
  const client = await rawClient(t, await echoServer(t, handlers, { interceptors: [refusing] }));
  for (const [index, method] of METHODS.entries()) client.write(request(2 * index + 1, method));
  t.same(
    (await heard(client, 4)).sort(),
    [1, 3, 5, 7].map((id) => `response ${id} UNAUTHENTICATED`),
  );
  t.equal(runs, 0);
});

t.test("one that throws at once, before it promises anything, fails its call and no more", async (t) => {
  const throwing: ServerInterceptor = () => {
    throw new RpcError(StatusCode.PERMISSION_DENIED, "no");
  };
  const client = await rawClient(t, await echoServer(t, {}, { interceptors: [throwing] }));
  client.write(request(1, "Unary"), request(3, "Bidi"));
  t.same((await heard(client, 2)).sort(), ["response 1 PERMISSION_DENIED", "response 3 PERMISSION_DENIED"]);
});

t.test("they may change requests and responses, single and streamed, and answer by themselves", async (t) => {
  const shout = (messages: Messages): Messages => (isStream(messages) ? shoutAll(messages) : shoutOne(messages));
  const shoutOne = (one: object): object => ({ ...one, text: "text" in one ? String(one.text).toUpperCase() : "" });
  async function* shoutAll(stream: AsyncIterable<object>): AsyncGenerator<object> {
    for await (const one of stream) yield shoutOne(one);
  }
  const shouting: ServerInterceptor = async (call, next) =>
    shout(await next({ ...call, request: shout(call.request) }));
  const cached: ServerInterceptor = (call, next) =>
    "text" in call.request && call.request.text === "KNOWN" ? Promise.resolve({ text: "from afar" }) : next(call);
  const seen: string[] = [];
  const running = await echoServer(
    t,
    {
      unary: ({ text }) => ({ text: `unary ${text}` }),
      async *bidi(requests) {
        for await (const { text } of requests) {
          seen.push(text);
          yield { text: `bidi ${text}` };
        }
      },
    },
    { interceptors: [shouting, cached] },
  );
  const client = await rawClient(t, running);
  client.write(request(1, "Bidi"), data(1, message({ text: "a" })), data(1, message({ text: "b" })), end(1));
  t.same(await heardUntil(client, "response"), ["data 1 BIDI A", "data 1 BIDI B", "response 1 OK"]);
  t.same(seen, ["A", "B"]);
  client.write(request(3, "Unary", { payload: message({ text: "known" }) }));
  const [, , , answer] = await client.frames((all) => all.length === 4);
  t.match(answer?.body, { $case: "response", value: { payload: Buffer.from("\n\tFROM AFAR") } });
});

t.test("handlers that answer with an array give interceptors a stream all the same", async (t) => {
  const kinds: boolean[] = [];
  const noting: ServerInterceptor = async (call, next) => {
    const answer = await next(call);
    kinds.push(isStream(answer));
    return answer;
  };
  const handlers = { serverStream: () => [{ text: "a" }] };
  const client = await rawClient(t, await echoServer(t, handlers, { interceptors: [noting] }));
  client.write(request(1, "ServerStream"));
  t.same(await heard(client, 2), ["data 1 a", "response 1 OK"]);
  t.same(kinds, [true]);
});

t.test("an answer of the wrong shape is INTERNAL", async (t) => {
  async function* stream(): AsyncGenerator<object> {
    yield {};
  }
  const swapping: ServerInterceptor = async ({ kind }) => (kind === "unary" ? stream() : { text: "single" });
  const running = await echoServer(t, {}, { interceptors: [swapping] });
  const errors: unknown[] = [];
  running.server.on("error", (error) => errors.push(error));
  const client = await rawClient(t, running);
  client.write(request(1, "Unary"), request(3, "ServerStream"));
  t.same((await heard(client, 2)).sort(), ["response 1 INTERNAL", "response 3 INTERNAL"]);
  t.match(errors.map(String).sort(), [/ServerStream was answered with no stream/, /Unary was answered with no single/]);
});

t.test("a watched stream tells of each message and of its end, also of a cancelled one", async (t) => {
  const ends: unknown[] = [];
  const cancelled = signal();
  let messages = 0;
  const watching: ServerInterceptor = async (call, next) => {
    const answer = await next(call);
    return isStream(answer)
      ? watchStream(answer, {
          onMessage: () => {
            messages += 1;
          },
          onEnd: (error) => {
            ends.push(error);
            if (ends.length === 2) cancelled.resolve();
          },
        })
      : answer;
  };
  const client = await rawClient(t, await echoServer(t, {}, { interceptors: [watching] }));
  client.write(request(1, "ServerStream", { payload: message({ text: "a", count: 2 }) }));
  t.same(await heard(client, 3), ["data 1 a", "data 1 a", "response 1 OK"]);
  client.write(request(3, "ServerStream", { credit: 1, payload: message({ text: "b", count: 9 }) }));
  await heard(client, 4);
  client.write(cancel(3));
  await cancelled.promise;
  t.same(ends, [undefined, undefined]);
  t.ok(messages >= 3 && messages < 9);
});

t.test("a stream that comes after the call was cancelled is let go", async (t) => {
  const release = signal();
  const returned = signal();
  const late: ServerInterceptor = async () => {
    await release.promise;
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error("was read")),
        return: async () => {
          returned.resolve();
          return { done: true, value: undefined };
        },
      }),
    };
  };
  const running = await echoServer(t, {}, { interceptors: [late] });
  const client = await rawClient(t, running);
  const ended = signal();
  running.server.on("callEnd", () => ended.resolve());
  client.write(request(1, "ServerStream"), cancel(1));
  await ended.promise;
  release.resolve();
  await returned.promise;
  t.pass("return() was called");
});
