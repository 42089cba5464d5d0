// close(): the two steps of taking leave, the grace, and that no accepted call loses its answer.

import t from "tap";
import { rawClient } from "../../helpers/raw-client.js";
import { signal } from "../../helpers/rpc-pair.js";
import { data, echoServer, end, heard, heardUntil, hello, message, ping, request } from "./echo-call.js";

const OPEN_NO_MORE = "go_away 4294967295 OK";

t.test("a client that said Hello is asked first, and what it sends until it answers is taken", async (t) => {
  const running = await echoServer(t);
  const client = await rawClient(t, running);
  client.write(hello(), request(1, "ClientStream"));
  await heard(client, 1);
  const closed = running.server.close({ graceMs: 10_000 });
  t.same(await heardUntil(client, "ping"), ["hello", OPEN_NO_MORE, "ping 1"]);
  client.write(request(3, "Unary"), request(5, "Bidi"), ping(1n, true), request(7, "Unary"), ping(9n));
  t.same((await heardUntil(client, "pong")).slice(3).sort(), ["go_away 5 OK", "pong 9", "response 3 OK"]);
  client.write(data(5, message({ text: "a" }), true), end(1));
  await client.closed;
  const rest = (await heard(client, 9)).slice(6).sort();
  t.same(rest, ["data 5 a", "response 1 OK", "response 5 OK"], "stream 7 was not processed");
  await closed;
});

t.test("who said no Hello is told at once which call was the last", async (t) => {
  const running = await echoServer(t);
  const client = await rawClient(t, running);
  client.write(request(1, "ClientStream"), ping(1n));
  await heard(client, 1);
  const closed = running.server.close({ graceMs: 10_000 });
  t.same(await heard(client, 3), ["pong 1", OPEN_NO_MORE, "go_away 1 OK"]);
  client.write(request(3, "Unary"), end(1));
  await client.closed;
  t.same((await heard(client, 9)).slice(3), ["response 1 OK"]);
  await closed;
});

t.test("a client that never answers is told when half the grace is over, and cancelled at its end", async (t) => {
  const running = await echoServer(t);
  const client = await rawClient(t, running);
  client.write(hello(), request(1, "ClientStream"));
  await heard(client, 1);
  const closed = running.server.close({ graceMs: 20 });
  await client.closed;
  t.same(await heard(client, 9), ["hello", OPEN_NO_MORE, "ping 1", "go_away 1 OK", "cancel 1 UNAVAILABLE"]);
  await closed;
});

t.test("a wrong token is no answer", async (t) => {
  const running = await echoServer(t);
  const client = await rawClient(t, running);
  client.write(hello(), request(1, "ClientStream"));
  await heard(client, 1);
  const closed = running.server.close({ graceMs: 10_000 });
  await heardUntil(client, "ping");
  client.write(ping(77n, true), request(3, "Unary"));
  t.equal((await heard(client, 4)).at(-1), "response 3 OK");
  client.write(ping(1n, true), end(1));
  await client.closed;
  await closed;
});

t.test("accepted calls get all of their large answers, however slowly they are read", async (t) => {
  const answer = { data: new Uint8Array(900_000) };
  const limits = { maxOutstandingBytes: 1 << 26 }; // Else the server would not read the sign that it waits for.
  const running = await echoServer(t, { unary: () => answer }, { limits });
  const client = await rawClient(t, running);
  client.write(hello());
  await heard(client, 1);
  client.socket.pause();
  let ends = 0;
  const ended = signal();
  running.server.on("callEnd", () => {
    ends += 1;
    if (ends === 12) ended.resolve();
  });
  client.write(...Array.from({ length: 12 }, (_, index) => request(2 * index + 1, "Unary")));
  await ended.promise;
  const closed = running.server.close({ graceMs: 60_000 });
  client.write(ping(1n, true));
  // Longer than the time that an ended connection lingers.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  client.socket.resume();
  await client.closed;
  const frames = await client.frames();
  const answers = frames.flatMap(({ body }) => (body?.$case === "response" ? [body.value.payload.length] : []));
  t.equal(answers.filter((length) => length > 900_000).length, 12);
  await closed;
});

t.test("drain is told once, before close, and close never hangs on a handler that does", async (t) => {
  const started = signal();
  const running = await echoServer(t, {
    async *serverStream() {
      started.resolve();
      await new Promise(() => {});
      yield {};
    },
  });
  const told: string[] = [];
  running.server.on("drain", () => told.push("drain")).on("close", () => told.push("close"));
  const client = await rawClient(t, running);
  client.write(hello(), request(1, "ServerStream"));
  await started.promise;
  const closed = running.server.close({ graceMs: 5 });
  t.same(told, ["drain"]);
  t.equal(running.server.close(), closed);
  await closed;
  t.same(told, ["drain", "close"]);
});

t.test("a connection that is lost while it drains leaves nothing behind", async (t) => {
  const running = await echoServer(t);
  const client = await rawClient(t, running);
  client.write(hello());
  await heard(client, 1);
  const closed = running.server.close({ graceMs: 60_000 });
  client.socket.destroy();
  await closed;
  t.pass("closed");
});
