// Rows about byte credit: who may send how much, and what a sender without credit gets. PROTOCOL.md, section 4.

import {
  ANSWERED_UNREAD,
  asking,
  cancel,
  credit,
  data,
  end,
  GO_AWAY,
  hanging,
  hello,
  message,
  messageOfBytes,
  opening,
  PING,
  request,
  UNREAD,
} from "./client-frames.js";
import type { ConformanceCase } from "./conformance-case.js";

const MAX_UINT32 = 0xffff_ffff;
const EMPTY = new Uint8Array(0);
const BEYOND = ["go_away RESOURCE_EXHAUSTED"];
/** Half of the smallest window, which is that of the server of these rows. */
const HALF = messageOfBytes(32_768);
/** Two pings: what a server would send of itself has time to come before the second answer. */
const PINGS = [PING, { after: 1 }, PING];
const PONGS = ["pong 7", "pong 7"];

function empties(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => data(1, EMPTY)));
}

export const CREDIT_CASES: readonly ConformanceCase[] = [
  { name: "no credit, no Data", send: [asking(1, { count: 3 }, { credit: 0 }), ...PINGS], expect: PONGS },
  {
    name: "no credit, and no message: the Response needs none",
    send: [asking(1, { count: 0 }, { credit: 0 })],
    expect: ["response 1 OK"],
  },
  {
    name: "the last credit lets a larger message pass, and no second one",
    send: [asking(1, { count: 3, size: 500 }, { credit: 1 }), { after: 1 }, PING, { after: 2 }, PING],
    expect: ["data 1 #0", ...PONGS],
  },
  {
    name: "Credit sets a waiting stream going",
    send: [asking(1, { count: 3 }, { credit: 0 }), PING, { after: 1 }, credit(1, 1000)],
    expect: ["pong 7", "data 1 #0", "data 1 #1", "data 1 #2", "response 1 OK"],
  },
  {
    name: "Credit that is less than what was overdrawn",
    send: [asking(1, { count: 2, size: 500 }, { credit: 1 }), { after: 1 }, credit(1, 400), PING, { after: 2 }, PING],
    expect: ["data 1 #0", ...PONGS],
  },
  {
    name: "Credit of 0",
    send: [asking(1, { count: 2 }, { credit: 0 }), credit(1, 0), ...PINGS],
    expect: PONGS,
  },
  {
    name: "Credit that adds up to more than a credit can be",
    send: [
      asking(1, { count: 2, size: 100 }, { credit: 0 }),
      Buffer.concat([credit(1, MAX_UINT32), credit(1, MAX_UINT32), credit(1, 1)]),
    ],
    expect: ["data 1 #0", "data 1 #1", "response 1 OK"],
  },
  {
    name: "a Request with all the credit there is, and more",
    send: [opening(1, "bidi", { credit: MAX_UINT32 }), credit(1, MAX_UINT32), data(1, EMPTY), { after: 1 }, end(1)],
    expect: ["data 1 #0", "response 1 OK"],
  },
  {
    name: "Credit for a call that ended",
    send: [asking(1, { count: 1 }), { after: 2 }, credit(1, 1000), PING],
    expect: ["data 1 #0", "response 1 OK", "pong 7"],
  },
  {
    name: "Credit for a call that was cancelled",
    send: [asking(1, { count: 9 }, { credit: 0 }), cancel(1), credit(1, 1000), ...PINGS],
    expect: PONGS,
  },
  { name: "Credit for a unary call", send: [hanging(1), credit(1, 1000), PING], expect: ["pong 7"] },
  { name: "Credit on a stream that was never opened", send: [credit(1, 1)], expect: GO_AWAY },
  { name: "Credit on stream zero", send: [credit(0, 1)], expect: GO_AWAY },
  {
    name: "as many requests as there is credit",
    send: [opening(1, "clientStream", UNREAD), data(1, HALF), data(1, HALF), PING],
    expect: ["pong 7"],
  },
  {
    name: "one message beyond the credit",
    send: [opening(1, "clientStream", UNREAD), data(1, HALF), data(1, HALF), data(1, message({ text: "a" }))],
    expect: BEYOND,
  },
  {
    name: "an empty message beyond the credit",
    send: [opening(1, "clientStream", UNREAD), data(1, HALF), data(1, HALF), data(1, EMPTY)],
    expect: BEYOND,
  },
  {
    name: "the end needs no credit",
    send: [opening(1, "clientStream", UNREAD), data(1, HALF), data(1, HALF), end(1), PING],
    expect: ["pong 7"],
  },
  {
    name: "the last byte of credit lets one large message pass",
    send: [opening(1, "bidi", UNREAD), data(1, HALF), data(1, messageOfBytes(32_767)), data(1, HALF), PING],
    expect: ["pong 7"],
  },
  {
    name: "a message behind the one that overdrew",
    send: [opening(1, "bidi", UNREAD), data(1, HALF), data(1, messageOfBytes(32_767)), data(1, HALF), data(1, EMPTY)],
    expect: BEYOND,
  },
  {
    name: "empty messages cost a byte each",
    send: [opening(1, "clientStream", UNREAD), data(1, HALF), data(1, messageOfBytes(32_748)), empties(20), PING],
    expect: ["pong 7"],
  },
  {
    name: "one empty message too many",
    send: [opening(1, "clientStream", UNREAD), data(1, HALF), data(1, messageOfBytes(32_748)), empties(21)],
    expect: BEYOND,
  },
  {
    name: "Credit comes when half the floor was read",
    send: [opening(1, "clientStream"), data(1, HALF), { after: 1 }, end(1)],
    expect: ["credit 1 32768", "response 1 OK #1"],
  },
  {
    name: "no Credit before that",
    send: [opening(1, "clientStream"), data(1, messageOfBytes(32_767)), PING, { after: 1 }, end(1)],
    expect: ["pong 7", "response 1 OK #1"],
  },
  {
    name: "small messages add up to Credit",
    send: [
      ...[opening(1, "clientStream"), ...Array.from({ length: 4 }, () => data(1, messageOfBytes(10_000)))],
      ...[{ after: 1 }, end(1)],
    ],
    expect: ["credit 1 40000", "response 1 OK #4"],
  },
  {
    name: "Credit can be spent",
    send: [
      ...[opening(1, "clientStream"), data(1, HALF), data(1, HALF), { after: 2 }],
      ...[data(1, HALF), data(1, HALF), { after: 4 }, end(1)],
    ],
    expect: [...Array.from({ length: 4 }, () => "credit 1 32768"), "response 1 OK #4"],
  },
  {
    name: "a window above the floor",
    limits: { streamWindowBytes: 131_072 },
    send: [
      hello(),
      { after: 1 },
      opening(1, "bidi", UNREAD),
      ...[HALF, HALF, HALF, HALF].map((part) => data(1, part)),
      PING,
    ],
    expect: ["hello", "pong 7"],
  },
  {
    name: "an unread stream holds up no other call",
    send: [
      opening(1, "clientStream", UNREAD),
      data(1, HALF),
      data(1, HALF),
      asking(3, { count: 1 }),
      { after: 2 },
      request(5),
    ],
    expect: ["data 3 #0", "response 3 OK", "response 5 OK"],
  },
  {
    name: "more unread bytes than the connection may have end the call that brought them",
    limits: { maxOpenRequestBytes: 50_000 },
    send: [opening(1, "clientStream", UNREAD), data(1, HALF), data(1, HALF), { after: 1 }, data(1, HALF), request(3)],
    expect: ["response 1 RESOURCE_EXHAUSTED", "response 3 OK"],
  },
  {
    name: "unread bytes of one call leave less for the next",
    limits: { maxOpenRequestBytes: 50_000 },
    send: [
      ...[opening(1, "clientStream", UNREAD), data(1, HALF), opening(3, "clientStream", UNREAD), data(3, HALF)],
      ...[{ after: 1 }, cancel(1), opening(5, "clientStream", UNREAD), data(5, HALF), PING],
    ],
    expect: ["response 3 RESOURCE_EXHAUSTED", "pong 7"],
  },
  {
    name: "what an answered call has not read counts no longer",
    limits: { maxOpenRequestBytes: 15_000 },
    send: [
      Buffer.concat([...[opening(1, "clientStream", ANSWERED_UNREAD), data(1, messageOfBytes(10_000))]]),
      ...[{ after: 1 }, opening(3, "clientStream", UNREAD), data(3, messageOfBytes(10_000)), PING],
    ],
    expect: ["response 1 OK", "pong 7"],
  },
];
