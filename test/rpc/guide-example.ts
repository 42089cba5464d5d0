// The code of docs/rpc.md, compiled and run: the test compares both, line by line.

import assert from "node:assert/strict";
import {
  type ClientInterceptor,
  connect,
  RpcError,
  RpcServer,
  type ServerInterceptor,
  StatusCode,
} from "../../src/rpc/index.js";
import { EchoRequest, EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";

interface Files {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export async function runGuide({ cert, key, ca }: Files): Promise<string[]> {
  const seen: string[] = [];
  const print = (line: unknown): void => {
    seen.push(String(line));
  };

  const server = new RpcServer({ tls: { cert, key } });
  server.serve(EchoServiceDefinition, {
    unary: ({ text }) => ({ text: text.toUpperCase() }),
    async *serverStream({ count }, ctx) {
      for (let index = 0; index < count && !ctx.signal.aborted; index += 1) {
        yield { index };
      }
    },
    async clientStream(requests) {
      let index = 0;
      for await (const { text } of requests) {
        index += text.length;
      }
      return { index };
    },
    async *bidi(requests) {
      for await (const { text } of requests) {
        yield { text };
      }
    },
  });
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });

  const connection = await connect({ host: "127.0.0.1", port, tls: { ca } });
  const echo = connection.client(EchoServiceDefinition);
  const { text } = await echo.unary({ text: "hello" }, { timeoutMs: 2_000 });
  for await (const { index } of echo.serverStream({ count: 3 })) {
    print(index);
  }
  const { index } = await echo.clientStream([{ text: "any" }, { text: "iterable" }]);
  for await (const answer of echo.bidi(questions())) {
    print(answer.text);
  }
  print(`${text} ${index}`);

  server.serve(EchoServiceDefinition, {
    ...refusing,
    unary({ text }) {
      if (text === "") {
        throw new RpcError(StatusCode.INVALID_ARGUMENT, "the text is empty", {
          details: [[EchoRequest, { text: "what an example looks like" }]],
        });
      }
      return { text };
    },
  });
  try {
    await echo.unary({ text: "" });
  } catch (error) {
    if (error instanceof RpcError && error.code === StatusCode.INVALID_ARGUMENT) {
      print(error.detail(EchoRequest)?.text);
    }
  }

  const timed: ClientInterceptor = async (call, next) => {
    const startedAt = performance.now();
    call.metadata.set("request-id", "42");
    try {
      return await next(call);
    } finally {
      print(`${call.method} ${performance.now() >= startedAt}`);
    }
  };
  const guarded: ServerInterceptor = (call, next) => {
    if (call.ctx.metadata.get("request-id") === undefined) {
      throw new RpcError(StatusCode.UNAUTHENTICATED, "who asks?");
    }
    return next(call);
  };
  const strict = new RpcServer({ tls: { cert, key }, interceptors: [guarded] });
  strict.serve(EchoServiceDefinition, refusing);
  const address = await strict.listen({ host: "127.0.0.1", port: 0 });
  const polite = await connect({ ...address, tls: { ca }, interceptors: [timed] });
  await polite.client(EchoServiceDefinition).unary({ text: "in" });

  await Promise.all([connection.close(), polite.close()]);
  await Promise.all([server.close({ graceMs: 5_000 }), strict.close()]);
  assert.equal(connection.open, false);
  return seen;
}

async function* questions() {
  yield { text: "one" };
  yield { text: "two" };
}

const refusing = {
  unary: ({ text }: { text: string }) => ({ text }),
  async *serverStream() {},
  clientStream: () => ({}),
  async *bidi() {},
};
