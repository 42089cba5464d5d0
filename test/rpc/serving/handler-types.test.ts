// What must compile and what must not, for handlers of all four kinds: the definition alone decides their types.

import t from "tap";
import type { RpcServer, ServiceClient, ServiceHandlers } from "../../../src/rpc/index.js";
import { type EchoRequest, type EchoResponse, EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";

type Handlers = ServiceHandlers<typeof EchoServiceDefinition>;
type Client = ServiceClient<typeof EchoServiceDefinition>;
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const request: {
  [K in keyof Handlers]: Equal<
    Parameters<Handlers[K]>[0],
    K extends "clientStream" | "bidi" ? AsyncIterable<EchoRequest> : EchoRequest
  >;
} = { unary: true, serverStream: true, clientStream: true, bidi: true };

const answer: {
  [K in keyof Client]: Equal<
    ReturnType<Client[K]>,
    K extends "serverStream" | "bidi" ? AsyncIterable<EchoResponse> : Promise<EchoResponse>
  >;
} = { unary: true, serverStream: true, clientStream: true, bidi: true };

/** Never called: the compiler is the test. */
export function compiles(server: RpcServer, all: Handlers): void {
  const serve = (handlers: Handlers) => server.serve(EchoServiceDefinition, handlers);
  serve({
    unary: async ({ text }, ctx) => ({ text, index: ctx.connection.id }),
    async *serverStream({ count, text }) {
      for (let index = 0; index < count; index += 1) yield { text, index };
    },
    async clientStream(requests, { signal }) {
      let totalBytes = 0n;
      for await (const { data } of requests) totalBytes += BigInt(signal.aborted ? 0 : data.length);
      return { totalBytes };
    },
    async *bidi(requests) {
      for await (const { text } of requests) yield { text };
    },
  });
  serve({ ...all, serverStream: () => [{ text: "a" }], bidi: (requests) => requests });

  // @ts-expect-error unary: a field of the wrong type
  serve({ ...all, unary: () => ({ index: "1" }) });
  // @ts-expect-error unary: a stream where one message is due
  serve({ ...all, unary: async function* () {} });
  // @ts-expect-error server stream: one message where a stream is due
  serve({ ...all, serverStream: () => ({ text: "a" }) });
  // @ts-expect-error server stream: a promise of a stream
  serve({ ...all, serverStream: async () => [{ text: "a" }] });
  // @ts-expect-error server stream: text is no stream of messages
  serve({ ...all, serverStream: ({ text }) => text });
  serve({
    ...all,
    // @ts-expect-error server stream: a field of the wrong type
    async *serverStream() {
      yield { text: 5 };
    },
  });
  // @ts-expect-error server stream: its request is one message
  serve({ ...all, serverStream: (requests) => requests[Symbol.asyncIterator]() });
  // @ts-expect-error client stream: its requests are no message
  serve({ ...all, clientStream: ({ text }) => ({ text }) });
  // @ts-expect-error client stream: a stream where one message is due
  serve({ ...all, clientStream: async function* () {} });
  serve({
    ...all,
    async clientStream(requests) {
      // @ts-expect-error client stream: a field that its messages do not have
      for await (const { name } of requests) return { text: name };
      return {};
    },
  });
  // @ts-expect-error both ways: one message where a stream is due
  serve({ ...all, bidi: async () => ({ text: "a" }) });
  serve({
    ...all,
    // @ts-expect-error both ways: a field of the wrong type
    async *bidi(requests) {
      for await (const { count } of requests) yield { text: count };
    },
  });
  const { bidi, ...others } = all;
  void bidi;
  // @ts-expect-error a handler is missing
  serve(others);

  server.on("drain", () => {});
  server.on("callEnd", ({ kind, requestMessages, responseMessages }) => {
    kind satisfies "unary" | "server_streaming" | "client_streaming" | "bidi_streaming";
    return requestMessages + responseMessages;
  });
  // @ts-expect-error drain tells nothing
  server.on("drain", (reason) => reason);
  // @ts-expect-error no such kind
  server.on("callEnd", ({ kind }) => kind === "streaming");
}

t.test("the types above compiled, and so did their refusals", async (t) => {
  t.type(compiles, "function");
  t.ok(Object.values(request).every(Boolean) && Object.values(answer).every(Boolean));
});
