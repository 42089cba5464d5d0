// Servers that break rules of the connection and of unary calls.

import { frameBytes } from "../../helpers/raw-client.js";
import { bytes, cancel, credit, data, request } from "./client-frames.js";
import { answer, HELLO, type HostileCase, response } from "./hostile-case.js";

const LOST = "UNAVAILABLE protocol_error unknown";
const REFUSED = { told: LOST, after: "go_away INVALID_ARGUMENT" } as const;
const _EMPTY = new Uint8Array(0);
const MAX_UINT32 = 0xffff_ffff;
const NO_MESSAGE = bytes("0a ff");
const FAILED = { status: { code: 9, message: "no" } };
const HI = answer({ text: "hi" });
const PINGS = Buffer.concat(
  Array.from({ length: 10_000 }, (_, token) =>
    frameBytes({ body: { $case: "ping", value: { token: BigInt(token) } } }),
  ),
);

function goAway(lastStreamId: number, code = 0): Buffer {
  return frameBytes({ body: { $case: "goAway", value: { lastStreamId, code } } });
}

function _ofBytes(length: number): Uint8Array {
  return answer({ data: new Uint8Array(length) });
}

export const HOSTILE_UNARY_CASES: readonly HostileCase[] = [
  { name: "a Response to a stream that was never opened", call: "unary", send: [response(3)], ...REFUSED },
  { name: "a Response on an even stream", call: "unary", send: [response(2)], ...REFUSED },
  { name: "a Response on stream zero", call: "unary", send: [response(0)], ...REFUSED },
  { name: "a second Response", call: "unary", send: [response(1), response(1)], told: "OK", after: "lives" },
  { name: "a Cancel behind the Response", call: "unary", send: [response(1), cancel(1)], told: "OK", after: "lives" },
  { name: "Data on a unary call", call: "unary", send: [data(1, HI), response(1)], told: "OK", after: "lives" },
  { name: "Data behind the Response", call: "unary", send: [response(1), data(1, HI)], told: "OK", after: "lives" },
  { name: "Data on a stream that was never opened", call: "unary", send: [data(7, HI)], ...REFUSED },
  { name: "Credit for a unary call", call: "unary", send: [credit(1, 9), response(1)], told: "OK", after: "lives" },
  { name: "Credit on a stream that was never opened", call: "unary", send: [credit(3, 9)], ...REFUSED },
  { name: "a Request from the server", call: "unary", send: [request(3)], ...REFUSED },
  { name: "a second Hello", call: "unary", send: [HELLO], ...REFUSED },
  {
    name: "a Hello on a stream",
    call: "unary",
    send: [frameBytes({ streamId: 1, body: { $case: "hello", value: {} } })],
    ...REFUSED,
  },
  {
    name: "a ping on a stream",
    call: "unary",
    send: [frameBytes({ streamId: 1, body: { $case: "ping", value: {} } })],
    ...REFUSED,
  },
  { name: "ten thousand pings", call: "unary", send: [PINGS, response(1)], told: "OK", after: "lives" },
  {
    name: "answers to pings that were never sent",
    call: "unary",
    send: [frameBytes({ body: { $case: "ping", value: { token: 5n, ack: true } } }), response(1)],
    told: "OK",
    after: "lives",
  },
  { name: "a frame of no bytes", call: "unary", send: [bytes("00")], ...REFUSED },
  { name: "two bodies", call: "unary", send: [bytes("04 4a 00 4a 00")], ...REFUSED },
  {
    name: "a length over the client's limit",
    call: "unary",
    send: [bytes("ff ff ff 7f")],
    told: LOST,
    after: "go_away RESOURCE_EXHAUSTED",
  },
  {
    name: "a Response that does not decode",
    call: "unary",
    send: [response(1, { payload: NO_MESSAGE })],
    told: "INTERNAL bad_response answered",
    after: "lives",
  },
  {
    name: "a status that nobody knows",
    call: "unary",
    send: [response(1, { status: { code: 99 } })],
    told: "UNKNOWN undefined answered",
    after: "lives",
  },
  {
    name: "a status of OK that has a message",
    call: "unary",
    send: [response(1, { status: { code: 0, message: "fine" } })],
    told: "OK",
    after: "lives",
  },
  {
    name: "a delivery that nobody knows",
    call: "unary",
    send: [response(1, { ...FAILED, metadata: [{ key: "earshot.delivery", value: { $case: "text", value: "x" } }] })],
    told: "FAILED_PRECONDITION undefined answered",
    after: "lives",
  },
  {
    name: "metadata without form or value",
    call: "unary",
    send: [response(1, { metadata: [{ key: "A Key" }] })],
    told: "OK",
    after: "lives",
  },
  {
    name: "a Cancel with a code of OK",
    call: "unary",
    send: [frameBytes({ streamId: 1, body: { $case: "cancel", value: {} } })],
    told: "UNKNOWN server_closing unknown",
    after: "lives",
  },
  {
    name: "a GoAway with an even last id above the call's",
    call: "unary",
    send: [goAway(2), response(1)],
    told: "OK",
    after: "closed",
  },
  {
    name: "a GoAway below the call",
    call: "unary",
    send: [goAway(0), response(1)],
    told: "UNAVAILABLE server_closing not_processed",
    after: "closed",
  },
  {
    name: "a second GoAway that takes back the first",
    call: "unary",
    send: [goAway(0), goAway(MAX_UINT32), response(1)],
    told: "UNAVAILABLE server_closing not_processed",
    after: "closed",
  },
  {
    name: "a GoAway that blames the client, and the answer behind it",
    call: "unary",
    send: [goAway(1, 3), response(1)],
    told: "OK",
    after: "closed",
  },
  {
    name: "a GoAway that blames the client, and nothing behind it",
    call: "unary",
    send: [goAway(1, 3)],
    ends: true,
    told: "UNAVAILABLE server_closing unknown",
    after: "closed",
  },
  {
    name: "an end within a frame",
    call: "unary",
    send: [response(1, { payload: HI }).subarray(0, 6)],
    ends: true,
    told: "UNAVAILABLE connection_lost unknown",
    after: "closed",
  },
];
