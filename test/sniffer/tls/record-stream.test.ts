// Holes, starts midway, and giving up, seen through the observer: what is told and how the bytes count.
import t from "tap";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { clientHelloRecord, extension, record, serverHelloRecord } from "./hello-bytes.js";
import { illustratedTalk } from "./illustrated-talk.js";
import { findingLines, ofKind, sumOf, type Turn, watch } from "./watched-talk.js";

const data = (bytes: number, fill = 0xd0) => record(0x17, Buffer.alloc(bytes, fill));

t.test("a hole inside a record costs that record only", async (t) => {
  const lost = data(200);
  const watched = watch([
    { side: "client", bytes: clientHelloRecord() },
    { side: "client", bytes: lost.subarray(0, 50) },
    { side: "client", gap: 100 },
    { side: "client", bytes: Buffer.concat([lost.subarray(150), data(10)]) },
  ]);
  t.same(
    ofKind(watched, "record").map(({ length, frame }) => [length, frame]),
    [
      [clientHelloRecord().length - 5, 1],
      [200, 2],
      [10, 4],
    ],
  );
  t.equal(watched.tally.gap, 0);
  t.match(
    findingLines(watched).join("\n"),
    /damaged client: 100 bytes were not captured.*the record is lost, the next is not/,
  );
});

t.test("a record that is cut off, by a hole over its end or by the end, is told as its header has it", async (t) => {
  const cut = data(200).subarray(0, 50);
  const hello: Turn = { side: "client", bytes: clientHelloRecord() };
  const ends: Turn[][] = [
    [],
    [{ side: "client", gap: 20 }],
    [{ side: "client", gap: 150 }],
    [{ side: "client", gap: 900 }],
  ];
  for (const end of ends) {
    const watched = watch([hello, { side: "client", bytes: cut }, ...end]);
    const records = ofKind(watched, "record").map(({ length, frame }) => [length, frame]);
    t.same(records.slice(1), [[200, 2]]);
    t.equal(sumOf(watched.tally), watched.pushedBytes);
  }
});

t.test("a hole over a boundary loses track until two records in a row fit", async (t) => {
  const tail = Buffer.alloc(70, 0xab);
  const watched = watch([
    { side: "server", bytes: serverHelloRecord() },
    { side: "server", gap: 1000 },
    { side: "server", bytes: Buffer.concat([tail, data(300), data(20), Buffer.alloc(7, 0x17)]) },
  ]);
  t.same(
    ofKind(watched, "record").map(({ length }) => length),
    [serverHelloRecord().length - 5, 300, 20],
  );
  t.equal(watched.tally.gap, tail.length);
});

t.test("a hole is noticed even when only the offsets tell of it", async (t) => {
  const turns: Turn[] = [
    { side: "server", bytes: serverHelloRecord() },
    { side: "server", gap: 50 },
    { side: "server", bytes: Buffer.alloc(64, 1) },
  ];
  const watched = watch(turns);
  t.equal(watched.tally.gap, 64);
});

t.test("after a hole, nothing that does not fit is believed", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const watched = watch([
    { side: "server", bytes: serverHelloRecord() },
    { side: "server", gap: 1 },
    { side: "server", bytes: random.bytes(50_000) },
  ]);
  t.equal(ofKind(watched, "record").length, 1);
  t.equal(watched.tally.gap, 50_000);
});

t.test("joined midway, records are read from the first sure boundary on", async (t) => {
  const stream = Buffer.concat([data(500), data(60), data(700)]);
  for (const start of [1, 5, 100, 504]) {
    const watched = watch([{ side: "client", bytes: stream.subarray(start) }], { midstream: true });
    t.same(
      ofKind(watched, "record").map(({ length }) => length),
      [60, 700],
      `from byte ${start}`,
    );
    t.equal(watched.tally.gap, 505 - start);
  }
});

t.test("joined before the first hello, that hello is read at once", async (t) => {
  const watched = watch(illustratedTalk("12"), { midstream: true });
  t.equal(ofKind(watched, "client_hello").length, 1);
  t.equal(ofKind(watched, "certificate").length, 1);
  t.equal(ofKind(watched, "alert")[0]?.name, "encrypted");
  t.equal(watched.tally.gap, 0);
});

t.test("joined before the first hello, that hello is read however small its records", async (t) => {
  const hello = clientHelloRecord({ extensions: [extension.serverName("small.example")] }).subarray(5);
  for (const length of [1, 2, 4, 17, 40]) {
    const pieces = Array.from({ length: Math.ceil(hello.length / length) }, (_, index) =>
      record(0x16, hello.subarray(index * length, (index + 1) * length)),
    );
    const watched = watch([{ side: "client", bytes: Buffer.concat(pieces) }], { midstream: true });
    t.match(ofKind(watched, "client_hello"), [{ sni: "small.example" }], `pieces of ${length}`);
  }
});

t.test("joined after the handshake, handshake records are taken for what they are: encrypted", async (t) => {
  const finished = record(0x16, Buffer.from("00000000000000000123456789abcdef0123456789abcdef", "hex"));
  const watched = watch([{ side: "client", bytes: Buffer.concat([finished, data(80)]) }], { midstream: true });
  t.equal(watched.tally.ciphertext, 24 + 80);
  t.same(
    findingLines(watched).filter((line) => line.startsWith("damaged")),
    [],
  );
});

t.test("any hole in any place: no error, no byte lost", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < 400; round++) {
    const turns = illustratedTalk(random.chance(0.5) ? "12" : "13").flatMap((turn): Turn[] => {
      if (!("bytes" in turn) || random.chance(0.5)) return [turn];
      const from = random.below(turn.bytes.length);
      const to = from + random.below(turn.bytes.length - from) + 1;
      const { side, bytes } = turn;
      return [
        { side, bytes: bytes.subarray(0, from) },
        { side, gap: to - from },
        { side, bytes: bytes.subarray(to) },
      ];
    });
    const watched = watch(turns, { midstream: random.chance(0.2) });
    t.equal(sumOf(watched.tally), watched.pushedBytes);
  }
});

t.test("a header that is none ends the side, what came before is kept", async (t) => {
  const watched = watch([
    { side: "client", bytes: Buffer.concat([clientHelloRecord(), Buffer.from("GET / HTTP/1.1\r\n\r\n"), data(9)]) },
    { side: "client", bytes: data(20) },
    { side: "server", bytes: serverHelloRecord() },
  ]);
  t.equal(ofKind(watched, "record").length, 2);
  t.equal(watched.tally.not_understood, 18 + 14 + 25);
  t.match(findingLines(watched).join("\n"), /damaged client: not TLS from here on: content type 0x47/);
});
