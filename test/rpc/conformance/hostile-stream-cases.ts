// Servers that break rules of streams.

import { frameBytes } from "../../helpers/raw-client.js";
import { bytes, cancel, credit, data, end } from "./client-frames.js";
import { answer, type HostileCase, response } from "./hostile-case.js";

const LOST = "UNAVAILABLE protocol_error unknown";
const REFUSED = { told: LOST, after: "go_away INVALID_ARGUMENT" } as const;
const EMPTY = new Uint8Array(0);
const MAX_UINT32 = 0xffff_ffff;
const NO_MESSAGE = bytes("0a ff");
const FAILED = { status: { code: 9, message: "no" } };
const HI = answer({ text: "hi" });
const _PINGS = Buffer.concat(
  Array.from({ length: 10_000 }, (_, token) =>
    frameBytes({ body: { $case: "ping", value: { token: BigInt(token) } } }),
  ),
);

function _goAway(lastStreamId: number, code = 0): Buffer {
  return frameBytes({ body: { $case: "goAway", value: { lastStreamId, code } } });
}

function ofBytes(length: number): Uint8Array {
  return answer({ data: new Uint8Array(length) });
}

const RESPONSE_STREAMS: readonly HostileCase[] = [
  {
    name: "a stream of responses",
    call: "serverStream",
    send: [data(1, HI), data(1, EMPTY), response(1)],
    told: "2 OK",
    after: "lives",
  },
  {
    name: "an end before the Response",
    call: "serverStream",
    send: [data(1, HI, true), response(1)],
    told: "1 OK",
    after: "lives",
  },
  {
    name: "an end that is no message",
    call: "serverStream",
    send: [data(1, HI), end(1), response(1)],
    told: "1 OK",
    after: "lives",
  },
  {
    name: "Data after its end",
    call: "serverStream",
    send: [end(1), data(1, HI)],
    told: `0 ${LOST}`,
    after: REFUSED.after,
  },
  { name: "two ends", call: "serverStream", send: [end(1), end(1)], told: `0 ${LOST}`, after: REFUSED.after },
  {
    name: "Data after the Response",
    call: "serverStream",
    send: [data(1, HI), response(1), data(1, HI), end(1), data(1, HI)],
    told: "1 OK",
    after: "lives",
  },
  {
    name: "a payload in the Response of a stream",
    call: "serverStream",
    send: [data(1, HI), response(1, { payload: HI })],
    told: "1 OK",
    after: "lives",
  },
  {
    name: "a payload that does not decode in the Response of a stream",
    call: "serverStream",
    send: [response(1, { payload: NO_MESSAGE })],
    told: "0 OK",
    after: "lives",
  },
  {
    name: "a message that does not decode",
    call: "serverStream",
    send: [data(1, HI), data(1, NO_MESSAGE), data(1, HI), response(1)],
    told: "1 INTERNAL bad_response answered",
    after: "lives",
  },
  {
    name: "a failure behind messages",
    call: "serverStream",
    send: [data(1, HI), data(1, HI), response(1, FAILED)],
    told: "2 FAILED_PRECONDITION undefined answered",
    after: "lives",
  },
  {
    name: "a Cancel behind messages",
    call: "serverStream",
    send: [data(1, HI), cancel(1)],
    told: "1 CANCELLED server_closing unknown",
    after: "lives",
  },
  {
    name: "an end of the connection behind messages",
    call: "serverStream",
    send: [data(1, HI), data(1, HI)],
    ends: true,
    told: "2 UNAVAILABLE connection_lost unknown",
    after: "closed",
  },
  {
    name: "as much Data as there is credit, and one message that overdraws it",
    call: "serverStream",
    limits: { streamWindowBytes: 65_536 },
    send: [data(1, ofBytes(60_000)), data(1, ofBytes(60_000)), response(1)],
    told: "2 OK",
    after: "lives",
  },
  {
    name: "more Data than there is credit",
    call: "unreadStream",
    limits: { streamWindowBytes: 65_536 },
    send: Array.from({ length: 4 }, () => data(1, ofBytes(60_000))),
    told: `3 ${LOST}`,
    after: "go_away RESOURCE_EXHAUSTED",
  },
  {
    name: "more empty messages than there is credit",
    call: "unreadStream",
    limits: { streamWindowBytes: 65_536 },
    send: [Buffer.concat(Array.from({ length: 65_538 }, () => data(1, EMPTY)))],
    told: `65536 ${LOST}`,
    after: "go_away RESOURCE_EXHAUSTED",
  },
  {
    name: "Data for a caller that has left",
    call: "leftStream",
    send: [data(1, HI), data(1, HI), data(1, HI), response(1)],
    told: "left",
    after: "lives",
  },
];

const REQUEST_STREAMS: readonly HostileCase[] = [
  { name: "a Response at once", call: "clientStream", send: [response(1)], told: "OK", after: "lives" },
  {
    name: "a Response before the requests end",
    call: "endlessStream",
    send: [response(1)],
    told: "OK",
    after: "lives",
  },
  {
    name: "a failure before the requests end",
    call: "endlessStream",
    send: [response(1, FAILED)],
    told: "FAILED_PRECONDITION undefined answered",
    after: "lives",
  },
  {
    name: "a stream of requests that is turned away when some of it is used up",
    call: "endlessStream",
    send: [
      response(1, {
        status: { code: 14, message: "no room" },
        metadata: [{ key: "earshot.delivery", value: { $case: "text", value: "not_processed" } }],
      }),
    ],
    told: "UNAVAILABLE undefined not_processed",
    after: "lives",
  },
  {
    name: "an end of the connection before the requests end",
    call: "endlessStream",
    send: [],
    ends: true,
    told: "UNAVAILABLE connection_lost unknown",
    after: "closed",
  },
  {
    name: "more Credit than can be",
    call: "clientStream",
    send: [credit(1, MAX_UINT32), credit(1, MAX_UINT32), response(1)],
    told: "OK",
    after: "lives",
  },
  { name: "Credit of 0", call: "clientStream", send: [credit(1, 0), response(1)], told: "OK", after: "lives" },
  {
    name: "Data where one answer is due",
    call: "clientStream",
    send: [data(1, HI), response(1)],
    told: "OK",
    after: "lives",
  },
  {
    name: "a bare end where one answer is due",
    call: "clientStream",
    send: [end(1), response(1)],
    told: "OK",
    after: "lives",
  },
  {
    name: "an answer that does not decode",
    call: "clientStream",
    send: [response(1, { payload: NO_MESSAGE })],
    told: "INTERNAL bad_response answered",
    after: "lives",
  },
  {
    name: "a stream both ways that ends at once",
    call: "bidi",
    send: [data(1, HI), response(1)],
    told: "1 OK",
    after: "lives",
  },
  {
    name: "no Hello, but a broken rule",
    call: "clientStream",
    hello: "never",
    send: [bytes("00")],
    told: "UNAVAILABLE protocol_error not_sent",
    after: "go_away INVALID_ARGUMENT",
  },
  {
    name: "no Hello, and no word at all",
    call: "clientStream",
    hello: "never",
    limits: { pingIntervalMs: 50, pingTimeoutMs: 50 },
    send: [],
    told: "UNAVAILABLE connection_lost not_sent",
    after: "closed",
  },
];

export const HOSTILE_STREAM_CASES: readonly HostileCase[] = [...RESPONSE_STREAMS, ...REQUEST_STREAMS];
