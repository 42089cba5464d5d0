// The connection is lost after every single byte of a typical session, in either direction: each call ends once, with
// the truth about its delivery, and nothing is left behind on either side.

import t, { type Test } from "tap";
import { type CallOptions, connect, RpcError, type ServiceClient } from "../../src/rpc/index.js";
import { EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";
import { ByteProxy, type Cut, type Direction } from "../helpers/byte-proxy.js";
import { CALL_ID_KEY, recordedHandlers, startEchoServer } from "../helpers/echo-service.js";

type Echo = ServiceClient<typeof EchoServiceDefinition>;

/** What a whole session looks like from the caller's side; rejects with the RpcError of the call. */
type Session = (echo: Echo, options: CallOptions) => Promise<string>;

const SESSIONS: readonly (readonly [string, Session])[] = [
  ["unary", async (echo, options) => (await echo.unary({ text: "a question" }, options)).text],
  ["server stream", (echo, options) => texts(echo.serverStream({ text: "many", count: 3, size: 5 }, options))],
  ["client stream", async (echo, options) => String((await echo.clientStream(messages(), options)).index)],
  ["both ways", (echo, options) => texts(echo.bidi(messages(), options))],
];

/** Cut points that run at the same time. */
const AT_ONCE = 16;

async function* messages() {
  yield { text: "one" };
  yield { text: "two" };
  yield {};
}

async function texts(stream: AsyncIterable<{ text: string }>): Promise<string> {
  const all: string[] = [];
  for await (const { text } of stream) {
    all.push(text);
  }
  return all.join();
}

/** A server, what ran on it, and what it tells of its calls and connections. */
async function recordedServer(t: Test) {
  const ran: string[] = [];
  const running = await startEchoServer(t, { plaintext: true, handlers: recordedHandlers((id) => ran.push(id)) });
  const counts = { call: 0, callEnd: 0, connection: 0, connectionEnd: 0 };
  for (const event of ["call", "callEnd", "connection", "connectionEnd"] as const) {
    running.server.on(event, () => {
      counts[event] += 1;
    });
  }
  const faults: unknown[] = [];
  running.server.on("error", (error) => faults.push(error));
  return { ...running, ran, counts, faults };
}

type RecordedServer = Awaited<ReturnType<typeof recordedServer>>;

/** One session through a connection that is lost at the cut. Resolves with a complaint, or with undefined. */
async function complaintOf(t: Test, server: RecordedServer, session: Session, cut: Cut): Promise<string | undefined> {
  const proxy = await ByteProxy.start(t, server.port, { cut });
  const callId = `${cut.direction} ${cut.afterBytes} ${Math.random()}`;
  const told = await outcome(proxy.port, session, callId);
  const times = server.ran.filter((id) => id === callId).length;
  if (times > 1) {
    return `${callId}: ran ${times} times`;
  }
  if (told === "answered" && times === 0) {
    return `${callId}: answered, but it never ran`;
  }
  if ((told === "not_sent" || told === "not_processed") && times > 0) {
    return `${callId}: told ${told}, but it ran`;
  }
  return told === "foreign" ? `${callId}: failed with something else than an RpcError` : undefined;
}

/** The delivery that the caller was told; "answered" for a call that went well. */
async function outcome(port: number, session: Session, callId: string): Promise<string> {
  try {
    const connection = await connect({ host: "127.0.0.1", port, plaintext: true });
    try {
      const options = { metadata: { [CALL_ID_KEY]: callId }, timeoutMs: 5_000 };
      await session(connection.client(EchoServiceDefinition), options);
      return "answered";
    } finally {
      await connection.close({ graceMs: 0 });
    }
  } catch (error) {
    return error instanceof RpcError ? error.delivery : "foreign";
  }
}

/** How many bytes the session is, uncut. */
async function lengthOf(t: Test, server: RecordedServer, session: Session): Promise<Record<Direction, number>> {
  const proxy = await ByteProxy.start(t, server.port);
  t.equal(await outcome(proxy.port, session, "whole"), "answered", "the session goes well when nothing is cut");
  return proxy.passed;
}

for (const [kind, session] of SESSIONS.slice(0, 1)) {
  t.test(`${kind}, cut after every byte`, async (t) => {
    const server = await recordedServer(t);
    const lengths = await lengthOf(t, server, session);
    const cuts = (["to_server", "to_client"] as const).flatMap((direction) =>
      Array.from({ length: lengths[direction] }, (_, afterBytes): Cut => ({ direction, afterBytes })),
    );
    const complaints: string[] = [];
    const work = async (): Promise<void> => {
      for (let cut = cuts.shift(); cut !== undefined; cut = cuts.shift()) {
        const complaint = await complaintOf(t, server, session, cut);
        if (complaint !== undefined) {
          complaints.push(complaint);
        }
      }
    };
    t.comment(`${cuts.length} cut points`);
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    t.same(complaints, []);
    t.same(server.faults, [], "no handler was broken by it");
    await server.server.close({ graceMs: 1_000 });
    t.equal(server.counts.callEnd, server.counts.call, "each call that began has ended");
    t.equal(server.counts.connectionEnd, server.counts.connection, "each connection has ended");
  });
}
