// What the events of a server say of calls of each kind.

import t from "tap";
import { type CallEndEvent, StatusCode } from "../../../src/rpc/index.js";
import { rawClient } from "../../helpers/raw-client.js";
import { cancel, data, echoServer, end, heard, heardUntil, message, request } from "./echo-call.js";

const SERVICE = "earshot.test.v1.EchoService";

t.test("callEnd counts the messages and bytes of each kind of call", async (t) => {
  const running = await echoServer(t, {}, { padding: "off" }); // Frames that fill up a write are no call's.
  const ends: CallEndEvent[] = [];
  running.server.on("callEnd", (event) => ends.push(event));
  const client = await rawClient(t, running);
  const one = message({ text: "a" });
  const two = message({ text: "b", count: 2 });
  client.write(request(1, "Unary", { payload: one }));
  await heardUntil(client, "response 1");
  client.write(request(3, "ServerStream", { payload: two }));
  await heardUntil(client, "response 3");
  client.write(request(5, "ClientStream"), data(5, one), data(5, new Uint8Array(0)), end(5));
  await heardUntil(client, "response 5");
  client.write(request(7, "Bidi"), data(7, one), data(7, one, true));
  await heardUntil(client, "response 7");
  const lengths = frameLengths(client.bytes);
  const rest = { connectionId: 1, ran: true, code: StatusCode.OK, durationMs: Number };
  const counts = (
    requestMessages: number,
    responseMessages: number,
    requestBytes: number,
    from: number,
    to: number,
  ) => ({
    ...{ requestMessages, responseMessages, requestBytes },
    responseBytes: lengths.slice(from, to).reduce((sum, length) => sum + length, 0),
  });
  t.match(ends, [
    { ...rest, method: `${SERVICE}/Unary`, kind: "unary", ...counts(1, 1, one.length, 0, 1) },
    { ...rest, method: `${SERVICE}/ServerStream`, kind: "server_streaming", ...counts(1, 2, two.length, 1, 4) },
    { ...rest, method: `${SERVICE}/ClientStream`, kind: "client_streaming", ...counts(2, 1, one.length, 4, 5) },
    { ...rest, method: `${SERVICE}/Bidi`, kind: "bidi_streaming", ...counts(2, 2, 2 * one.length, 5, 8) },
  ]);
});

t.test("callEnd of calls that did not succeed counts what came and went all the same", async (t) => {
  const running = await echoServer(t);
  const ends: CallEndEvent[] = [];
  running.server.on("callEnd", (event) => ends.push(event));
  const client = await rawClient(t, running);
  client.write(request(1, "Bidi"), data(1, message({ text: "a" })));
  await heard(client, 1);
  client.write(
    cancel(1),
    request(3, "Bidi", { open: false }),
    request(5, "Unary", { payload: message({ text: "fail" }) }),
  );
  await heard(client, 3);
  t.match(ends, [
    { kind: "bidi_streaming", code: StatusCode.CANCELLED, requestMessages: 1, responseMessages: 1 },
    { ran: false, code: StatusCode.INVALID_ARGUMENT, requestMessages: 0, responseMessages: 0 },
    { kind: "unary", code: StatusCode.FAILED_PRECONDITION, requestMessages: 1, responseMessages: 0 },
  ]);
});

/** Lengths of short frames with their prefixes. */
function frameLengths(bytes: Buffer): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at] ?? 0) + 1;
    lengths.push(length);
    at += length;
  }
  return lengths;
}
