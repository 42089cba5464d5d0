// A row about a hostile server: what it sends when a call has reached it, and what must become of the call and the connection.

import { createServer, type Socket } from "node:net";
import type { Test } from "tap";
import type { Frame } from "../../../src/gen/earshot/call/v1/call.js";
import { type Connection, connect, type Limits, RpcError, type ServiceClient } from "../../../src/rpc/index.js";
import { EchoResponse, EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { frameBytes, RawClient } from "../../helpers/raw-client.js";

export type Echo = ServiceClient<typeof EchoServiceDefinition>;

export interface HostileCase {
  readonly name: string;
  readonly call: keyof typeof CALLS;
  /** Sent in one write once the first Request has come, which is on stream 1. */
  readonly send: readonly Uint8Array[];
  /** The server's Hello goes out when the client connects, unless it never says one. */
  readonly hello?: "never";
  /** The server closes its side behind what it sends. */
  readonly ends?: true;
  /** Messages that came, and how the call ended: see {@link told}. */
  readonly told: string;
  /** "lives": the next call is answered. Else what the client's GoAway says, or "closed" for an end without one. */
  readonly after: "lives" | "go_away INVALID_ARGUMENT" | "go_away RESOURCE_EXHAUSTED" | "closed";
  readonly limits?: Partial<Limits>;
}

export const HELLO = frameBytes({
  body: { $case: "hello", value: { maxFrameBytes: 1 << 20, maxStreams: 100, streamWindowBytes: 1 << 16 } },
});

export function response(streamId: number, value: Record<string, unknown> = {}): Buffer {
  return frameBytes({ streamId, body: { $case: "response", value } });
}

/** The payload of an answer. */
export function answer(fields: Parameters<typeof EchoResponse.fromPartial>[0]): Uint8Array {
  return EchoResponse.encode(EchoResponse.fromPartial(fields)).finish();
}

async function* twoMessages() {
  yield { text: "one" };
  yield { text: "two" };
}

/** Sends one message and no end. */
async function* endless() {
  yield { text: "one" };
  await new Promise(() => {});
}

async function count(stream: AsyncIterable<unknown>, onFirst = async () => {}): Promise<string> {
  let messages = 0;
  try {
    for await (const _ of stream) {
      messages += 1;
      if (messages === 1) {
        await onFirst();
      }
    }
    return `${messages} OK`;
  } catch (error) {
    return `${messages} ${told(error)}`;
  }
}

/** Each resolves with what the caller was told. */
const CALLS = {
  unary: (echo: Echo) => echo.unary({}).then(() => "OK", told),
  serverStream: (echo: Echo) => count(echo.serverStream({})),
  /** Reads one message, and the rest when the connection has ended. */
  unreadStream: (echo: Echo, closed: Promise<unknown>) => count(echo.serverStream({}), async () => void (await closed)),
  /** Leaves after the first message. */
  leftStream: async (echo: Echo) => {
    for await (const _ of echo.serverStream({})) {
      break;
    }
    return "left";
  },
  clientStream: (echo: Echo) => echo.clientStream(twoMessages()).then(() => "OK", told),
  endlessStream: (echo: Echo) => echo.clientStream(endless()).then(() => "OK", told),
  bidi: (echo: Echo) => count(echo.bidi(twoMessages())),
} as const;

/** "CODE reason delivery" of an RpcError. */
function told(error: unknown): string {
  return error instanceof RpcError ? `${error.codeName} ${error.reason} ${error.delivery}` : String(error);
}

/** Runs the row. Resolves with what the caller was told and what the client sent; the connection is left as it is. */
export async function play(t: Test, row: HostileCase) {
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => {
    server.once("connection", resolve);
  });
  server.listen({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => {
    server.once("listening", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const connection = await connect({ host: "127.0.0.1", port, plaintext: true, limits: row.limits, reconnect: false });
  const peer = new RawClient(await accepted);
  t.teardown(async () => {
    await connection.close({ graceMs: 0 });
    peer.socket.destroy();
    server.close();
  });
  const closed = new Promise((resolve) => {
    connection.once("close", resolve);
  });
  if (row.hello !== "never") {
    peer.write(HELLO);
  }
  const outcome = CALLS[row.call](connection.client(EchoServiceDefinition), closed);
  if (row.hello !== "never") {
    await peer.frames((frames) => frames.some(isRequest));
  }
  peer.write(...row.send);
  if (row.ends) {
    peer.socket.end();
  }
  return { peer, connection, closed, told: await outcome };
}

/** Whether a further call goes well. The server answers it, whatever its stream. */
export async function stillServes(peer: RawClient, connection: Connection): Promise<boolean> {
  const known = (await peer.frames(() => true)).filter(isRequest).length;
  const call = connection.client(EchoServiceDefinition).unary({});
  const frames = await peer.frames((got) => got.filter(isRequest).length > known);
  peer.write(response(frames.filter(isRequest).at(-1)?.streamId ?? 0, { payload: answer({ text: "alive" }) }));
  return (await call).text === "alive";
}

function isRequest({ body }: Frame): boolean {
  return body?.$case === "request";
}
