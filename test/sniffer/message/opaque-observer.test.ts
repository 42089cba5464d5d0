import t from "tap";
import { OpaqueObserver } from "../../../src/sniffer/message/opaque-observer.js";
import { type ObserveOptions, observe, type Turn } from "./observed-talk.js";

const watch = (application: string, turns: readonly Turn[], options?: ObserveOptions) =>
  observe((conversation) => new OpaqueObserver(conversation, application), turns, options);
const HELLO = Buffer.from(`160301002f0100002b0303${"11".repeat(32)}000002130101000000`, "hex");

t.test("bytes of no known protocol are not understood; those of a known clear one are plaintext", async (t) => {
  t.equal(
    watch("unknown", [
      ["client", "abc"],
      ["server", "de"],
    ]).tally.not_understood,
    5,
  );
  t.equal(watch("ntp", [["client", "abc"]]).tally.plaintext, 3);
});

t.test("TLS that begins midway is handed over from its first byte", async (t) => {
  const seen = watch("unknown", [
    ["client", "please"],
    ["server", "yes"],
    ["client", HELLO],
  ]);
  t.same(seen.handover, { client: 6, server: 3 });
  t.equal(watch("ssh", [["client", HELLO]]).handover, undefined, "not where the protocol is known");
  t.equal(watch("unknown", [["server", HELLO]]).handover, undefined, "not from the server");
});

t.test("DTLS and QUIC that begin behind other datagrams are handed over, from either side", async (t) => {
  const dtls = Buffer.from("16fefd0000000000000000000101", "hex");
  const capwap = Buffer.concat([Buffer.from([1, 0, 0, 0]), dtls]);
  const quic = Buffer.from(`c00000000108${"11".repeat(8)}00${"22".repeat(20)}`, "hex");
  for (const hello of [dtls, capwap, quic]) {
    const turns: Turn[] = [
      ["client", "stun"],
      ["server", hello],
    ];
    const seen = watch("unknown", turns, { protocol: "udp" });
    t.same(seen.handover, { client: 4, server: 0 });
    t.equal(watch("unknown", turns).handover, undefined, "not in a stream");
  }
  t.equal(
    watch("unknown", [["client", Buffer.from([1, 0, 0, 0, 0x16, 9, 9])]], { protocol: "udp" }).handover,
    undefined,
  );
});

t.test("joined midway, it says once that nothing is read", async (t) => {
  const { findings } = watch(
    "unknown",
    [
      ["client", "abc"],
      ["server", "x"],
    ],
    { midstream: true },
  );
  t.match(findings, [{ visibility: "metadata", what: /joined after it began/ }]);
  t.equal(findings.length, 1);
});

t.test("holes are told, but not by the thousand", async (t) => {
  const turns = Array.from({ length: 100 }, (): Turn => ["client", { gap: 5 }]);
  const { findings } = watch("unknown", turns);
  t.equal(findings.length, 32);
  t.match(findings.at(-1)?.what, /further holes/);
});
