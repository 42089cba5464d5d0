// The four kinds of call as a server answers them: messages, ends, credit, and what it refuses.

import t from "tap";
import { EchoResponse } from "../../gen/earshot/test/v1/echo.js";
import { rawClient } from "../../helpers/raw-client.js";
import { signal } from "../../helpers/rpc-pair.js";
import {
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

t.test("a server stream is Data for each message, then a Response without payload", async (t) => {
  const client = await rawClient(t, await echoServer(t));
  client.write(request(1, "ServerStream", { payload: message({ text: "a", count: 3 }) }));
  t.same(await heard(client, 4), ["data 1 a", "data 1 a", "data 1 a", "response 1 OK"]);
  const [, , last, response] = await client.frames(() => true);
  t.match(last?.body, { $case: "data", value: { end: false } });
  t.match(response?.body, { $case: "response", value: { payload: { length: 0 } } });
});

t.test("a client stream is answered once, after its end; an empty message counts, an empty end does not", async (t) => {
  const client = await rawClient(t, await echoServer(t));
  client.write(request(1, "ClientStream"), data(1, message({ data: Buffer.from("abc") })), data(1, message()), end(1));
  client.write(request(3, "ClientStream"), data(3, message({ data: Buffer.from("de") }), true));
  t.same(await heard(client, 2), ["response 1 OK", "response 3 OK"]);
  const answers = (await client.frames(() => true)).map(({ body }) =>
    body?.$case === "response" ? EchoResponse.decode(body.value.payload) : undefined,
  );
  t.match(answers, [
    { index: 2, totalBytes: 3n },
    { index: 1, totalBytes: 2n },
  ]);
});

t.test("both ways, each message is answered as it comes", async (t) => {
  const client = await rawClient(t, await echoServer(t));
  client.write(request(1, "Bidi"), data(1, message({ text: "a" })));
  t.same(await heard(client, 1), ["data 1 a"]);
  client.write(data(1, message({ text: "b" })));
  t.same(await heard(client, 2), ["data 1 a", "data 1 b"]);
  client.write(end(1));
  t.same((await heard(client, 3)).at(-1), "response 1 OK");
});

t.test("handlers may answer a stream with any iterable, not only with a generator", async (t) => {
  const running = await echoServer(t, {
    serverStream: () => [{ text: "a" }, { text: "b" }],
    bidi: () => ReadableStream.from([{ text: "c" }]),
  });
  const client = await rawClient(t, running);
  client.write(request(1, "ServerStream"));
  t.same(await heardUntil(client, "response"), ["data 1 a", "data 1 b", "response 1 OK"]);
  client.write(request(3, "Bidi"));
  t.same((await heardUntil(client, "response 3")).slice(3), ["data 3 c", "response 3 OK"]);
});

t.test(
  "a handler that answers a stream with something else is INTERNAL, and tells the server's error event",
  async (t) => {
    const running = await echoServer(t, { serverStream: () => ({ text: "one message" }) as never });
    const errors: unknown[] = [];
    running.server.on("error", (error) => errors.push(error));
    const client = await rawClient(t, running);
    client.write(request(1, "ServerStream"));
    t.same(await heard(client, 1), ["response 1 INTERNAL"]);
    t.match(errors, [/ServerStream returned object, no stream/]);
  },
);

t.test("no more Data goes out than the caller gave credit for; one message may overdraw it", async (t) => {
  const client = await rawClient(t, await echoServer(t));
  // Each message costs 105 bytes or so: 100 of data, tags and lengths.
  client.write(request(1, "ServerStream", { credit: 1, payload: message({ text: "x", count: 4, size: 100 }) }));
  t.same(await heardUntil(client, "data"), ["data 1 x"]);
  client.write(credit(1, 10), ping(1n));
  await heardUntil(client, "pong 1");
  client.write(credit(1, 0), ping(2n));
  t.same(await heardUntil(client, "pong 2"), ["data 1 x", "pong 1", "pong 2"], "still in debt");
  client.write(credit(1, 150));
  await heard(client, 4);
  client.write(ping(3n));
  t.same((await heardUntil(client, "pong 3")).slice(3), ["data 1 x", "pong 3"]);
  client.write(credit(1, 1000));
  t.same((await heardUntil(client, "response")).slice(5), ["data 1 x", "data 1 x", "response 1 OK"]);
});

t.test("a stream without credit holds up no other call", async (t) => {
  const client = await rawClient(t, await echoServer(t));
  client.write(request(1, "ServerStream", { credit: 0, payload: message({ text: "x", count: 1 }) }));
  client.write(request(3, "Unary", { payload: message({ text: "u" }) }));
  t.same(await heard(client, 1), ["response 3 OK"]);
  client.write(credit(1, 1));
  t.same((await heard(client, 3)).slice(1), ["data 1 x", "response 1 OK"]);
});

t.test("credit comes once 32 KiB were read, and none for what waits unread", async (t) => {
  const release = signal();
  const running = await echoServer(t, {
    async clientStream(requests) {
      await release.promise;
      for await (const { data } of requests) {
        t.equal(data.length > 19_000, true);
      }
      return {};
    },
  });
  const client = await rawClient(t, running);
  const third = messageOf(20_000);
  client.write(request(1, "ClientStream"), data(1, third), data(1, third), data(1, third), ping(1n));
  t.same(await heard(client, 1), ["pong 1"]);
  release.resolve();
  t.same(await heardUntil(client, "credit"), ["pong 1", "credit 1 40000"]);
  client.write(data(1, message(), true));
  t.same((await heardUntil(client, "response")).slice(1), ["credit 1 40000", "response 1 OK"]);
});

t.test("Hello tells the window and the interval of pings", async (t) => {
  const limits = { streamWindowBytes: 100_000, minPingIntervalMs: 1234.5 };
  const client = await rawClient(t, await echoServer(t, {}, { limits }));
  client.write(hello());
  const [frame] = await client.frames((frames) => frames.length > 0);
  t.match(frame?.body, { $case: "hello", value: { streamWindowBytes: 100_000, minPingIntervalMs: 1235 } });
});

t.test("a Request that does not fit its method's streams is not processed", async (t) => {
  const client = await rawClient(t, await echoServer(t));
  client.write(
    request(1, "Unary", { open: true }),
    request(3, "ServerStream", { open: true }),
    request(5, "ClientStream", { open: false }),
    request(7, "Bidi", { open: false }),
    request(9, "Bidi", { payload: message({ text: "x" }) }),
    request(11, "ServerStream", { payload: Buffer.from("0aff", "hex") }),
  );
  const refused = (id: number): string => `response ${id} INVALID_ARGUMENT not_processed`;
  t.same(await heard(client, 6), [1, 3, 5, 7, 9, 11].map(refused));
});

t.test("Data for a call without a request stream, and Data or Credit after its end, are ignored", async (t) => {
  const started = signal();
  const release = signal();
  const running = await echoServer(t, {
    async unary() {
      started.resolve();
      await release.promise;
      return {};
    },
  });
  const client = await rawClient(t, running);
  client.write(request(1, "Unary"), credit(1, 5), data(1, message(), true), data(1, message()), ping(1n));
  t.same(await heard(client, 1), ["pong 1"]);
  release.resolve();
  await heardUntil(client, "response 1");
  client.write(data(1, message()), credit(1, 5), ping(2n));
  t.same(await heard(client, 3), ["pong 1", "response 1 OK", "pong 2"]);
});

t.test("a handler may answer before it has read all; what comes then is late", async (t) => {
  const running = await echoServer(t, { clientStream: () => ({ text: "enough" }) });
  const client = await rawClient(t, running);
  client.write(
    request(1, "ClientStream"),
    data(1, message()),
    data(1, message()),
    end(1),
    data(1, message()),
    ping(1n),
  );
  t.same(await heard(client, 2), ["response 1 OK", "pong 1"]);
});

t.test("a handler that leaves its requests may still answer at leisure; the rest is dropped", async (t) => {
  const left = signal();
  const release = signal();
  const running = await echoServer(t, {
    async *bidi(requests) {
      for await (const { text } of requests) {
        yield { text };
        break;
      }
      left.resolve();
      await release.promise;
      yield { text: "still here" };
    },
  });
  const client = await rawClient(t, running);
  client.write(request(1, "Bidi"), data(1, message({ text: "first" })));
  await left.promise;
  client.write(data(1, message({ text: "second" })), end(1), ping(1n));
  t.same(await heard(client, 2), ["data 1 first", "pong 1"]);
  release.resolve();
  t.same((await heard(client, 4)).slice(2), ["data 1 still here", "response 1 OK"]);
});

t.test("streams share one socket fairly: none waits until another is done", async (t) => {
  const client = await rawClient(t, await echoServer(t));
  client.write(hello());
  const asked = { text: "x", count: 32, size: 16_384 };
  for (const id of [1, 3, 5]) {
    client.write(request(id, "ServerStream", { credit: 1 << 24, payload: message(asked) }));
  }
  const ends = ["response 1", "response 3", "response 5"];
  const frames = await client.frames((all) => all.filter(({ body }) => body?.$case === "response").length === 3);
  const firstEnd = frames.findIndex(({ body }) => body?.$case === "response");
  t.equal(frames.length, 1 + 3 * 32 + ends.length);
  for (const id of [1, 3, 5]) {
    const before = frames.slice(0, firstEnd).filter(({ streamId }) => streamId === id).length;
    t.ok(before >= 16, `stream ${id} had ${before} of 32 messages when the first stream ended`);
  }
});
