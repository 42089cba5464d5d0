// The conformance table: what a client sends, byte by byte, and what must come back. PROTOCOL.md explains each rule.

import { LoginRequest } from "../../src/gen/earshot/accounts/v1/accounts.js";
import type { Frame } from "../../src/gen/earshot/call/v1/call.js";
import { StatusCode } from "../../src/rpc/index.js";
import { delimited, frameBytes } from "../helpers/raw-client.js";

export interface ConformanceCase {
  readonly name: string;
  readonly send: readonly Uint8Array[];
  /** What must come back, in order: see {@link describeFrame}. A GoAway must be followed by the end of the connection. */
  readonly expect: readonly string[];
}

const LOGIN = "earshot.accounts.v1.AccountService/Login";
/** A handler that never answers. */
const HANG = "earshot.accounts.v1.AccountService/WhoAmI";
const TOO_LARGE = Buffer.from([0x81, 0x80, 0x04]);

function payload(username: string): Uint8Array {
  return LoginRequest.encode(LoginRequest.fromPartial({ username })).finish();
}

function request(streamId: number, fields: Record<string, unknown> = {}): Buffer {
  const value = { method: LOGIN, payload: payload(`user${streamId}`), ...fields };
  return frameBytes({ streamId, body: { $case: "request", value } });
}

function hello(fields: Record<string, unknown> = {}): Buffer {
  return frameBytes({ body: { $case: "hello", value: { maxFrameBytes: 1 << 20, ...fields } } });
}

function cancel(streamId: number): Buffer {
  return frameBytes({ streamId, body: { $case: "cancel", value: { code: 1 } } });
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

/** A frame in a few words: "response 1 OK", "go_away INVALID_ARGUMENT", "hello", "pong 7". */
export function describeFrame({ streamId, body }: Frame): string {
  switch (body?.$case) {
    case "response": {
      const { status, metadata } = body.value;
      const notProcessed = metadata.some(({ key }) => key === "earshot.delivery") ? " not_processed" : "";
      return `response ${streamId} ${codeName(status?.code ?? 0)}${notProcessed}`;
    }
    case "goAway":
      return `go_away ${codeName(body.value.code)}`;
    case "ping":
      return `${body.value.ack ? "pong" : "ping"} ${body.value.token}`;
    default:
      return body?.$case ?? "nothing";
  }
}

function codeName(code: number): string {
  return Object.entries(StatusCode).find(([, value]) => value === code)?.[0] ?? String(code);
}

const GO_AWAY = ["go_away INVALID_ARGUMENT"];
/** Shows that the connection still works. */
const PING = frameBytes({ body: { $case: "ping", value: { token: 7n } } });

export const CASES: readonly ConformanceCase[] = [
  { name: "a request without a Hello", send: [request(1)], expect: ["response 1 OK"] },
  { name: "a Hello pipelined with a request", send: [hello(), request(1)], expect: ["hello", "response 1 OK"] },
  { name: "a Hello after a request", send: [request(1), hello()], expect: ["response 1 OK", "hello"] },
  { name: "a second Hello", send: [hello(), hello()], expect: ["hello", ...GO_AWAY] },
  {
    name: "a Hello on a stream",
    send: [frameBytes({ streamId: 1, body: { $case: "hello", value: {} } })],
    expect: GO_AWAY,
  },
  { name: "two requests in one write", send: [request(1), request(3)], expect: ["response 1 OK", "response 3 OK"] },
  { name: "ids with gaps", send: [request(5), request(99)], expect: ["response 5 OK", "response 99 OK"] },
  { name: "a ping", send: [PING], expect: ["pong 7"] },
  {
    name: "an ack of a ping that was never sent",
    send: [frameBytes({ body: { $case: "ping", value: { token: 1n, ack: true } } }), PING],
    expect: ["pong 7"],
  },
  {
    name: "a ping on a stream",
    send: [frameBytes({ streamId: 1, body: { $case: "ping", value: { token: 1n } } })],
    expect: GO_AWAY,
  },
  {
    name: "an unknown method",
    send: [request(1, { method: "a.B/C" }), request(3)],
    expect: ["response 1 UNIMPLEMENTED not_processed", "response 3 OK"],
  },
  {
    name: "an empty method",
    send: [request(1, { method: "" }), PING],
    expect: ["response 1 UNIMPLEMENTED not_processed", "pong 7"],
  },
  {
    name: "a method with a leading slash",
    send: [request(1, { method: `/${LOGIN}` })],
    expect: ["response 1 UNIMPLEMENTED not_processed"],
  },
  {
    name: "an empty payload is the empty message",
    send: [request(1, { payload: new Uint8Array(0) })],
    expect: ["response 1 OK"],
  },
  {
    name: "a payload that does not decode",
    send: [request(1, { payload: bytes("0a ff") }), request(3)],
    expect: ["response 1 INVALID_ARGUMENT not_processed", "response 3 OK"],
  },
  {
    name: "a payload that ends at a zero tag",
    send: [request(1, { payload: bytes("00 01 02") })],
    expect: ["response 1 INVALID_ARGUMENT not_processed"],
  },
  {
    name: "a payload that ends at an end-group tag",
    send: [request(1, { payload: bytes("0c 0a 00") })],
    expect: ["response 1 INVALID_ARGUMENT not_processed"],
  },
  {
    name: "a payload with an unknown field",
    send: [request(1, { payload: bytes("7a 01 41") })],
    expect: ["response 1 OK"],
  },
  {
    name: "a stream of requests to a unary method",
    send: [request(1, { open: true }), PING],
    expect: ["response 1 INVALID_ARGUMENT not_processed", "pong 7"],
  },
  {
    name: "Data for a call that ended is late",
    send: [request(1), frameBytes({ streamId: 1, body: { $case: "data", value: { end: true } } }), PING],
    expect: ["response 1 OK", "pong 7"],
  },
  {
    name: "Data on a stream that was never opened",
    send: [frameBytes({ streamId: 1, body: { $case: "data", value: {} } })],
    expect: GO_AWAY,
  },
  {
    name: "a Cancel of a call that ended is late",
    send: [request(1), cancel(1), PING],
    expect: ["response 1 OK", "pong 7"],
  },
  {
    name: "a Cancel ends a call without an answer",
    send: [request(1, { method: HANG }), cancel(1), PING],
    expect: ["pong 7"],
  },
  { name: "a Cancel of a stream that was never opened", send: [cancel(1)], expect: GO_AWAY },
  {
    name: "a cancelled call frees its stream",
    send: [1, 3, 5, 7].map((id) => request(id, { method: HANG })).concat(cancel(1), request(9)),
    expect: ["response 9 OK"],
  },
  {
    name: "a fifth call before the Hello",
    send: [1, 3, 5, 7].map((id) => request(id, { method: HANG })).concat(request(9)),
    expect: ["response 9 UNAVAILABLE not_processed"],
  },
  {
    name: "a fifth call after the Hello",
    send: [hello(), ...[1, 3, 5, 7].map((id) => request(id, { method: HANG })), request(9)],
    expect: ["hello", "response 9 OK"],
  },
  {
    name: "a deadline that passes",
    send: [request(1, { method: HANG, timeoutMs: 1 })],
    expect: ["response 1 DEADLINE_EXCEEDED"],
  },
  { name: "an id used twice", send: [request(1), request(1)], expect: ["response 1 OK", ...GO_AWAY] },
  { name: "an id below the last", send: [request(3), request(1)], expect: ["response 3 OK", ...GO_AWAY] },
  { name: "an even id", send: [request(2)], expect: GO_AWAY },
  { name: "a request on stream zero", send: [request(0)], expect: GO_AWAY },
  {
    name: "a Response from a client",
    send: [request(1), frameBytes({ streamId: 1, body: { $case: "response", value: {} } })],
    expect: ["response 1 OK", ...GO_AWAY],
  },
  {
    name: "a GoAway from a client is no fault",
    send: [frameBytes({ body: { $case: "goAway", value: {} } }), PING],
    expect: ["pong 7"],
  },
  { name: "a frame of no bytes", send: [bytes("00")], expect: GO_AWAY },
  { name: "a prefix that is not minimal", send: [bytes("81 00")], expect: GO_AWAY },
  { name: "a prefix of five bytes", send: [bytes("ff ff ff ff 0f")], expect: GO_AWAY },
  { name: "a length over the floor before the Hello", send: [TOO_LARGE], expect: ["go_away RESOURCE_EXHAUSTED"] },
  {
    name: "a length over the floor after the Hello",
    send: [hello(), request(1, { payload: payload("x".repeat(70_000)) })],
    expect: ["hello", "response 1 OK"],
  },
  {
    name: "a length over the server's limit",
    send: [hello(), bytes("81 80 80 01")],
    expect: ["hello", "go_away RESOURCE_EXHAUSTED"],
  },
  { name: "a frame without a body", send: [delimited(bytes("08 01"))], expect: GO_AWAY },
  { name: "an unknown body", send: [delimited(bytes("62 01 41"))], expect: GO_AWAY },
  { name: "an unknown body marked ignorable", send: [delimited(bytes("10 01 62 01 41")), PING], expect: ["pong 7"] },
  { name: "two bodies", send: [delimited(bytes("4a 00 4a 00"))], expect: GO_AWAY },
  { name: "padding of zeros", send: [delimited(bytes("1a 02 00 00 4a 02 08 07"))], expect: ["pong 7"] },
  { name: "padding that is not zero", send: [delimited(bytes("1a 01 01 4a 02 08 07"))], expect: GO_AWAY },
  {
    name: "bytes that are no frame",
    send: [
      Buffer.from("GET / HTTP/1.1\r\nHost: example.org\r\nUser-Agent: a browser of some kind\r\nAccept: */*\r\n\r\n"),
    ],
    expect: GO_AWAY,
  },
  {
    name: "good frames before a bad one are served",
    send: [request(1), bytes("00")],
    expect: ["response 1 OK", ...GO_AWAY],
  },
  { name: "nothing after a bad frame is served", send: [bytes("00"), request(1)], expect: GO_AWAY },
  {
    name: "a metadata key in capitals",
    send: [request(1, { metadata: [{ key: "Key", value: { $case: "text", value: "v" } }] })],
    expect: ["response 1 INVALID_ARGUMENT not_processed"],
  },
  {
    name: "a metadata entry without a value",
    send: [request(1, { metadata: [{ key: "key" }] })],
    expect: ["response 1 INVALID_ARGUMENT not_processed"],
  },
  {
    name: "more metadata than the server takes",
    send: [request(1, { metadata: [{ key: "key", value: { $case: "text", value: "v".repeat(20_000) } }] })],
    expect: ["response 1 RESOURCE_EXHAUSTED not_processed"],
  },
  {
    name: "more metadata entries than a frame may have",
    send: [
      request(1, { metadata: Array.from({ length: 65 }, () => ({ key: "k", value: { $case: "text", value: "v" } })) }),
    ],
    expect: GO_AWAY,
  },
];
