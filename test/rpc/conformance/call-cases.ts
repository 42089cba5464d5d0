// Rows about unary calls. PROTOCOL.md, sections 4 and 7.

import { frameBytes } from "../../helpers/raw-client.js";
import { bytes, cancel, GO_AWAY, hanging, hello, METHOD, PING, request } from "./client-frames.js";
import type { ConformanceCase } from "./conformance-case.js";

export const CALL_CASES: readonly ConformanceCase[] = [
  { name: "two requests in one write", send: [request(1), request(3)], expect: ["response 1 OK", "response 3 OK"] },
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
    send: [request(1, { method: `/${METHOD.unary}` })],
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
    name: "a Cancel of a call that ended is late",
    send: [request(1), cancel(1), PING],
    expect: ["response 1 OK", "pong 7"],
  },
  {
    name: "a Cancel ends a call without an answer",
    send: [hanging(1), cancel(1), PING],
    expect: ["pong 7"],
  },
  { name: "a Cancel of a stream that was never opened", send: [cancel(1)], expect: GO_AWAY },
  {
    name: "a cancelled call frees its stream",
    send: [1, 3, 5, 7].map((id) => hanging(id)).concat(cancel(1), request(9)),
    expect: ["response 9 OK"],
  },
  {
    name: "a fifth call before the Hello",
    send: [1, 3, 5, 7].map((id) => hanging(id)).concat(request(9)),
    expect: ["response 9 UNAVAILABLE not_processed"],
  },
  {
    name: "a fifth call after the Hello",
    send: [hello(), ...[1, 3, 5, 7].map((id) => hanging(id)), request(9)],
    expect: ["hello", "response 9 OK"],
  },
  {
    name: "a deadline that passes",
    send: [hanging(1, { timeoutMs: 1 })],
    expect: ["response 1 DEADLINE_EXCEEDED"],
  },
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
