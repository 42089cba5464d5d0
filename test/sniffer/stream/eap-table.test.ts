import t from "tap";
import type { SnifferEvent } from "../../../src/sniffer/event.js";
import { be16, be32, join } from "../packet/packet-bytes.js";
import { numbered, of, play, sniff } from "../played-capture.js";
import { clientHelloRecord, extension, handshake, record, serverHelloRecord, vector } from "../tls/hello-bytes.js";

const GUEST = [2, 0, 0, 0, 0, 1];
const POINT = [2, 0, 0, 0, 0, 2];
const GROUP = [1, 0x80, 0xc2, 0, 0, 3];
const TLS = 13;
const MORE = 0x40;
const START = 0x20;
const ETHERNET = 1;
const WIRELESS = 105;
const NOTHING = new Uint8Array(0);

interface Message {
  readonly from: "client" | "server";
  readonly identifier: number;
  readonly flags?: number;
  readonly bytes?: Uint8Array;
}

function eapol({ from, identifier, flags = 0, bytes = NOTHING }: Message): Uint8Array {
  const body = join([TLS, flags], bytes);
  const eap = join([from === "server" ? 1 : 2, identifier], be16(4 + body.length), body);
  return join([2, 0], be16(eap.length), eap);
}

const onWire = (message: Message) =>
  join(GROUP, message.from === "server" ? POINT : GUEST, be16(0x888e), eapol(message), [0, 0]);

function inAir(message: Message, guest = GUEST): Uint8Array {
  const [to, from] = message.from === "server" ? [guest, POINT] : [POINT, guest];
  return join([0x08, 2, 0, 0], to, from, POINT, [0, 0, 0xaa, 0xaa, 3, 0, 0, 0], be16(0x888e), eapol(message));
}

const HELLO = clientHelloRecord({ extensions: [extension.serverName("radius.example")] });
const CERTIFICATE = record(0x16, handshake(11, vector(3, vector(3, Buffer.alloc(900, 0x30)))));
const FLIGHT = join(serverHelloRecord({ cipherSuite: 0xc02c }), CERTIFICATE);

/** As a server begins, with fragments and their acknowledgements; the hello comes twice, as it does when nobody answers. */
const TALK: readonly Message[] = [
  { from: "server", identifier: 1, flags: START },
  { from: "client", identifier: 1, bytes: HELLO },
  { from: "client", identifier: 1, bytes: HELLO },
  { from: "server", identifier: 2, flags: MORE, bytes: FLIGHT.subarray(0, 500) },
  { from: "client", identifier: 2 },
  { from: "server", identifier: 3, bytes: FLIGHT.subarray(500) },
];

function unaccounted(events: readonly SnifferEvent[]): number {
  const summary = events.at(-1);
  if (summary?.event !== "summary") return Number.NaN;
  return summary.bytes - Object.values(summary.accounted).reduce((sum: number, bytes: number) => sum + bytes, 0);
}

for (const [name, linkType, frameOf] of [
  ["on a wire", ETHERNET, onWire],
  ["in the air", WIRELESS, (message: Message) => inAir(message)],
] as const) {
  t.test(`the TLS by which a host is let into a network is read ${name}`, async (t) => {
    const events = sniff(numbered(TALK.map(frameOf), linkType));
    t.match(of(events, "client_hello"), [{ conversation: 0, frame: 2, sni: "radius.example" }]);
    t.match(of(events, "server_hello"), [{ frame: 6, cipher_suite: "0xc02c" }]);
    t.match(of(events, "certificate"), [{ frame: 6, side: "server", chain: [{ sha1: /^[0-9a-f]{40}$/ }] }]);
    t.match(of(events, "conversation"), [
      {
        protocol: "eap",
        client: "02:00:00:00:00:01",
        community_id: "",
        first_frame: 2,
        last_frame: 6,
        client_bytes: HELLO.length,
        server_bytes: FLIGHT.length,
        application: "tls",
      },
    ]);
    const { accounted } = of(events, "summary")[0] ?? { accounted: undefined };
    t.equal(accounted?.tls_metadata, HELLO.length + FLIGHT.length);
    t.equal(unaccounted(events), 0);
  });
}

t.test("each host has its conversation, each start a new one, and what is not whole is told at the end", async (t) => {
  const other = [2, 0, 0, 0, 0, 9];
  const packets = [
    ...TALK.slice(0, 2).map((message) => inAir(message)),
    ...TALK.slice(0, 2).map((message) => inAir(message, other)),
    ...TALK.slice(0, 4).map((message) => inAir(message)),
  ];
  const events = sniff(numbered(packets, WIRELESS));
  t.same(
    of(events, "client_hello").map(({ conversation, frame }) => [conversation, frame]),
    [
      [0, 2],
      [1, 4],
      [2, 6],
    ],
  );
  t.match(of(events, "server_hello"), [{ conversation: 2, frame: 8 }]);
  t.equal(unaccounted(events), 0);
});

t.test("no more hosts are followed than its bound", async (t) => {
  const packets = Array.from({ length: 1500 }, (_, host) =>
    inAir({ from: "client", identifier: 1, bytes: HELLO }, [2, 0, ...be32(host)]),
  );
  const events = sniff(numbered(packets, WIRELESS));
  t.equal(of(events, "conversation").length, 1500);
  const firstClosed = events.findIndex(({ event }) => event === "conversation");
  const lastHello = events.findLastIndex(({ event }) => event === "client_hello");
  t.ok(firstClosed < lastHello, "the first is closed before the last comes");
  t.equal(unaccounted(events), 0);
});

t.test("of fragments without an end, all together hold no more than the limit says", async (t) => {
  const packets = Array.from({ length: 10 }, (_, host) =>
    inAir({ from: "client", identifier: 1, flags: MORE, bytes: HELLO }, [2, 0, ...be32(host)]),
  );
  const events = sniff(numbered(packets, WIRELESS), { limits: { maxHeldBytesInAll: 8 * 1000 } });
  const hosts = of(events, "client_hello").map(({ conversation }) => conversation);
  t.same(hosts, [3, 4, 5, 6, 7, 8, 9, 0, 1, 2], "there is room for three, and the others are told as they come");
  t.equal(unaccounted(events), 0);
});

t.test("a flood of hosts drives out no other conversation", async (t) => {
  const talk = play([["client", "GET / HTTP/1.1\r\n\r\n"]], { end: "open", serverPort: 80 });
  const flood = Array.from({ length: 100 }, (_, host) =>
    inAir({ from: "client", identifier: 1, bytes: HELLO }, [2, 0, ...be32(host)]),
  );
  const packets = [...numbered(talk), ...numbered(flood, WIRELESS)].map((raw, at) => ({ ...raw, frame: at + 1 }));
  const events = sniff(packets, { limits: { maxSpeakingConversations: 64, maxConversations: 64 } });
  const ids = of(events, "conversation").map(({ id }) => id);
  t.equal(ids.length, 101);
  t.ok(ids.indexOf(0) > ids.length - 64, "who spoke first is followed to the end");
});
