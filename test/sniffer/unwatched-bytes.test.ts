// Bytes that nobody looks at go by as one number. A tap looks at every byte, so with one nothing is passed over: both
// runs must say the same.
import t from "tap";
import type { SnifferEvent } from "../../src/sniffer/event.js";
import type { RawPacket } from "../../src/sniffer/packet/raw-packet.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { fixturePackets } from "./capture/capture-bytes.js";
import { numbered, play, type Said, sniff } from "./played-capture.js";

function tlsRecord(type: number, length: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(type, 3, 3, length >> 8, length & 0xff), Buffer.alloc(length, 0x5a)]);
}

const helloOf = (packets: readonly RawPacket[], frame: number): Uint8Array => {
  const bytes = packets.find((packet) => packet.frame === frame)?.bytes ?? new Uint8Array(0);
  return bytes.subarray(56);
};

/** Two runs that must agree. */
function bothWays(packets: readonly RawPacket[]): [passed: SnifferEvent[], watched: SnifferEvent[]] {
  let seen = 0;
  const watched = sniff(packets, {
    tap: () => {
      seen += 1;
    },
  });
  t.ok(seen > 0);
  return [sniff(packets), watched];
}

const illustrated = fixturePackets("illustrated-tls13/capture.pcap");
const [clientHello, serverHello] = [helloOf(illustrated, 4), helloOf(illustrated, 6)];
const talks: Record<string, Said[]> = {
  "long TLS records": [
    ["client", clientHello],
    ["server", serverHello],
    ["server", tlsRecord(23, 16_000)],
    ["client", tlsRecord(23, 12_000)],
    ["server", Buffer.concat([tlsRecord(23, 9000), tlsRecord(21, 26), tlsRecord(23, 16_000).subarray(0, 9000)])],
  ],
  "HTTP bodies": [
    ["client", "POST / HTTP/1.1\r\nContent-Length: 20000\r\n\r\n"],
    ["client", "x".repeat(20_000)],
    ["server", `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n${"y".repeat(8192)}\r\n0\r\n\r\n`],
    ["client", "GET /next HTTP/1.0\r\n\r\n"],
    ["server", `HTTP/1.0 200 OK\r\n\r\n${"z".repeat(30_000)}`],
  ],
  "a form in a body": [
    [
      "client",
      "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\nuser=bob&password=",
    ],
    ["client", "x".repeat(8982)],
    ["server", "HTTP/1.1 204 No Content\r\n\r\n"],
  ],
  "something unknown, then TLS": [
    ["client", "\u0001\u0002 what is this"],
    ["server", "q".repeat(20_000)],
    ["client", clientHello],
    ["server", serverHello],
    ["server", tlsRecord(23, 16_000)],
  ],
};

for (const [name, talk] of Object.entries(talks)) {
  t.test(`${name}: whole, out of order, with packets lost or twice`, async (t) => {
    const random = new RandomSource(chooseSeed());
    t.comment(`seed ${random.seed}`);
    const packets = play(talk);
    t.same(...bothWays(numbered(packets)));
    for (let round = 0; round < 60; round++) {
      const changed = packets.flatMap((packet) =>
        random.chance(0.05) ? [] : random.chance(0.05) ? [packet, packet] : packet,
      );
      for (let swaps = random.below(4); swaps > 0; swaps--) {
        const at = random.below(changed.length - 1);
        changed.splice(at, 2, ...[changed[at + 1], changed[at]].filter((packet) => packet !== undefined));
      }
      const [passed, watched] = bothWays(numbered(changed));
      if (JSON.stringify(passed) !== JSON.stringify(watched)) t.same(passed, watched, `round ${round}`);
    }
  });
}

t.test("recorded captures say the same", async (t) => {
  for (const file of ["illustrated-tls12/capture.pcap", "illustrated-tls13/capture.pcap"]) {
    t.same(...bothWays(fixturePackets(file)));
  }
});
