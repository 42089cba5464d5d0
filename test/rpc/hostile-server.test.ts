// A client against servers that misbehave: deaf, rude, lying, or speaking out of turn.

import { createServer, type Socket } from "node:net";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect } from "../../src/rpc/index.js";
import { frameBytes } from "../helpers/raw-client.js";
import { failure, summary } from "../helpers/rpc-failure.js";
import { next } from "../helpers/rpc-pair.js";

const HELLO = frameBytes({ body: { $case: "hello", value: { maxFrameBytes: 1 << 24, maxStreams: 100 } } });

/** A bare TCP server, and a client in plaintext that reached it. */
async function against(t: Test, onSocket: (socket: Socket) => void, reconnect?: false) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    t.teardown(() => socket.destroy());
    onSocket(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const connection = await connect({ host: "127.0.0.1", port, plaintext: true, reconnect });
  t.teardown(() => connection.close({ graceMs: 0 }));
  return { connection, accounts: connection.client(AccountServiceDefinition) };
}

function answer(streamId: number, value: Record<string, unknown>): Buffer {
  return frameBytes({ streamId, body: { $case: "response", value } });
}

/** Answers the first bytes, whatever they are. */
function answering(...frames: Uint8Array[]): (socket: Socket) => void {
  return (socket) => socket.once("data", () => socket.write(Buffer.concat(frames)));
}

t.test("deadlines and signals hold while the server reads nothing and the write is blocked", async (t) => {
  const { accounts, connection } = await against(t, (socket) => socket.once("data", () => socket.pause().write(HELLO)));
  const big = "x".repeat(12_000_000);
  const abort = new AbortController();
  const blocked = failure(accounts.login({ username: big }, { timeoutMs: 150 }));
  const alsoBlocked = failure(accounts.login({ username: big }, { timeoutMs: 150 }));
  const queued = failure(accounts.login({}, { timeoutMs: 100 }));
  const cancelled = failure(accounts.login({}, { signal: abort.signal }));
  setTimeout(() => abort.abort(), 50);
  t.match(await cancelled, { codeName: "CANCELLED" });
  t.match(await queued, { codeName: "DEADLINE_EXCEEDED" });
  t.same(summary(await blocked), ["DEADLINE_EXCEEDED", "deadline", "unknown"]);
  t.same(summary(await alsoBlocked), ["DEADLINE_EXCEEDED", "deadline", "not_sent"]);
  await connection.close({ graceMs: 0 });
});

t.test("a connection that breaks within an answer leaves the call's fate unknown", async (t) => {
  const half = answer(1, { payload: new Uint8Array(100) }).subarray(0, 50);
  const { accounts } = await against(t, (socket) => socket.once("data", () => socket.end(half)));
  const error = await failure(accounts.login({}));
  t.same(summary(error), ["UNAVAILABLE", "connection_lost", "unknown"]);
  t.match(error.message, /within a frame/);
});

t.test("an answer that does not decode is told as such, and the next call works", async (t) => {
  const { accounts } = await against(
    t,
    answering(answer(1, { payload: Buffer.from("00ff", "hex") }), HELLO, answer(3, {})),
  );
  const [first, second] = [failure(accounts.login({})), accounts.login({})];
  t.same(summary(await first), ["INTERNAL", "bad_response", "answered"]);
  t.match(await second, { sessionToken: "" });
});

t.test("a status code that nobody knows is UNKNOWN", async (t) => {
  const { accounts } = await against(t, answering(answer(1, { status: { code: 99, message: "odd" } })));
  t.match(await failure(accounts.login({})), { codeName: "UNKNOWN", message: "odd", delivery: "answered" });
});

t.test("a GoAway below a call's stream says that it was not processed", async (t) => {
  const goAway = frameBytes({ body: { $case: "goAway", value: { code: 8, message: "too busy", lastStreamId: 0 } } });
  const { accounts, connection } = await against(t, answering(goAway), false);
  const closed = next(connection, "close");
  const error = await failure(accounts.login({}));
  t.same(summary(error), ["UNAVAILABLE", "server_closing", "not_processed"]);
  t.match(error.message, /too busy \(RESOURCE_EXHAUSTED\)/);
  t.match(await closed, [{ reason: "server_closing" }]);
});

for (const [what, frames] of [
  ["an answer on a stream that was never opened", [answer(3, {})]],
  ["a request from the server", [frameBytes({ streamId: 1, body: { $case: "request", value: {} } })]],
  ["a second Hello", [HELLO, HELLO]],
  ["a frame of no bytes", [Buffer.of(0)]],
  ["a length over the client's limit", [Buffer.from("ffffff7f", "hex")]],
] as const) {
  t.test(`${what} ends the connection`, async (t) => {
    const { accounts, connection } = await against(t, answering(...frames));
    const closed = next(connection, "disconnect");
    t.same(summary(await failure(accounts.login({}))), ["UNAVAILABLE", "protocol_error", "unknown"]);
    t.match(await closed, [{ reason: "protocol_error" }]);
  });
}
