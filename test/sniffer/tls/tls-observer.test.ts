import t from "tap";
import type { SnifferEvent } from "../../../src/sniffer/event.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { byteByByte, randomChunks } from "../../helpers/stage-feeding.js";
import { illustratedTalk } from "./illustrated-talk.js";
import { findingLines, ofKind, sumOf, type Turn, watch } from "./watched-talk.js";

/** Events without the packet numbers, which depend on how bytes are cut into packets. */
function facts(events: readonly SnifferEvent[]): unknown[] {
  return events.map((event) =>
    JSON.parse(JSON.stringify(event, (key, value) => (key === "frame" ? undefined : value))),
  );
}

t.test("TLS 1.2: hellos, certificate, sizes and the encrypted alert are told", async (t) => {
  const watched = watch(illustratedTalk("12"));
  t.same(
    ofKind(watched, "record").map((record) => `${record.frame} ${record.side} ${record.content_type} ${record.length}`),
    [
      "1 client 22 165",
      "2 server 22 49",
      "2 server 22 815",
      "2 server 22 300",
      "2 server 22 4",
      "3 client 22 37",
      "3 client 20 1",
      "3 client 22 64",
      "4 server 20 1",
      "4 server 22 64",
      "5 client 23 48",
      "6 server 23 48",
      "7 client 21 48",
    ],
  );
  t.match(ofKind(watched, "client_hello"), [
    {
      frame: 1,
      sni: "example.ulfheim.net",
      alpn: [],
      versions: ["0x0303"],
      ja3: "36d715579d31b7f031149c4560b5914f",
      ja4: "t12d160700_8cdfa2d4673b_18dd7303c4a5",
    },
  ]);
  t.match(ofKind(watched, "server_hello"), [
    {
      version: "0x0303",
      cipher_suite: "0xc013",
      resumed: false,
      hello_retry: false,
      ja3s: "5a450169db1f168548fb87aa841fe743",
    },
  ]);
  t.match(ofKind(watched, "certificate")[0]?.chain, [
    {
      subject: "C=US, CN=example.ulfheim.net",
      issuer: "C=US, O=Example CA",
      sha256: "c66414aaf6eb0445ccbf2769c0f5ed68dd8940563bf4ebb4b59cdc14d7d71e91",
      not_before: "2018-10-05T01:38:17.000Z",
    },
  ]);
  t.match(ofKind(watched, "alert"), [{ frame: 7, side: "client", level: null, description: null, name: "encrypted" }]);
  t.same(watched.tally, { tls_metadata: 1437, plaintext: 0, ciphertext: 272, padding: 0, gap: 0, not_understood: 0 });
  t.same(
    findingLines(watched).filter((line) => line.startsWith("hidden")),
    [
      "hidden client: application data is encrypted: 1 record, 48 bytes",
      "hidden server: application data is encrypted: 1 record, 48 bytes",
    ],
  );
});

t.test("TLS 1.3: the certificate is gone, the dummy change_cipher_spec changes nothing", async (t) => {
  const watched = watch(illustratedTalk("13"));
  t.same(
    ofKind(watched, "record").map((record) => `${record.side} ${record.content_type} ${record.length}`),
    [
      "client 22 248",
      "server 22 122",
      "server 20 1",
      "server 23 23",
      "server 23 835",
      "server 23 281",
      "server 23 69",
      "client 20 1",
      "client 23 69",
      "client 23 21",
      "server 23 234",
      "server 23 234",
      "server 23 21",
    ],
  );
  t.match(ofKind(watched, "client_hello"), [
    { versions: ["0x0304"], key_shares: ["x25519"], ja3: "f146948b4a599d4d7ddf071b74696983", session_id_length: 32 },
  ]);
  t.match(ofKind(watched, "server_hello"), [
    { version: "0x0304", cipher_suite: "0x1302", group: "x25519", ja3s: "15af977ce25de452b96affa2addb1036" },
  ]);
  t.same(ofKind(watched, "certificate"), []);
  t.same(watched.tally, { tls_metadata: 437, plaintext: 0, ciphertext: 1787, padding: 0, gap: 0, not_understood: 0 });
});

t.test("the same is told however the bytes are cut into packets", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (const version of ["12", "13"] as const) {
    const expected = facts(watch(illustratedTalk(version)).events);
    t.same(facts(watch(illustratedTalk(version), { chunking: byteByByte }).events), expected);
    for (let round = 0; round < 20; round++) {
      t.same(facts(watch(illustratedTalk(version), { chunking: randomChunks(random, 200) }).events), expected);
    }
  }
});

t.test("a hello split at any byte is one hello, told with the packet that completed it", async (t) => {
  const [first, ...rest] = illustratedTalk("13");
  if (first === undefined || !("bytes" in first)) throw new Error("the talk begins with a hole");
  for (let at = 1; at < first.bytes.length; at++) {
    const parts: Turn[] = [
      { side: "client", bytes: first.bytes.subarray(0, at) },
      { side: "client", bytes: first.bytes.subarray(at) },
    ];
    const hellos = ofKind(watch([...parts, ...rest]), "client_hello");
    t.match(
      hellos,
      [{ frame: 2, sni: "example.ulfheim.net", ja3: "f146948b4a599d4d7ddf071b74696983" }],
      `split at ${at}`,
    );
  }
});

t.test("cut short anywhere, what was complete is told and every byte is accounted for", async (t) => {
  for (const version of ["12", "13"] as const) {
    const turns = illustratedTalk(version).map((turn) =>
      "bytes" in turn ? turn : { ...turn, bytes: new Uint8Array(0) },
    );
    const complete = facts(watch(turns).events).filter((event) => !JSON.stringify(event).includes('"hidden"'));
    for (const [index, { side, bytes }] of turns.entries()) {
      for (let length = 0; length < bytes.length; length += 7) {
        const watched = watch([...turns.slice(0, index), { side, bytes: bytes.subarray(0, length) }]);
        const told = facts(watched.events).filter((event) => !JSON.stringify(event).includes('"hidden"'));
        t.same(told, complete.slice(0, told.length), `turn ${index} cut to ${length}`);
        t.equal(sumOf(watched.tally), watched.pushedBytes);
      }
    }
  }
});

t.test("any byte flipped, nothing is thrown and every byte is accounted for", async (t) => {
  for (const version of ["12", "13"] as const) {
    const turns = illustratedTalk(version);
    for (const [index, turn] of turns.entries()) {
      if (!("bytes" in turn)) continue;
      for (let at = 0; at < turn.bytes.length; at++) {
        const bytes = Uint8Array.from(turn.bytes);
        bytes[at] = (bytes[at] ?? 0) ^ (at % 2 === 0 ? 0xff : 0x01);
        const watched = watch(turns.with(index, { side: turn.side, bytes }));
        if (sumOf(watched.tally) !== watched.pushedBytes)
          t.fail(`turn ${index}, byte ${at}: the tally does not sum up`);
      }
    }
  }
});

t.test("random bytes behind a record header are not understood, and said to be damaged", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < 300; round++) {
    const rubbish = Buffer.concat([Buffer.from("160301", "hex"), random.bytes(2000)]);
    const watched = watch([{ side: "client", bytes: rubbish }], { chunking: randomChunks(random, 600) });
    t.equal(sumOf(watched.tally), watched.pushedBytes);
    if (watched.tally.not_understood > 0) t.match(findingLines(watched)[0], /^damaged client/);
  }
});

t.test("bytes of both sides may alternate in any order without mixing", async (t) => {
  const [client, server] = (["client", "server"] as const).map((side) =>
    illustratedTalk("12").flatMap((turn) => (turn.side === side && "bytes" in turn ? [turn.bytes] : [])),
  );
  const turns: Turn[] = [
    { side: "client", bytes: Buffer.concat(client ?? []) },
    { side: "server", bytes: Buffer.concat(server ?? []) },
  ];
  const watched = watch(turns);
  t.equal(ofKind(watched, "record").length, 13);
  t.equal(ofKind(watched, "certificate").length, 1);
});
