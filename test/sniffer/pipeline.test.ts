import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import t from "tap";
import { CaptureReader } from "../../src/sniffer/capture/capture-reader.js";
import type { SnifferEvent } from "../../src/sniffer/event.js";
import { SecretList } from "../../src/sniffer/finding/secret-search.js";
import { Pipeline } from "../../src/sniffer/pipeline.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { captureFile, numbered, of, play, sniff, toBytes } from "./played-capture.js";

const seed = chooseSeed();
t.comment(`seed ${seed}`);
const HELLO = Buffer.from(`160301002f0100002b0303${"11".repeat(32)}000002130101000000`, "hex");
const sha256 = (text: string) => createHash("sha256").update(toBytes(text)).digest("hex");

/** Captured bytes less those accounted for: 0, or something was counted twice or forgotten. */
function unaccounted(events: readonly SnifferEvent[]): number {
  const summary = events.at(-1);
  if (summary?.event !== "summary") return Number.NaN;
  return summary.bytes - Object.values(summary.accounted).reduce((sum: number, bytes: number) => sum + bytes, 0);
}

t.test("a conversation is told whole: ends, bytes, hashes, state", async (t) => {
  const packets = play([
    ["client", "GET / HTTP/1.1\r\n\r\n"],
    ["server", "HTTP/1.1 204 No\r\n\r\n"],
  ]);
  const events = sniff(numbered(packets));
  t.match(of(events, "conversation"), [
    {
      id: 0,
      protocol: "tcp",
      client: "10.0.0.1:40001",
      server: "10.0.0.2:443",
      first_frame: 1,
      last_frame: packets.length,
      client_bytes: 18,
      server_bytes: 19,
      client_sha256: sha256("GET / HTTP/1.1\r\n\r\n"),
      server_sha256: sha256("HTTP/1.1 204 No\r\n\r\n"),
      gaps: 0,
      state: "fin",
      application: "http",
    },
  ]);
  t.match(
    of(events, "message").map(({ kind, frame }) => [kind, frame]),
    [
      ["request", 4],
      ["response", 5],
    ],
  );
  t.equal(unaccounted(events), 0);
});

t.test("open conversations are told at the end, in the order of their ids", async (t) => {
  const packets = [1, 2, 3].flatMap((i) =>
    play([["client", "x"]], { clientPort: 40_000 + i, end: i === 2 ? "rst" : "open" }),
  );
  const told = of(sniff(numbered(packets)), "conversation");
  t.same(told.map(({ id, state }) => [id, state]).sort(), [
    [0, "open"],
    [1, "rst"],
    [2, "open"],
  ]);
});

t.test("TLS is recognised on any port, and behind whatever came before it", async (t) => {
  const sni = (events: SnifferEvent[]) => of(events, "client_hello").length;
  t.equal(sni(sniff(numbered(play([["client", HELLO]], { serverPort: 12_345 })))), 1);
  const talks: [string, Parameters<typeof play>[0]][] = [
    [
      "smtp",
      [
        ["server", "220 mx ESMTP\r\n"],
        ["client", "STARTTLS\r\n"],
        ["server", "220 go\r\n"],
        ["client", HELLO],
      ],
    ],
    [
      "http",
      [
        ["client", "CONNECT h:1 HTTP/1.1\r\n\r\n"],
        ["server", "HTTP/1.1 200 OK\r\n\r\n"],
        ["client", HELLO],
      ],
    ],
    [
      "http",
      [
        ["client", "CONNECT h:1 HTTP/1.1\r\n\r\n"],
        ["server", "HTTP/1.1 200 OK\r\n\r\n"],
        ["server", "220 mx ESMTP\r\n"],
        ["client", "STARTTLS\r\n"],
        ["server", "220 go\r\n"],
        ["client", HELLO],
      ],
    ],
    [
      "postgresql",
      [
        ["client", "\0\0\0\x08\x04\xd2\x16\x2f"],
        ["server", "S"],
        ["client", HELLO],
      ],
    ],
    [
      "socks",
      [
        ["client", "\x05\x01\x00"],
        ["server", "\x05\x00"],
        ["client", "\x05\x01\x00\x01\x0a\0\0\x01\x01\xbb"],
        ["server", "\x05\x00\x00\x01\0\0\0\0\0\0"],
        ["client", HELLO],
      ],
    ],
    [
      "unknown",
      [
        ["client", "\x07\x01\x00"],
        ["server", "\x07\x00"],
        ["client", HELLO],
      ],
    ],
  ];
  for (const [application, talk] of talks) {
    const events = sniff(numbered(play(talk, { serverPort: 9999 })));
    t.equal(sni(events), 1, application);
    t.equal(of(events, "conversation")[0]?.application, application);
    t.equal(unaccounted(events), 0);
  }
});

t.test("a hello split over tiny segments is the same hello", async (t) => {
  const events = sniff(numbered(play(Array.from(HELLO, (byte) => ["client", Uint8Array.of(byte)] as const))));
  t.equal(of(events, "client_hello")[0]?.frame, 3 + HELLO.length);
  t.equal(unaccounted(events), 0);
});

t.test("a stream that never decides is let go within bounds, and still accounted for", async (t) => {
  const packets = play(Array.from({ length: 40 }, () => ["server", "x".repeat(8000)] as const));
  const events = sniff(numbered(packets));
  t.equal(of(events, "conversation")[0]?.application, "unknown");
  t.equal(unaccounted(events), 0);
});

t.test("lost packets are holes, told with their size", async (t) => {
  const packets = play([
    ["client", "GET / HTTP/1.1\r\n\r\n"],
    ["client", "X".repeat(50)],
    ["client", "GET /2 HTTP/1.1\r\n\r\n"],
  ]);
  packets.splice(4, 1);
  const events = sniff(numbered(packets));
  t.match(of(events, "finding"), [{ visibility: "damaged", evidence: { length: 50 } }]);
  t.equal(of(events, "conversation")[0]?.gaps, 1);
  t.equal(unaccounted(events), 0);
});

t.test("retransmissions and disorder change neither the stream nor the sum", async (t) => {
  const packets = play([
    ["client", "GET / HT"],
    ["client", "TP/1.1\r\n"],
    ["client", "\r\n"],
  ]);
  const [a, b, c, first, second, third, ...rest] = packets as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const events = sniff(numbered([a, b, c, second, first, second, third, first, ...rest]));
  t.equal(of(events, "message").length, 1);
  t.equal(of(events, "conversation")[0]?.client_sha256, sha256("GET / HTTP/1.1\r\n\r\n"));
  t.equal(unaccounted(events), 0);
});

t.test("a secret that crosses packets is found, masked, and remembered", async (t) => {
  const pipeline = new Pipeline({ secrets: new SecretList([Buffer.from("open sesame")]) });
  for (const packet of numbered(
    play([
      ["client", "xx open se"],
      ["client", "same xx"],
    ]),
  ))
    pipeline.push(packet);
  pipeline.finish();
  t.equal(pipeline.secretSeen, true);
  const found = [];
  for (let event = pipeline.next(); event !== undefined; event = pipeline.next()) found.push(event);
  t.match(of(found, "finding")[0], {
    what: "secret",
    value: "[redacted: 11 bytes]",
    evidence: { frame: 5, offset: 3, length: 11 },
  });
});

t.test("packets are told one by one only when asked", async (t) => {
  const packets = numbered(play([["client", "x"]]));
  t.equal(of(sniff(packets), "packet").length, 0);
  t.match(of(sniff(packets, { packets: true }), "packet")[0], {
    frame: 1,
    time: "1700000000.000000000",
    link: "raw",
    src: "10.0.0.1",
    dst: "10.0.0.2",
    protocol: "tcp",
    ports: [40_001, 443],
    flags: "SYN",
  });
});

t.test("damage to the input is told, and kept for the exit code", async (t) => {
  const pipeline = new Pipeline();
  pipeline.damage("it broke", 77);
  pipeline.finish();
  pipeline.finish();
  t.match(pipeline.next(), { event: "finding", visibility: "damaged", conversation: null, evidence: { offset: 77 } });
  t.match(pipeline.next(), { event: "summary", damaged: true });
  t.equal(pipeline.next(), undefined, "finish works once");
  t.equal(pipeline.damaged, true);
});

t.test("every capture at hand is accounted for to the byte, whole and with bytes changed", async (t) => {
  const folder = fileURLToPath(new URL("../../../test/fixtures/captures/", import.meta.url));
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(pcap|pcapng)$/.test(name),
  );
  t.ok(names.length > 40);
  const random = new RandomSource(seed);
  for (const name of names) {
    const bytes = readFileSync(`${folder}${name}`);
    if (bytes.length > 100_000) continue;
    t.equal(unaccounted(readAll(bytes)), 0);
    for (let i = 0; i < 6; i += 1) {
      const changed = Buffer.from(bytes);
      for (let flips = 0; flips < 4; flips += 1) changed[24 + random.below(changed.length)] = random.below(256);
      t.equal(unaccounted(readAll(changed)), 0);
    }
  }
});

t.test("noise behind good packets only makes findings", async (t) => {
  const random = new RandomSource(seed);
  for (let i = 0; i < 300; i += 1) {
    const packets = play([
      ["client", random.bytes(random.below(200))],
      ["server", random.bytes(random.below(200))],
    ]);
    for (const packet of packets) if (random.chance(0.3)) packet[random.below(packet.length)] = random.below(256);
    t.equal(unaccounted(sniff(numbered(packets))), 0);
  }
});

t.test("a written capture reads back as the same events", async (t) => {
  const packets = play([["client", "GET / HTTP/1.1\r\n\r\n"]]);
  t.same(readAll(captureFile(packets)), sniff(numbered(packets)));
});

function readAll(bytes: Uint8Array): SnifferEvent[] {
  const reader = new CaptureReader();
  const pipeline = new Pipeline();
  const events: SnifferEvent[] = [];
  const drain = (): void => {
    for (let event = pipeline.next(); event !== undefined; event = pipeline.next()) events.push(event);
  };
  try {
    reader.push(bytes);
    reader.finish();
    for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
      pipeline.push(packet);
      drain();
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "CaptureError") throw error;
    pipeline.damage(error.message, 0);
  }
  pipeline.finish();
  drain();
  return events;
}
