import t from "tap";
import type { Frame } from "../../src/wire/frame.js";
import { StreamIds } from "../../src/wire/stream-ids.js";

const NO_BYTES = new Uint8Array(0);
const request = (streamId: number): Frame => ({
  kind: "request",
  streamId,
  method: "a.B/C",
  timeoutMs: 0,
  open: false,
  credit: 0,
  metadata: [],
  payload: NO_BYTES,
});
const response = (streamId: number): Frame => ({
  kind: "response",
  streamId,
  status: undefined,
  metadata: [],
  payload: NO_BYTES,
});
const cancel = (streamId: number): Frame => ({ kind: "cancel", streamId, code: 1, reason: "" });
const ping = (streamId: number): Frame => ({ kind: "ping", streamId, token: 0n, ack: false });

t.test("a server takes odd ids that increase, with gaps, and knows those it has seen", async (t) => {
  const ids = new StreamIds("server");
  t.equal(ids.receive(request(1), 0), "opened");
  t.equal(ids.receive(request(7), 10), "opened");
  t.equal(ids.last, 7);
  t.equal(ids.receive(cancel(1), 20), "known");
  t.equal(ids.receive({ kind: "data", streamId: 7, end: true, payload: NO_BYTES }, 30), "known");
  t.equal(ids.receive({ kind: "credit", streamId: 7, bytes: 1 }, 30), "known");
  t.equal(ids.receive(ping(0), 40), "connection");
  t.equal(ids.receive(request(0xffffffff), 50), "opened");
});

t.test("a client counts up in odd ids and knows the answers to them", async (t) => {
  const ids = new StreamIds("client");
  t.equal(ids.allocate(), 1);
  t.equal(ids.allocate(), 3);
  t.equal(ids.receive(response(1), 0), "known");
  t.equal(ids.receive({ kind: "unknown", streamId: 2, bodyField: 99 }, 0), "connection");
});

t.test("a client that used the last id gets none", async (t) => {
  const ids = new StreamIds("client");
  ids.allocate();
  // 2^31 ids would take minutes to count; a peer's requests move the same number.
  const used = new StreamIds("server");
  used.receive(request(0xfffffffd), 0);
  t.equal(used.allocate(), 0xffffffff);
  t.equal(used.allocate(), undefined);
});

const opened = (side: "client" | "server") => {
  const ids = new StreamIds(side);
  if (side === "client") {
    ids.allocate();
    ids.allocate();
  } else {
    ids.receive(request(3), 0);
  }
  return ids;
};

const REFUSALS: [string, "client" | "server", Frame, string][] = [
  ["a request on stream 0", "server", request(0), "stream_id_zero"],
  ["a request on an even stream", "server", request(4), "stream_id_even"],
  ["a request on the same stream again", "server", request(3), "stream_id_reused"],
  ["a request on a lower stream", "server", request(1), "stream_id_reused"],
  ["a response from a client", "server", response(3), "wrong_direction"],
  ["a request from a server", "client", request(5), "wrong_direction"],
  ["a response on stream 0", "client", response(0), "stream_id_zero"],
  ["a response to a call never made", "client", response(5), "stream_id_unopened"],
  ["a cancel of a stream never opened", "server", cancel(5), "stream_id_unopened"],
  ["a cancel of an even stream", "server", cancel(2), "stream_id_even"],
  ["a ping on a stream", "server", ping(3), "stream_id_not_zero"],
];

for (const [name, side, frame, code] of REFUSALS) {
  t.test(`refuses ${name} as ${code}`, async (t) => {
    t.throws(() => opened(side).receive(frame, 77), { name: "WireError", code, blame: "peer", offset: 77 });
  });
}
