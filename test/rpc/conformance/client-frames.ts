// The frames that the rows of the table send, written by the generated encoder alone.

import type { Frame, Hello } from "../../../src/gen/earshot/call/v1/call.js";
import { EchoRequest } from "../../gen/earshot/test/v1/echo.js";
import { UNREAD_KEY } from "../../helpers/echo-service.js";
import { frameBytes } from "../../helpers/raw-client.js";

const SERVICE = "earshot.test.v1.EchoService";
export const METHOD = {
  unary: `${SERVICE}/Unary`,
  serverStream: `${SERVICE}/ServerStream`,
  clientStream: `${SERVICE}/ClientStream`,
  bidi: `${SERVICE}/Bidi`,
} as const;

const NO_BYTES = new Uint8Array(0);
/** What a client that says nothing of it could take: enough for every row that does not try the limits. */
const CREDIT_BYTES = 65_536;

export function message(fields: Parameters<typeof EchoRequest.fromPartial>[0]): Uint8Array {
  return EchoRequest.encode(EchoRequest.fromPartial(fields)).finish();
}

/** A message of so many bytes, as it counts against credit. */
export function messageOfBytes(bytes: number): Uint8Array {
  const head = message({ data: new Uint8Array(bytes) }).length - bytes;
  return message({ data: new Uint8Array(bytes - head) });
}

export function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

export function request(streamId: number, fields: Record<string, unknown> = {}): Buffer {
  const value = { method: METHOD.unary, payload: message({ text: `text ${streamId}` }), ...fields };
  return frameBytes({ streamId, body: { $case: "request", value } });
}

/** A unary call that is never answered. */
export function hanging(streamId: number, fields: Record<string, unknown> = {}): Buffer {
  return request(streamId, { payload: message({ text: "hang" }), ...fields });
}

/** A call with a stream of responses. */
export function asking(
  streamId: number,
  wish: Parameters<typeof EchoRequest.fromPartial>[0],
  fields: Record<string, unknown> = {},
): Buffer {
  return request(streamId, {
    method: METHOD.serverStream,
    credit: CREDIT_BYTES,
    payload: message(wish),
    ...fields,
  });
}

/** A call with a stream of requests. */
export function opening(
  streamId: number,
  method: "clientStream" | "bidi",
  fields: Record<string, unknown> = {},
): Buffer {
  const credit = method === "bidi" ? CREDIT_BYTES : 0;
  return request(streamId, { method: METHOD[method], open: true, credit, payload: NO_BYTES, ...fields });
}

/** The handler of such a call reads nothing. */
export const UNREAD = { metadata: [{ key: UNREAD_KEY, value: { $case: "text", value: "" } }] };

/** The handler of such a call answers without having read anything. */
export const ANSWERED_UNREAD = { metadata: [{ key: UNREAD_KEY, value: { $case: "text", value: "stop" } }] };

export function data(streamId: number, payload: Uint8Array, end = false): Buffer {
  return frameBytes({ streamId, body: { $case: "data", value: { payload, end } } });
}

/** The end of a stream, and no message. */
export function end(streamId: number): Buffer {
  return data(streamId, NO_BYTES, true);
}

export function credit(streamId: number, amount: number): Buffer {
  return frameBytes({ streamId, body: { $case: "credit", value: { bytes: amount } } });
}

export function hello(fields: Partial<Hello> = {}): Buffer {
  return frameBytes({ body: { $case: "hello", value: { maxFrameBytes: 1 << 20, ...fields } } });
}

export function cancel(streamId: number): Buffer {
  return frameBytes({ streamId, body: { $case: "cancel", value: { code: 1 } } });
}

/** Shows that the connection still works. */
export const PING = frameBytes({ body: { $case: "ping", value: { token: 7n } } });

/** The answer to the last ping that came. */
export const PONG = {
  reply: (frames: readonly Frame[]): Buffer => {
    const pings = frames.flatMap(({ body }) => (body?.$case === "ping" && !body.value.ack ? [body.value.token] : []));
    return frameBytes({ body: { $case: "ping", value: { token: pings.at(-1) ?? 0n, ack: true } } });
  },
};

export const GO_AWAY = ["go_away INVALID_ARGUMENT"];
