// Rows about streams of messages: how they begin, what ends them, and what is late or wrong. PROTOCOL.md, section 4.

import {
  asking,
  bytes,
  cancel,
  data,
  end,
  GO_AWAY,
  hanging,
  hello,
  METHOD,
  message,
  opening,
  PING,
  request,
  UNREAD,
} from "./client-frames.js";
import type { ConformanceCase } from "./conformance-case.js";

const HI = message({ text: "hi" });
const STOP = message({ text: "stop" });
const HANG = message({ text: "hang" });
const EMPTY = new Uint8Array(0);
const NO_MESSAGE = bytes("0a ff");

export const STREAM_CASES: readonly ConformanceCase[] = [
  {
    name: "a stream of responses",
    send: [asking(1, { count: 3 })],
    expect: ["data 1 #0", "data 1 #1", "data 1 #2", "response 1 OK"],
  },
  { name: "an empty stream of responses", send: [asking(1, { count: 0 })], expect: ["response 1 OK"] },
  {
    name: "a stream of responses that fails on the way",
    send: [asking(1, { count: 2, text: "fail" })],
    expect: ["data 1 #0", "data 1 #1", "response 1 FAILED_PRECONDITION"],
  },
  {
    name: "a stream of requests",
    send: [opening(1, "clientStream"), data(1, HI), data(1, HI), data(1, HI), end(1)],
    expect: ["response 1 OK #3"],
  },
  {
    name: "the last message carries the end",
    send: [opening(1, "clientStream"), data(1, HI), data(1, HI, true)],
    expect: ["response 1 OK #2"],
  },
  {
    name: "Data with an end and no payload is no message",
    send: [opening(1, "clientStream"), end(1)],
    expect: ["response 1 OK"],
  },
  {
    name: "Data without an end and without a payload is the empty message",
    send: [opening(1, "clientStream"), data(1, EMPTY), end(1)],
    expect: ["response 1 OK #1"],
  },
  {
    name: "a stream both ways",
    send: [opening(1, "bidi"), data(1, HI), { after: 1 }, data(1, HI), { after: 2 }, end(1)],
    expect: ["data 1 #0", "data 1 #1", "response 1 OK"],
  },
  {
    name: "a stream both ways without a message",
    send: [opening(1, "bidi"), end(1)],
    expect: ["response 1 OK"],
  },
  {
    name: "streams side by side",
    send: [
      ...[opening(1, "bidi"), opening(3, "clientStream"), opening(5, "bidi"), data(5, HI)],
      ...[{ after: 1 }, data(3, HI, true), { after: 2 }, data(1, HI, true), { after: 4 }, end(5)],
    ],
    expect: ["data 5 #0", "response 3 OK #1", "data 1 #0", "response 1 OK", "response 5 OK"],
  },
  {
    name: "a stream of requests that was not opened as one",
    send: [request(1, { method: METHOD.clientStream }), PING],
    expect: ["response 1 INVALID_ARGUMENT not_processed", "pong 7"],
  },
  {
    name: "a stream both ways that was not opened as one",
    send: [request(1, { method: METHOD.bidi, payload: EMPTY }), PING],
    expect: ["response 1 INVALID_ARGUMENT not_processed", "pong 7"],
  },
  {
    name: "an open Request with a payload",
    send: [opening(1, "clientStream", { payload: HI }), PING],
    expect: ["response 1 INVALID_ARGUMENT not_processed", "pong 7"],
  },
  {
    name: "a stream of requests to a method that takes one and streams back",
    send: [asking(1, { count: 1 }, { open: true, payload: EMPTY }), PING],
    expect: ["response 1 INVALID_ARGUMENT not_processed", "pong 7"],
  },
  {
    name: "Data behind a refused call is late",
    send: [opening(1, "bidi", { method: "a.B/C" }), data(1, HI), end(1), PING],
    expect: ["response 1 UNIMPLEMENTED not_processed", "pong 7"],
  },
  {
    name: "Data for a unary call",
    send: [hanging(1), data(1, HI), end(1), data(1, HI), PING],
    expect: ["pong 7"],
  },
  {
    name: "Data for a call with a stream of responses alone",
    send: [asking(1, { text: "hang" }), data(1, HI, true), data(1, HI), PING],
    expect: ["pong 7"],
  },
  {
    name: "Data before its Request",
    send: [opening(1, "bidi"), data(3, HI), opening(3, "bidi")],
    expect: GO_AWAY,
  },
  { name: "Data on stream zero", send: [opening(1, "bidi"), data(0, HI)], expect: GO_AWAY },
  { name: "Data on an even stream", send: [opening(3, "bidi"), data(2, HI)], expect: GO_AWAY },
  {
    name: "Data after the end",
    send: [opening(1, "clientStream", UNREAD), end(1), data(1, HI)],
    expect: GO_AWAY,
  },
  { name: "two ends", send: [opening(1, "clientStream", UNREAD), end(1), end(1)], expect: GO_AWAY },
  {
    name: "an end behind a last message that carried one",
    send: [opening(1, "bidi", UNREAD), data(1, HI, true), end(1)],
    expect: GO_AWAY,
  },
  {
    name: "a message that does not decode",
    send: [opening(1, "clientStream"), data(1, NO_MESSAGE), { after: 1 }, request(3)],
    expect: ["response 1 INVALID_ARGUMENT", "response 3 OK"],
  },
  {
    name: "a message that does not decode behind good ones",
    send: [opening(1, "bidi"), data(1, HI), { after: 1 }, data(1, NO_MESSAGE), { after: 2 }, data(1, HI), PING],
    expect: ["data 1 #0", "response 1 INVALID_ARGUMENT", "pong 7"],
  },
  {
    name: "a Response before the end of the requests",
    send: [opening(1, "clientStream"), data(1, STOP), { after: 1 }, data(1, HI), end(1), data(1, HI), PING],
    expect: ["response 1 OK #1", "pong 7"],
  },
  {
    name: "an end of a stream both ways before the end of the requests",
    send: [opening(1, "bidi"), data(1, STOP), { after: 1 }, data(1, HI), end(1), PING],
    expect: ["response 1 OK", "pong 7"],
  },
  {
    name: "a failure before the end of the requests",
    send: [opening(1, "clientStream"), data(1, message({ text: "fail" })), { after: 1 }, end(1), PING],
    expect: ["response 1 FAILED_PRECONDITION", "pong 7"],
  },
  {
    name: "a Cancel amid a stream of requests",
    send: [opening(1, "clientStream"), data(1, HI), cancel(1), data(1, HI), end(1), PING],
    expect: ["pong 7"],
  },
  {
    name: "a Cancel amid a stream of responses",
    send: [asking(1, { count: 1000 }, { credit: 1 }), { after: 1 }, cancel(1), PING, { after: 2 }, PING],
    expect: ["data 1 #0", "pong 7", "pong 7"],
  },
  {
    name: "a Cancel amid a stream both ways",
    send: [opening(1, "bidi"), data(1, HI), { after: 1 }, data(1, HANG), cancel(1), request(3)],
    expect: ["data 1 #0", "response 3 OK"],
  },
  {
    name: "a stream of responses without an end, until its deadline",
    send: [asking(1, { text: "hang" }, { timeoutMs: 1 })],
    expect: ["response 1 DEADLINE_EXCEEDED"],
  },
  {
    name: "a stream of requests without an end, until its deadline",
    send: [opening(1, "clientStream", { timeoutMs: 1 })],
    expect: ["response 1 DEADLINE_EXCEEDED"],
  },
  {
    name: "the server's longest stream",
    limits: { maxStreamingMs: 20 },
    send: [opening(1, "bidi")],
    expect: ["response 1 DEADLINE_EXCEEDED"],
  },
  {
    name: "open streams count as calls before the Hello",
    send: [...([1, 3, 5, 7] as const).map((id) => opening(id, "bidi")), request(9), end(1), { after: 2 }, request(11)],
    expect: ["response 9 UNAVAILABLE not_processed", "response 1 OK", "response 11 OK"],
  },
  {
    name: "a cancelled stream frees its place",
    send: [...([1, 3, 5, 7] as const).map((id) => opening(id, "clientStream")), cancel(5), request(9)],
    expect: ["response 9 OK"],
  },
  {
    name: "a streamed message longer than the floor, after the Hello",
    send: [
      ...[hello(), { after: 1 }, opening(1, "clientStream")],
      ...[data(1, message({ data: new Uint8Array(70_000) })), { after: 2 }, end(1)],
    ],
    expect: ["hello", "credit 1 70004", "response 1 OK #1"],
  },
  {
    name: "a streamed message longer than the floor, before the Hello",
    send: [opening(1, "clientStream"), data(1, message({ data: new Uint8Array(70_000) }))],
    expect: ["go_away RESOURCE_EXHAUSTED"],
  },
  {
    name: "streams whose ids lie as far apart as they can",
    send: [
      ...[opening(1, "bidi"), opening(65_537, "bidi"), opening(4_294_967_295, "bidi"), data(4_294_967_295, HI)],
      ...[
        { after: 1 },
        data(65_537, HI),
        { after: 2 },
        data(1, HI, true),
        { after: 4 },
        end(4_294_967_295),
        end(65_537),
      ],
    ],
    expect: [
      ...["data 4294967295 #0", "data 65537 #0", "data 1 #0", "response 1 OK"],
      ...["response 4294967295 OK", "response 65537 OK"],
    ],
  },
  {
    name: "nothing can follow the highest id",
    send: [request(4_294_967_295), request(1)],
    expect: ["response 4294967295 OK", ...GO_AWAY],
  },
  {
    name: "an old stream amid thousands of newer ones",
    send: [
      ...[opening(1, "bidi"), Buffer.concat(Array.from({ length: 1_000 }, (_, index) => request(2 * index + 3)))],
      ...[{ after: 1_000 }, data(1, HI, true)],
    ],
    expect: [
      ...Array.from({ length: 1_000 }, (_, index) => `response ${2 * index + 3} OK`),
      ...["data 1 #0", "response 1 OK"],
    ],
  },
];
