import t from "tap";
import { numbered, of, play, type Said, sniff } from "./played-capture.js";
import { record } from "./tls/hello-bytes.js";

const CONNECTIONS = 40;
/** Begins a ClientHello of 60,000 bytes that never ends. */
const BEGIN = record(0x16, Buffer.concat([Buffer.from([1, 0, 0xea, 0x60]), Buffer.alloc(8000, 3)]));

/** How many were given up before the capture ended. */
function givenUp(maxUndecidedBytes: number): number {
  const talk: readonly Said[] = [["client", BEGIN]];
  const packets = Array.from({ length: CONNECTIONS }, (_, at) => play(talk, { clientPort: 40_000 + at, end: "open" }));
  const events = sniff(numbered(packets.flat()), { limits: { maxUndecidedBytes } });
  const ids = of(events, "conversation").map(({ id }) => id);
  t.same(ids, [...ids.keys()], "each is told, the oldest first");
  const first = events.findIndex(({ event }) => event === "conversation");
  const last = events.findLastIndex(({ event }) => event === "record");
  return events.slice(first, Math.max(first, last)).filter(({ event }) => event === "conversation").length;
}

t.test("what connections say of messages that never end is kept up to a bound", async (t) => {
  t.equal(givenUp(0x4000000), 0);
  const given = givenUp(200_000);
  t.ok(given >= CONNECTIONS - 14 && given < CONNECTIONS, `${given} of ${CONNECTIONS}: half of it holds twelve`);
});
