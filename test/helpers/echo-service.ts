// A server of the test service whose handlers do on request what handlers do wrong: hang, stop early, read nothing, fail.

import type { Test } from "tap";
import {
  type CallContext,
  type Limits,
  RpcError,
  RpcServer,
  type ServiceHandlers,
  StatusCode,
} from "../../src/rpc/index.js";
import { type EchoRequest, type EchoResponse, EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";
import { type RunningServer, testAuthority } from "./rpc-pair.js";

export type EchoHandlers = ServiceHandlers<typeof EchoServiceDefinition>;

/** What a message may ask of its handler by its text. Any other text is echoed. */
export const ASK = {
  /** Read no further and answer only when the call is aborted. */
  hang: "hang",
  /** Answer now, whatever else is to come. */
  stop: "stop",
  /** Throw FAILED_PRECONDITION. */
  fail: "fail",
} as const;

/** A metadata key whose presence makes a handler hang before it reads anything; under "stop" it answers without reading. */
export const UNREAD_KEY = "unread";

/** A metadata key by which a caller names its call. */
export const CALL_ID_KEY = "call-id";

export const ECHO_HANDLERS: EchoHandlers = echoHandlers();

function echoHandlers(): EchoHandlers {
  return {
    /** Answers at once where nothing else is asked, so that answers come in the order of their requests. */
    unary(request, ctx) {
      const asked = request.delayMs > 0 || [ASK.hang, ASK.fail].some((text) => text === request.text);
      return asked ? slowAnswer(request, ctx) : answerTo(request, 0);
    },
    async *serverStream(request, ctx) {
      for (let index = 0; index < request.count; index += 1) {
        await pause(request, ctx);
        yield { text: request.text, data: new Uint8Array(request.size), index };
      }
      await obey(request, ctx);
    },
    async clientStream(requests, ctx) {
      let totalBytes = 0n;
      let index = 0;
      if (await answersUnread(ctx)) {
        return {};
      }
      for await (const request of requests) {
        totalBytes += BigInt(request.data.length);
        index += 1;
        if (await obey(request, ctx)) {
          break;
        }
        await pause(request, ctx);
      }
      return { index, totalBytes };
    },
    async *bidi(requests, ctx) {
      let index = 0;
      if (await answersUnread(ctx)) {
        return;
      }
      for await (const request of requests) {
        if (await obey(request, ctx)) {
          return;
        }
        await pause(request, ctx);
        yield answerTo(request, index);
        index += 1;
      }
    },
  };
}

/** The same handlers; `onRun` hears the call's name before anything of it runs. */
export function recordedHandlers(onRun: (callId: string) => void): EchoHandlers {
  const note = ({ metadata }: CallContext): void => onRun(metadata.get(CALL_ID_KEY) ?? "");
  const { unary, serverStream, clientStream, bidi } = ECHO_HANDLERS;
  return {
    unary(request, ctx) {
      note(ctx);
      return unary(request, ctx);
    },
    serverStream(request, ctx) {
      note(ctx);
      return serverStream(request, ctx);
    },
    clientStream(requests, ctx) {
      note(ctx);
      return clientStream(requests, ctx);
    },
    bidi(requests, ctx) {
      note(ctx);
      return bidi(requests, ctx);
    },
  };
}

async function slowAnswer(request: EchoRequest, ctx: CallContext): Promise<Partial<EchoResponse>> {
  await obey(request, ctx);
  await pause(request, ctx);
  return answerTo(request, 0);
}

function answerTo({ text, data }: EchoRequest, index: number): Partial<EchoResponse> {
  return { text, data, index };
}

/** Whether the handler is to stop now. */
async function obey({ text }: EchoRequest, ctx: CallContext): Promise<boolean> {
  if (text === ASK.hang) {
    await aborted(ctx);
  }
  if (text === ASK.fail) {
    throw new RpcError(StatusCode.FAILED_PRECONDITION, "asked to fail");
  }
  return text === ASK.stop;
}

/** Whether the handler is to answer without having read anything. */
async function answersUnread(ctx: CallContext): Promise<boolean> {
  const wish = ctx.metadata.get(UNREAD_KEY);
  if (wish !== undefined && wish !== ASK.stop) {
    await aborted(ctx);
  }
  return wish === ASK.stop;
}

/** Rejects when the call is aborted, and never resolves. */
function aborted({ signal }: CallContext): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function pause({ delayMs }: EchoRequest, { signal }: CallContext): Promise<void> | undefined {
  if (delayMs === 0) {
    return undefined;
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

export interface EchoServerOptions {
  readonly limits?: Partial<Limits>;
  readonly plaintext?: true;
  readonly handlers?: EchoHandlers;
}

export async function startEchoServer(t: Test, options: EchoServerOptions = {}): Promise<RunningServer> {
  const { ca, server: certificate } = await testAuthority();
  const { limits, plaintext, handlers = ECHO_HANDLERS } = options;
  const server = new RpcServer(plaintext ? { plaintext, limits } : { tls: certificate, limits });
  server.serve(EchoServiceDefinition, handlers);
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => server.close({ graceMs: 0 }));
  return { server, host, port, ca };
}
