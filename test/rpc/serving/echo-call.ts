// Calls of the test service as a client writes them by hand, and what comes back in a few words.

import type { Test } from "tap";
import type { Frame } from "../../../src/gen/earshot/call/v1/call.js";
import { RpcServer, type RpcServerOptions, StatusCode } from "../../../src/rpc/index.js";
import { EchoRequest, EchoResponse, EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { ECHO_HANDLERS, type EchoHandlers } from "../../helpers/echo-service.js";
import { frameBytes, type RawClient } from "../../helpers/raw-client.js";
import { type RunningServer, testAuthority } from "../../helpers/rpc-pair.js";

export type EchoMethod = "Unary" | "ServerStream" | "ClientStream" | "Bidi";
type RequestFields = Partial<{ timeoutMs: number; credit: number; open: boolean; payload: Uint8Array }>;

/** Serves the test service with these handlers in place of its own. */
export async function echoServer(
  t: Pick<Test, "teardown">,
  handlers: Partial<EchoHandlers> = {},
  options: Pick<RpcServerOptions, "limits" | "interceptors" | "padding"> = {},
): Promise<RunningServer> {
  const { ca, server: tls } = await testAuthority();
  const server = new RpcServer({ tls, ...options });
  server.serve(EchoServiceDefinition, { ...ECHO_HANDLERS, ...handlers });
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => server.close({ graceMs: 0 }));
  return { server, host, port, ca };
}

export function message(fields: Parameters<typeof EchoRequest.fromPartial>[0] = {}): Uint8Array {
  return EchoRequest.encode(EchoRequest.fromPartial(fields)).finish();
}

/** A message whose payload has exactly that many bytes, of at least 200. */
export function messageOf(payloadBytes: number): Uint8Array {
  const around = message({ data: new Uint8Array(payloadBytes) }).length - payloadBytes;
  return message({ data: new Uint8Array(payloadBytes - around) });
}

export function request(streamId: number, method: EchoMethod, fields: RequestFields = {}): Buffer {
  const open = method === "ClientStream" || method === "Bidi";
  const value = { method: `${EchoServiceDefinition.fullName}/${method}`, open, credit: 1 << 20, ...fields };
  return frameBytes({ streamId, body: { $case: "request", value } });
}

export function data(streamId: number, payload: Uint8Array, end = false): Buffer {
  return frameBytes({ streamId, body: { $case: "data", value: { payload, end } } });
}

/** No more requests. */
export function end(streamId: number): Buffer {
  return data(streamId, new Uint8Array(0), true);
}

export function credit(streamId: number, bytes: number): Buffer {
  return frameBytes({ streamId, body: { $case: "credit", value: { bytes } } });
}

export function cancel(streamId: number, code: number = StatusCode.CANCELLED): Buffer {
  return frameBytes({ streamId, body: { $case: "cancel", value: { code } } });
}

export function hello(fields: { minPingIntervalMs?: number } = {}): Buffer {
  return frameBytes({ body: { $case: "hello", value: { maxFrameBytes: 1 << 20, ...fields } } });
}

export function ping(token: bigint, ack = false): Buffer {
  return frameBytes({ body: { $case: "ping", value: { token, ack } } });
}

/** "data 1 text", "response 1 OK", "credit 1 40000", "cancel 1 UNAVAILABLE", "go_away 5". */
function told({ streamId, body }: Frame): string {
  switch (body?.$case) {
    case "data":
      return `data ${streamId} ${EchoResponse.decode(body.value.payload).text}`;
    case "response": {
      const { status, metadata } = body.value;
      const ran = metadata.some(({ key }) => key === "earshot.delivery") ? " not_processed" : "";
      return `response ${streamId} ${codeName(status?.code ?? 0)}${ran}`;
    }
    case "credit":
      return `credit ${streamId} ${body.value.bytes}`;
    case "cancel":
      return `cancel ${streamId} ${codeName(body.value.code)}`;
    case "goAway":
      return `go_away ${body.value.lastStreamId} ${codeName(body.value.code)}`;
    case "ping":
      return `${body.value.ack ? "pong" : "ping"} ${body.value.token}`;
    default:
      return body?.$case ?? "nothing";
  }
}

function codeName(code: number): string {
  return Object.entries(StatusCode).find(([, value]) => value === code)?.[0] ?? String(code);
}

/** All that came, in words, once as many frames have come, or the connection is gone. */
export async function heard(client: RawClient, count: number): Promise<string[]> {
  return (await client.frames((frames) => frames.length >= count)).map(told);
}

/** All that came, in words, once a frame of that kind has. */
export async function heardUntil(client: RawClient, wanted: string): Promise<string[]> {
  return (await client.frames((frames) => frames.some((frame) => told(frame).startsWith(wanted)))).map(told);
}
