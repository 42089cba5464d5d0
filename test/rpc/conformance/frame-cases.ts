// Rows about frames: their form, who may send them, stream ids, Hello and Ping. PROTOCOL.md, sections 2, 3, 5 and 7.

import { delimited, frameBytes } from "../../helpers/raw-client.js";
import { bytes, GO_AWAY, hello, message, PING, request } from "./client-frames.js";
import type { ConformanceCase } from "./conformance-case.js";

export const FRAME_CASES: readonly ConformanceCase[] = [
  { name: "a request without a Hello", send: [request(1)], expect: ["response 1 OK"] },
  { name: "a Hello pipelined with a request", send: [hello(), request(1)], expect: ["hello", "response 1 OK"] },
  { name: "a Hello after a request", send: [request(1), hello()], expect: ["response 1 OK", "hello"] },
  { name: "a second Hello", send: [hello(), hello()], expect: ["hello", ...GO_AWAY] },
  {
    name: "a Hello on a stream",
    send: [frameBytes({ streamId: 1, body: { $case: "hello", value: {} } })],
    expect: GO_AWAY,
  },
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
    name: "Data on a stream that was never opened",
    send: [frameBytes({ streamId: 1, body: { $case: "data", value: {} } })],
    expect: GO_AWAY,
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
  {
    name: "a length over the floor before the Hello",
    send: [bytes("81 80 04")],
    expect: ["go_away RESOURCE_EXHAUSTED"],
  },
  {
    name: "a length over the floor after the Hello",
    send: [hello(), request(1, { payload: message({ text: "x".repeat(70_000) }) })],
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
];
