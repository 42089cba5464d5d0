// Pings of the server: whom it asks, and how a client that does not answer is found out.

import t from "tap";
import { rawClient } from "../../helpers/raw-client.js";
import { next } from "../../helpers/rpc-pair.js";
import { echoServer, end, heard, heardUntil, hello, ping, request } from "./echo-call.js";

t.test("a client that agreed in its Hello is asked while its calls are open", async (t) => {
  const limits = { pingIntervalMs: 10, pingTimeoutMs: 60_000 };
  const client = await rawClient(t, await echoServer(t, {}, { limits }));
  client.write(hello({ minPingIntervalMs: 1 }), request(1, "ClientStream"));
  await heardUntil(client, "ping 1");
  client.write(ping(1n, true));
  await heardUntil(client, "ping 2");
  client.write(ping(2n, true), end(1));
  t.same((await heardUntil(client, "response")).at(-1), "response 1 OK");
});

t.test("a client that did not agree is not asked, and lives as long as it likes", async (t) => {
  const limits = { pingIntervalMs: 1, pingTimeoutMs: 1 };
  const client = await rawClient(t, await echoServer(t, {}, { limits }));
  client.write(hello(), request(1, "ClientStream", { timeoutMs: 50 }));
  t.same(await heard(client, 2), ["hello", "response 1 DEADLINE_EXCEEDED"]);
});

t.test("the interval that the client likes holds, if it is the longer one", async (t) => {
  const limits = { pingIntervalMs: 1, pingTimeoutMs: 1 };
  const client = await rawClient(t, await echoServer(t, {}, { limits }));
  client.write(hello({ minPingIntervalMs: 60_000 }), request(1, "ClientStream", { timeoutMs: 50 }));
  t.same(await heard(client, 2), ["hello", "response 1 DEADLINE_EXCEEDED"]);
});

t.test("a client that answers no ping is lost, and its calls with it", async (t) => {
  const running = await echoServer(t, {}, { limits: { pingIntervalMs: 5, pingTimeoutMs: 5 } });
  const ended = next(running.server, "callEnd");
  const gone = next(running.server, "connectionEnd");
  const client = await rawClient(t, running);
  client.write(hello({ minPingIntervalMs: 1 }), request(1, "ClientStream"));
  t.match(await ended, [{ kind: "client_streaming" }]);
  t.match(await gone, [{ id: 1 }, { reason: "connection_lost" }]);
  await client.closed;
});
