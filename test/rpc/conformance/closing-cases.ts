// Rows about limits told in Hello, pings, and the ways in which a connection closes. PROTOCOL.md, section 5.

import { frameBytes } from "../../helpers/raw-client.js";
import {
  asking,
  cancel,
  data,
  end,
  GO_AWAY,
  hanging,
  hello,
  message,
  opening,
  PING,
  PONG,
  request,
} from "./client-frames.js";
import type { ConformanceCase } from "./conformance-case.js";

/** Far longer than any row takes. */
const LONG_MS = 10_000;
const OPEN_NO_MORE = "go_away OK up to 4294967295";
const AGREED = { minPingIntervalMs: 10 };

export const CLOSING_CASES: readonly ConformanceCase[] = [
  {
    name: "a Hello with numbers below the floor",
    send: [hello({ maxFrameBytes: 1, maxStreams: 1 }), { after: 1 }, asking(1, { count: 1, size: 60_000 })],
    expect: ["hello", "data 1 #0", "response 1 OK"],
  },
  {
    name: "a Hello of a later version with unknown features",
    send: [hello({ minor: 7, features: ["what", "ever"] }), request(1)],
    expect: ["hello", "response 1 OK"],
  },
  {
    name: "a Hello with more features than a Hello may have",
    send: [hello({ features: Array.from({ length: 33 }, (_, index) => `f${index}`) })],
    expect: GO_AWAY,
  },
  {
    name: "a streamed message longer than a caller without Hello takes",
    send: [asking(1, { count: 2, size: 70_000 }), { after: 1 }, request(3)],
    expect: ["response 1 RESOURCE_EXHAUSTED", "response 3 OK"],
  },
  {
    name: "the same for a caller that takes it",
    send: [hello(), { after: 1 }, asking(1, { count: 1, size: 70_000 })],
    expect: ["hello", "data 1 #0", "response 1 OK"],
  },
  {
    name: "a ping with the largest token",
    send: [frameBytes({ body: { $case: "ping", value: { token: 0xffff_ffff_ffff_ffffn } } })],
    expect: ["pong 18446744073709551615"],
  },
  { name: "a ping of no bytes", send: [frameBytes({ body: { $case: "ping", value: {} } })], expect: ["pong 0"] },
  {
    name: "pings amid a stream",
    send: [opening(1, "bidi"), PING, { after: 1 }, data(1, message({})), { after: 2 }, PING, { after: 3 }, end(1)],
    expect: ["pong 7", "data 1 #0", "pong 7", "response 1 OK"],
  },
  {
    name: "the server asks a silent client that agreed",
    limits: { pingIntervalMs: 20, pingTimeoutMs: LONG_MS },
    send: [hello(AGREED), hanging(1)],
    expect: ["hello", "ping"],
  },
  {
    name: "the server gives up a client that does not answer",
    limits: { pingIntervalMs: 20, pingTimeoutMs: 20 },
    send: [hello(AGREED), opening(1, "bidi")],
    expect: ["hello", "ping"],
    ends: true,
  },
  {
    name: "an answered ping is asked again",
    limits: { pingIntervalMs: 20, pingTimeoutMs: LONG_MS },
    send: [hello(AGREED), hanging(1), { after: 2 }, PONG],
    expect: ["hello", "ping", "ping"],
  },
  {
    name: "no ping without an open call",
    limits: { pingIntervalMs: 20, pingTimeoutMs: 20, idleTimeoutMs: 400 },
    send: [hello(AGREED), request(1)],
    expect: ["hello", "response 1 OK", "go_away OK up to 1"],
    ends: true,
  },
  {
    name: "no ping to a client that did not agree",
    limits: { pingIntervalMs: 20, pingTimeoutMs: 20 },
    send: [hello(), hanging(1, { timeoutMs: 150 })],
    expect: ["hello", "response 1 DEADLINE_EXCEEDED"],
  },
  {
    name: "a GoAway from a client that goes on calling",
    send: [frameBytes({ body: { $case: "goAway", value: {} } }), request(1)],
    expect: ["response 1 OK"],
  },
  {
    name: "a GoAway on a stream",
    send: [request(1), frameBytes({ streamId: 1, body: { $case: "goAway", value: {} } })],
    expect: ["response 1 OK", ...GO_AWAY],
  },
  {
    name: "nothing is said after the handshake",
    limits: { firstFrameTimeoutMs: 20 },
    send: [],
    expect: ["go_away DEADLINE_EXCEEDED"],
  },
  {
    name: "a frame that stops on the way",
    limits: { frameTimeoutMs: 50 },
    send: [PING.subarray(0, 2)],
    expect: ["go_away DEADLINE_EXCEEDED"],
  },
  {
    name: "a streamed message that stops on the way",
    limits: { frameTimeoutMs: 500 },
    send: [
      opening(1, "bidi"),
      data(1, message({ text: "hi" })),
      { after: 1 },
      data(1, new Uint8Array(9)).subarray(0, 8),
    ],
    expect: ["data 1 #0", "go_away DEADLINE_EXCEEDED"],
  },
  {
    name: "silence without a call",
    limits: { idleTimeoutMs: 400 },
    send: [request(1)],
    expect: ["response 1 OK", "go_away OK up to 1"],
    ends: true,
  },
  {
    name: "the server closes with no call open",
    send: [request(1), { after: 1 }, { serverClosesMs: LONG_MS }],
    expect: ["response 1 OK", OPEN_NO_MORE, "go_away OK up to 1"],
    ends: true,
  },
  {
    name: "the server closes: who said Hello is asked before the last id is told",
    send: [hello(), { after: 1 }, { serverClosesMs: LONG_MS }, { after: 3 }, PONG],
    expect: ["hello", OPEN_NO_MORE, "ping", "go_away OK up to 0"],
    ends: true,
  },
  {
    name: "the server closes: what was sent before its first word arrived is still taken",
    send: [hello(), { after: 1 }, { serverClosesMs: LONG_MS }, { after: 3 }, request(1), { after: 4 }, PONG],
    expect: ["hello", OPEN_NO_MORE, "ping", "response 1 OK", "go_away OK up to 1"],
    ends: true,
  },
  {
    name: "the server closes: a client that does not answer is told the last id all the same",
    send: [hello(), hanging(1), PING, { after: 2 }, { serverClosesMs: 400 }],
    expect: ["hello", "pong 7", OPEN_NO_MORE, "ping", "go_away OK up to 1", "cancel 1 UNAVAILABLE"],
    ends: true,
  },
  {
    name: "the server closes: calls above the last id are not processed",
    send: [
      ...[hello(), hanging(1), PING, { after: 2 }, { serverClosesMs: LONG_MS }, { after: 4 }, PONG, { after: 5 }],
      ...[request(3), PING, { after: 6 }, cancel(1)],
    ],
    expect: ["hello", "pong 7", OPEN_NO_MORE, "ping", "go_away OK up to 1", "pong 7"],
    ends: true,
  },
  {
    name: "the server closes: open streams go on to their end",
    send: [
      ...[opening(1, "bidi"), data(1, message({})), { after: 1 }, { serverClosesMs: LONG_MS }, { after: 3 }],
      ...[data(1, message({})), { after: 4 }, end(1)],
    ],
    expect: ["data 1 #0", OPEN_NO_MORE, "go_away OK up to 1", "data 1 #1", "response 1 OK"],
    ends: true,
  },
  {
    name: "the server closes: at the end of the grace the rest is cancelled",
    send: [opening(1, "bidi"), asking(3, { text: "hang" }), PING, { after: 1 }, { serverClosesMs: 30 }],
    expect: ["pong 7", OPEN_NO_MORE, "go_away OK up to 3", "cancel 1 UNAVAILABLE", "cancel 3 UNAVAILABLE"],
    ends: true,
  },
  {
    name: "the server closes without grace",
    send: [hello(), hanging(1), PING, { after: 2 }, { serverClosesMs: 0 }],
    expect: ["hello", "pong 7", OPEN_NO_MORE, "go_away OK up to 1", "cancel 1 UNAVAILABLE"],
    ends: true,
  },
];
