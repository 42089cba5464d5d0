// The rows of the conformance table that a lawful client can produce, by their names, as our client produces them.

import { EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { next } from "../../helpers/rpc-pair.js";
import { all, type OurClientCase, ofBytes, single, withoutEnd } from "./our-client-case.js";

const HANG = { text: "hang" };
const HI = { text: "hi" };
const SOON = { timeoutMs: 50 };
/** For calls that wait for the server's Hello first, which a splitting proxy brings late. */
const LATER = { timeoutMs: 500 };
const ELSEWHERE = { ...EchoServiceDefinition, fullName: "a.B" } as const;
/** Goes with calls whose handler reads nothing. */
const UNREAD = { metadata: { unread: "" } };

const UNARY: Readonly<Record<string, OurClientCase>> = {
  "a Hello pipelined with a request": { call: ({ echo }) => single(echo.unary({})), told: "OK #0" },
  "an empty payload is the empty message": { call: ({ echo }) => single(echo.unary({})), told: "OK #0" },
  "an unknown method": {
    call: ({ connection }) => single(connection.client(ELSEWHERE).unary({})),
    told: "UNIMPLEMENTED undefined not_processed",
  },
  "a deadline that passes": {
    call: ({ echo }) => single(echo.unary(HANG, SOON)),
    told: "DEADLINE_EXCEEDED deadline unknown",
  },
  "a Cancel ends a call without an answer": {
    call: ({ echo }) => single(echo.unary(HANG, { signal: AbortSignal.timeout(20) })),
    told: "CANCELLED cancelled unknown",
  },
  "a length over the floor after the Hello": {
    call: ({ echo }) => single(echo.unary(ofBytes(70_000))),
    told: "OK #0",
  },
  "a fifth call after the Hello": {
    call: async ({ echo }) => {
      const hanging = [1, 2, 3, 4].map(() => single(echo.unary(HANG, SOON)));
      const fifth = await single(echo.unary({}));
      await Promise.all(hanging);
      return fifth;
    },
    told: "OK #0",
  },
  "more metadata than the server takes": {
    call: ({ echo }) => single(echo.unary({}, { metadata: { key: "v".repeat(20_000) } })),
    told: "RESOURCE_EXHAUSTED undefined not_processed",
  },
};

const STREAMS: Readonly<Record<string, OurClientCase>> = {
  "a stream of responses": { call: ({ echo }) => all(echo.serverStream({ count: 3 })), told: "#0 #1 #2 OK" },
  "an empty stream of responses": { call: ({ echo }) => all(echo.serverStream({})), told: "OK" },
  "a stream of responses that fails on the way": {
    call: ({ echo }) => all(echo.serverStream({ count: 2, text: "fail" })),
    told: "#0 #1 FAILED_PRECONDITION undefined answered",
  },
  "a stream of requests": { call: ({ echo }) => single(echo.clientStream(from(HI, HI, HI))), told: "OK #3" },
  "Data with an end and no payload is no message": {
    call: ({ echo }) => single(echo.clientStream(from())),
    told: "OK #0",
  },
  "Data without an end and without a payload is the empty message": {
    call: ({ echo }) => single(echo.clientStream(from({}))),
    told: "OK #1",
  },
  "a stream both ways": { call: ({ echo }) => all(echo.bidi(from(HI, HI))), told: "#0 #1 OK" },
  "a stream both ways without a message": { call: ({ echo }) => all(echo.bidi(from())), told: "OK" },
  "streams side by side": {
    call: async ({ echo }) => {
      const calls = [all(echo.bidi(from(HI))), single(echo.clientStream(from(HI, HI))), all(echo.bidi(from()))];
      return (await Promise.all(calls)).join(", ");
    },
    told: "#0 OK, OK #2, OK",
  },
  "a Response before the end of the requests": {
    call: ({ echo }) => single(echo.clientStream(withoutEnd(HI, { text: "stop" }))),
    told: "OK #2",
  },
  "an end of a stream both ways before the end of the requests": {
    call: ({ echo }) => all(echo.bidi(withoutEnd(HI, { text: "stop" }))),
    told: "#0 OK",
  },
  "a failure before the end of the requests": {
    call: ({ echo }) => single(echo.clientStream(withoutEnd({ text: "fail" }))),
    told: "FAILED_PRECONDITION undefined answered",
  },
  "a Cancel amid a stream of requests": {
    call: ({ echo, server }) => {
      const abort = new AbortController();
      server.once("call", () => abort.abort());
      return single(echo.clientStream(withoutEnd(HI), { signal: abort.signal }));
    },
    told: "CANCELLED cancelled unknown",
  },
  "a Cancel amid a stream of responses": {
    call: async ({ echo }) => {
      for await (const { index } of echo.serverStream({ count: 1000, size: 1000 })) {
        return `left at #${index}`;
      }
      return "it ended";
    },
    told: "left at #0",
  },
  "a stream of responses without an end, until its deadline": {
    call: ({ echo }) => all(echo.serverStream(HANG, SOON)),
    told: "DEADLINE_EXCEEDED deadline unknown",
  },
  "a stream of requests without an end, until its deadline": {
    call: ({ echo }) => single(echo.clientStream(withoutEnd(), LATER)),
    told: "DEADLINE_EXCEEDED deadline unknown",
  },
  "the server's longest stream": {
    call: ({ echo }) => all(echo.bidi(withoutEnd())),
    told: "DEADLINE_EXCEEDED undefined answered",
  },
  "a streamed message longer than the floor, after the Hello": {
    call: ({ echo }) => single(echo.clientStream(from(ofBytes(70_000)))),
    told: "OK #1",
  },
};

const CREDIT: Readonly<Record<string, OurClientCase>> = {
  "Credit can be spent": {
    call: ({ echo }) => single(echo.clientStream(from(...Array.from({ length: 10 }, () => ofBytes(32_000))))),
    told: "OK #10",
  },
  "small messages add up to Credit": {
    call: ({ echo }) => all(echo.bidi(from(...Array.from({ length: 12 }, () => ofBytes(10_000))))),
    told: "#0 #1 #2 #3 #4 #5 #6 #7 #8 #9 #10 #11 OK",
  },
  "Credit sets a waiting stream going": {
    call: ({ echo }) => all(echo.serverStream({ count: 6, size: 60_000 })),
    told: "#0 #1 #2 #3 #4 #5 OK",
  },
  "an unread stream holds up no other call": {
    call: async ({ echo }) => {
      const unread = single(echo.clientStream(withoutEnd(...[1, 2, 3].map(() => ofBytes(40_000))), UNREAD));
      const others = await Promise.all([single(echo.unary({})), all(echo.serverStream({ count: 1 }))]);
      return `${others.join(", ")}, ${await Promise.race([unread, "still open"])}`;
    },
    told: "OK #0, #0 OK, still open",
  },
  "more unread bytes than the connection may have end the call that brought them": {
    call: ({ echo }) => single(echo.clientStream(withoutEnd(ofBytes(40_000), ofBytes(40_000)), UNREAD)),
    told: "RESOURCE_EXHAUSTED undefined answered",
  },
};

const CLOSING: Readonly<Record<string, OurClientCase>> = {
  "the same for a caller that takes it": {
    call: ({ echo }) => all(echo.serverStream({ count: 1, size: 70_000 })),
    told: "#0 OK",
  },
  "the server asks a silent client that agreed": {
    call: ({ echo }) => single(echo.unary({ delayMs: 200 })),
    told: "OK #0",
  },
  "silence without a call": {
    call: async ({ echo, connection }) => {
      const closed = next(connection, "close");
      await echo.unary({});
      await closed;
      return single(echo.unary({}));
    },
    told: "UNAVAILABLE server_closing not_sent",
  },
  "the server closes with no call open": {
    call: async ({ echo, connection, server }) => {
      const closed = next(connection, "close");
      await echo.unary({});
      await server.close();
      await closed;
      return single(echo.unary({}));
    },
    told: "UNAVAILABLE server_closing not_sent",
  },
  "the server closes: open streams go on to their end": {
    call: ({ echo, server }) => {
      const twice = async function* () {
        yield HI;
        server.close({ graceMs: 10_000 });
        yield HI;
      };
      return all(echo.bidi(twice()));
    },
    told: "#0 #1 OK",
  },
  "the server closes: at the end of the grace the rest is cancelled": {
    call: async ({ echo, server }) => {
      const called = next(server, "call");
      const told = all(echo.serverStream(HANG));
      await called;
      server.close({ graceMs: 30 });
      return told;
    },
    told: "UNAVAILABLE server_closing unknown",
  },
};

export const OUR_CLIENT_CASES: ReadonlyMap<string, OurClientCase> = new Map(
  Object.entries({ ...UNARY, ...STREAMS, ...CREDIT, ...CLOSING }),
);

async function* from<T>(...messages: T[]): AsyncGenerator<T> {
  yield* messages;
}
