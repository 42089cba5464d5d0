// Limits of time and number, each with its reaction, against clients that write bytes by hand.

import { connect as connectTcp } from "node:net";
import t from "tap";
import { AccountServiceDefinition, LoginRequest } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect } from "../../src/rpc/index.js";
import { frameBytes, rawClient } from "../helpers/raw-client.js";
import { failure } from "../helpers/rpc-failure.js";
import { dial, next, pair, startServer } from "../helpers/rpc-pair.js";
import { describeFrame } from "./conformance/conformance-case.js";

const PING = frameBytes({ body: { $case: "ping", value: { token: 1n } } });
const METHOD = "earshot.accounts.v1.AccountService/Login";

t.test("a client that says nothing after its handshake is sent away", async (t) => {
  const client = await rawClient(t, await startServer(t, {}, { limits: { firstFrameTimeoutMs: 20 } }));
  await client.closed;
  t.same((await client.frames()).map(describeFrame), ["go_away DEADLINE_EXCEEDED"]);
});

t.test("a frame that dribbles in is cut off, however steadily it comes", async (t) => {
  const client = await rawClient(t, await startServer(t, {}, { limits: { frameTimeoutMs: 60 } }));
  client.write(PING);
  await client.frames((frames) => frames.length === 1);
  client.write(Buffer.of(0x7f));
  const dribble = setInterval(() => client.write(Buffer.of(0)), 10);
  t.teardown(() => clearInterval(dribble));
  await client.closed;
  t.same((await client.frames()).map(describeFrame), ["pong 1", "go_away DEADLINE_EXCEEDED"]);
});

t.test("an idle connection is closed with a GoAway that blames nobody; an open call is not idle", async (t) => {
  const running = await startServer(
    t,
    { login: () => new Promise((resolve) => setTimeout(() => resolve({ sessionToken: "slow" }), 2_500)) },
    { limits: { idleTimeoutMs: 1_000 } }, // Within which the call must come, on a busy machine too.
  );
  const connection = await dial(t, running);
  const closed = next(connection, "disconnect");
  t.equal((await connection.client(AccountServiceDefinition).login({})).sessionToken, "slow");
  t.match(await closed, [{ reason: "server_closing", message: /idle/ }]);
});

t.test("half a handshake is dropped in time and told as refused", async (t) => {
  const running = await startServer(t, {}, { limits: { handshakeTimeoutMs: 20 } });
  const refused = next(running.server, "refused");
  const silent = connectTcp(running.port, running.host);
  await new Promise((resolve) => silent.on("close", resolve));
  t.match(await refused, [{ reason: { reason: "connect_timeout" } }]);
});

t.test("a TLS client that offers no ALPN is dropped before it is heard", async (t) => {
  const running = await startServer(t);
  const refused = next(running.server, "refused");
  const { connect: connectTls } = await import("node:tls");
  const socket = connectTls({ host: running.host, port: running.port, ca: running.ca });
  socket.on("error", () => {});
  socket.write(PING);
  await new Promise((resolve) => socket.on("close", resolve));
  t.match(await refused, [{ reason: { reason: "alpn_mismatch" } }]);
});

t.test("connections are counted in all and per address, and a place is free again when one ends", async (t) => {
  for (const limits of [{ maxConnections: 2 }, { maxConnectionsPerAddress: 2 }]) {
    const running = await startServer(t, {}, { limits });
    const { server, host, port, ca } = running;
    const first = await dial(t, running);
    await dial(t, running);
    const refused = next(server, "refused");
    t.equal((await failure(connect({ host, port, tls: { ca } }))).reason, "connection_lost");
    t.match(await refused, [{ address: "127.0.0.1", reason: { codeName: "RESOURCE_EXHAUSTED", reason: "limit" } }]);
    const ended = next(server, "connectionEnd");
    await first.close();
    await ended;
    await new Promise((resolve) => setImmediate(resolve));
    await dial(t, running);
  }
});

t.test("request bytes at once are bounded", async (t) => {
  const { accounts } = await pair(t, { login: () => new Promise(() => {}) }, { server: { maxOpenRequestBytes: 1000 } });
  const error = await failure(accounts.login({ username: "x".repeat(1000) }));
  t.match(error, { codeName: "RESOURCE_EXHAUSTED", delivery: "not_processed" });
});

t.test("handlers that run on after a cancel are bounded", async (t) => {
  let running = 0;
  const server = await startServer(t, {
    login: () => {
      running += 1;
      return new Promise(() => {});
    },
  });
  const client = await rawClient(t, server);
  for (let streamId = 1; streamId < 200; streamId += 2) {
    client.write(frameBytes({ streamId, body: { $case: "request", value: { method: METHOD } } }));
    client.write(frameBytes({ streamId, body: { $case: "cancel", value: { code: 1 } } }));
  }
  client.write(PING);
  const frames = await client.frames((got) => got.some(({ body }) => body?.$case === "ping"));
  t.equal(running, 8, "twice the four streams of the floor");
  t.equal(frames.filter((frame) => /UNAVAILABLE not_processed/.test(describeFrame(frame))).length, 92);
});

t.test("a peer that reads nothing stops being read, keeps its memory bounded, and is dropped in time", async (t) => {
  let served = 0;
  const answer = "x".repeat(60_000);
  const running = await startServer(
    t,
    {
      login: () => {
        served += 1;
        return { sessionToken: answer };
      },
    },
    { limits: { maxOutstandingBytes: 200_000, stallTimeoutMs: 100 }, plaintext: true },
  );
  const client = await rawClient(t, running, true);
  client.socket.pause();
  const ended = next(running.server, "connectionEnd");
  const payload = LoginRequest.encode(LoginRequest.fromPartial({ username: "x" })).finish();
  const requests = Array.from({ length: 2000 }, (_, index) =>
    frameBytes({ streamId: 2 * index + 1, body: { $case: "request", value: { method: METHOD, payload } } }),
  );
  client.write(...requests);
  t.match(await ended, [{}, { reason: "protocol_error", message: "the peer reads nothing" }]);
  t.ok(served < 1000, `${served} of 2000 were served`);
});

t.test("a peer that reads slowly gets everything, in order", async (t) => {
  const answer = "x".repeat(60_000);
  const limits = { maxOutstandingBytes: 100_000 };
  const running = await startServer(t, { login: () => ({ sessionToken: answer }) }, { limits, plaintext: true });
  const client = await rawClient(t, running, true);
  client.socket.pause();
  const count = 400;
  const requests = Array.from({ length: count }, (_, index) =>
    frameBytes({ streamId: 2 * index + 1, body: { $case: "request", value: { method: METHOD } } }),
  );
  client.write(...requests);
  await new Promise((resolve) => setTimeout(resolve, 50));
  client.socket.resume();
  let length = 0;
  await new Promise<void>((resolve) => {
    client.socket.on("data", (chunk) => {
      length += chunk.length;
      if (length > count * answer.length) {
        resolve();
      }
    });
  });
  const ids = (await client.frames((frames) => frames.length === count)).map(({ streamId }) => streamId);
  t.same(
    ids,
    Array.from({ length: count }, (_, index) => 2 * index + 1),
  );
});
