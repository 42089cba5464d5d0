// How streaming calls end before their time: what the caller is told, and what the handler notices.

import t from "tap";
import { RpcError, type RpcServer, StatusCode } from "../../../src/rpc/index.js";
import type { EchoHandlers } from "../../helpers/echo-service.js";
import { type RawClient, rawClient } from "../../helpers/raw-client.js";
import { next, signal } from "../../helpers/rpc-pair.js";
import {
  cancel,
  credit,
  data,
  echoServer,
  end,
  heard,
  heardUntil,
  hello,
  message,
  messageOf,
  ping,
  request,
} from "./echo-call.js";

/** A handler that notes all that tells it that its call is over. */
function noted() {
  const started = signal();
  const reading = signal<unknown>();
  const signalled = signal<unknown>();
  const left = signal();
  const bidi: EchoHandlers["bidi"] = async function* (requests, ctx) {
    ctx.signal.addEventListener("abort", () => signalled.resolve(ctx.signal.reason));
    started.resolve();
    try {
      for await (const { text } of requests) yield { text };
    } catch (error) {
      reading.resolve(error);
      throw error;
    } finally {
      left.resolve();
    }
  };
  return {
    bidi,
    started: started.promise,
    reading: reading.promise,
    signalled: signalled.promise,
    left: left.promise,
  };
}

type Act = (client: RawClient, server: RpcServer) => unknown;
const endings: [name: string, reason: string, act: Act][] = [
  ["a Cancel", "cancelled", (client) => client.write(cancel(1))],
  [
    "a Cancel by the caller's own deadline",
    "deadline",
    (client) => client.write(cancel(1, StatusCode.DEADLINE_EXCEEDED)),
  ],
  ["a lost connection", "connection_lost", (client) => client.socket.destroy()],
  ["the close of the server", "server_closing", (_client, server) => server.close({ graceMs: 0 })],
];
for (const [name, reason, act] of endings) {
  t.test(`${name} aborts the signal, throws in the requests, and ends the handler`, async (t) => {
    const { bidi, started, reading, signalled, left } = noted();
    const running = await echoServer(t, { bidi });
    const client = await rawClient(t, running);
    client.write(request(1, "Bidi"), data(1, message({ text: "a" })));
    await started;
    await heard(client, 1);
    void act(client, running.server);
    await left;
    t.match(await reading, { name: "RpcError", reason });
    t.equal(await signalled, await reading);
  });
}

t.test("a deadline ends a stream that waits for requests", async (t) => {
  const { bidi, signalled, reading } = noted();
  const client = await rawClient(t, await echoServer(t, { bidi }));
  client.write(request(1, "Bidi", { timeoutMs: 5 }));
  t.same(await heard(client, 1), ["response 1 DEADLINE_EXCEEDED"]);
  t.match(await signalled, { reason: "deadline" });
  t.match(await reading, { reason: "deadline" });
});

t.test("streams have no deadline of the server's unless it sets one, whatever holds for unary calls", async (t) => {
  const deadlines: (number | undefined)[] = [];
  const handlers: Partial<EchoHandlers> = {
    unary: (_request, { deadline }) => ({ index: deadlines.push(deadline) }),
    clientStream: (_requests, { deadline }) => ({ index: deadlines.push(deadline) }),
  };
  const unset = await rawClient(t, await echoServer(t, handlers, { limits: { maxDeadlineMs: 1000 } }));
  unset.write(request(1, "ClientStream"), request(3, "Unary"));
  await heard(unset, 2);
  t.match(deadlines, [undefined, Number]);
  const set = await rawClient(t, await echoServer(t, {}, { limits: { maxStreamingMs: 5 } }));
  set.write(request(1, "Bidi"));
  t.same(await heard(set, 1), ["response 1 DEADLINE_EXCEEDED"]);
});

t.test("deadline and Cancel hold while a message waits for credit, and return() reaches the iterator", async (t) => {
  const returns: string[] = [];
  const endless = (text: string): AsyncIterable<{ text: string }> => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false, value: { text } }),
      return: async () => {
        returns.push(text);
        return { done: true, value: undefined };
      },
    }),
  });
  const client = await rawClient(t, await echoServer(t, { serverStream: ({ text }) => endless(text) }));
  const asked = (text: string) => ({ credit: 1, payload: message({ text }) });
  client.write(
    request(1, "ServerStream", asked("cancelled")),
    request(3, "ServerStream", { ...asked("late"), timeoutMs: 20 }),
  );
  await heard(client, 2);
  client.write(cancel(1));
  const all = await heardUntil(client, "response");
  t.same(all, ["data 1 cancelled", "data 3 late", "response 3 DEADLINE_EXCEEDED"]);
  client.write(credit(1, 9), credit(3, 9), ping(1n));
  t.equal((await heardUntil(client, "pong")).length, 4, "nothing more is sent for them");
  t.same(returns.sort(), ["cancelled", "late"]);
});

t.test("a deadline holds while the socket takes no more, and the rest goes out when it does", async (t) => {
  const running = await echoServer(t);
  const ended = next(running.server, "callEnd");
  const client = await rawClient(t, running);
  client.write(hello());
  await heard(client, 1);
  client.socket.pause();
  const payload = message({ text: "x", count: 100_000, size: 50_000 });
  client.write(request(1, "ServerStream", { credit: 0x7fff_ffff, timeoutMs: 300, payload }));
  t.match(await ended, [{ code: StatusCode.DEADLINE_EXCEEDED }]);
  client.socket.resume();
  const frames = await client.frames((all) => all.some(({ body }) => body?.$case === "response"));
  t.match(frames.at(-1)?.body, { $case: "response", value: { status: { code: StatusCode.DEADLINE_EXCEEDED } } });
});

t.test(
  "a handler that throws in the midst of its answers ends the call with its status, behind what it sent",
  async (t) => {
    const running = await echoServer(t, {
      async *serverStream({ text }) {
        yield { text };
        throw text === "known" ? new RpcError(StatusCode.NOT_FOUND, "no more") : new Error("a secret");
      },
    });
    const errors: unknown[] = [];
    running.server.on("error", (error) => errors.push(error));
    const client = await rawClient(t, running);
    client.write(request(1, "ServerStream", { payload: message({ text: "known" }) }));
    t.same(await heard(client, 2), ["data 1 known", "response 1 NOT_FOUND"]);
    client.write(request(3, "ServerStream", { payload: message({ text: "odd" }) }));
    t.same((await heard(client, 4)).slice(2), ["data 3 odd", "response 3 INTERNAL"]);
    t.match(errors, [{ message: "a secret" }]);
    t.notMatch(client.bytes.toString("latin1"), "a secret");
  },
);

t.test("a message too large for the caller's frames ends the call; its source is told", async (t) => {
  const left = signal();
  const running = await echoServer(t, {
    async *serverStream() {
      try {
        yield { data: new Uint8Array(70_000) };
      } finally {
        left.resolve();
      }
    },
  });
  const client = await rawClient(t, running);
  client.write(request(1, "ServerStream"));
  t.same(await heard(client, 1), ["response 1 RESOURCE_EXHAUSTED"]);
  await left.promise;
});

t.test("a message that does not decode ends its call alone", async (t) => {
  const { bidi, started, reading, signalled } = noted();
  const client = await rawClient(t, await echoServer(t, { bidi }));
  client.write(request(1, "Bidi"));
  await started;
  client.write(data(1, Buffer.from("0aff", "hex")), data(1, message()), ping(1n));
  t.same((await heard(client, 2)).sort(), ["pong 1", "response 1 INVALID_ARGUMENT"]);
  t.match(await reading, { code: StatusCode.INVALID_ARGUMENT });
  t.match(await signalled, { code: StatusCode.INVALID_ARGUMENT });
});

t.test("Data beyond the window is refused on the connection", async (t) => {
  const unread: Partial<EchoHandlers> = { clientStream: () => new Promise(() => {}) };
  const client = await rawClient(t, await echoServer(t, unread, { limits: { streamWindowBytes: 65_536 } }));
  const half = messageOf(32_768);
  client.write(request(1, "ClientStream"), data(1, half), data(1, half), ping(1n));
  t.same(await heard(client, 1), ["pong 1"], "the window is not used up by its last message");
  client.write(data(1, message()));
  await client.closed;
  t.same(await heard(client, 2), ["pong 1", "go_away 1 RESOURCE_EXHAUSTED"]);
});

t.test("Data after the end of an open stream is refused on the connection, even if nobody reads", async (t) => {
  const unread: Partial<EchoHandlers> = {
    async clientStream(requests) {
      for await (const _ of requests) break;
      return new Promise(() => {});
    },
  };
  const client = await rawClient(t, await echoServer(t, unread));
  client.write(request(1, "ClientStream"), data(1, message()), end(1), data(1, message()));
  await client.closed;
  t.same(await heard(client, 1), ["go_away 1 INVALID_ARGUMENT"]);
});

t.test(
  "bytes that wait unread count into those of the connection, and are given back however the call ends",
  async (t) => {
    const handlers: Partial<EchoHandlers> = {
      clientStream: () => new Promise(() => {}),
      unary: ({ text }) => ({ text }),
    };
    const running = await echoServer(t, handlers, { limits: { maxOpenRequestBytes: 60_000 } });
    const client = await rawClient(t, running);
    const half = messageOf(30_000);
    client.write(
      request(1, "ClientStream"),
      data(1, half),
      data(1, half),
      request(3, "Unary", { payload: message({ text: "u" }) }),
    );
    t.same(await heard(client, 1), ["response 3 RESOURCE_EXHAUSTED not_processed"]);
    client.write(data(1, message({ text: "one too many" })));
    t.same((await heard(client, 2)).slice(1), ["response 1 RESOURCE_EXHAUSTED"]);
    for (const id of [5, 9, 13]) {
      client.write(request(id, "ClientStream"), data(id, half), data(id, half), cancel(id), request(id + 2, "Unary"));
      t.same((await heardUntil(client, `response ${id + 2}`)).at(-1), `response ${id + 2} OK`);
    }
  },
);

t.test("a generator that has not let go counts as a running handler", async (t) => {
  const release = signal();
  const handlers: Partial<EchoHandlers> = {
    async *serverStream() {
      await release.promise; // Deaf to the signal.
      yield {};
    },
  };
  const client = await rawClient(t, await echoServer(t, handlers));
  const ids = [1, 3, 5, 7, 9, 11, 13, 15];
  client.write(...ids.flatMap((id) => [request(id, "ServerStream"), cancel(id)]), request(17, "Unary"));
  t.same(await heard(client, 1), ["response 17 UNAVAILABLE not_processed"], "4 streams, twice as many handlers");
  release.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  client.write(request(19, "Unary"));
  t.same((await heard(client, 2)).slice(1), ["response 19 OK"]);
});
