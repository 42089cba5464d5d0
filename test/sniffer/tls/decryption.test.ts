import t from "tap";
import { KeyLog } from "../../../src/sniffer/tls/key-log.js";
import { byteByByte } from "../../helpers/stage-feeding.js";
import { clientHelloRecord, extension, handshake, record, serverHelloRecord } from "./hello-bytes.js";
import { illustratedKeylog, illustratedTalk } from "./illustrated-talk.js";
import { RecordSealer } from "./sealed-records.js";
import { findingLines, ofKind, plaintext, type Turn, type Watched, watch } from "./watched-talk.js";

function keyLog(text: string): KeyLog {
  const keys = new KeyLog();
  keys.push(`${text}\n`);
  return keys;
}

for (const version of ["12", "13"] as const) {
  t.test(`the illustrated connection of TLS 1.${version[1]} gives up its words`, async (t) => {
    for (const chunking of [undefined, byteByByte]) {
      const keys = keyLog(illustratedKeylog(version));
      const watched = watch(illustratedTalk(version), { keys, ...(chunking === undefined ? {} : { chunking }) });
      t.equal(plaintext(watched, "client"), "ping");
      t.equal(plaintext(watched, "server"), "pong");
      t.same(
        watched.decrypted.map(({ kind }) => kind),
        ["bytes", "bytes", "close"],
      );
      t.notOk(findingLines(watched).some((line) => line.startsWith("damaged")));
    }
  });
}

t.test("with keys, the alert of TLS 1.2 and the certificate of TLS 1.3 are read, and said to be hidden", async (t) => {
  const old = watch(illustratedTalk("12"), { keys: keyLog(illustratedKeylog("12")) });
  t.match(ofKind(old, "alert"), [{ level: 1, description: 0, name: "close_notify" }]);
  const watched = watch(illustratedTalk("13"), { keys: keyLog(illustratedKeylog("13")) });
  t.match(ofKind(watched, "certificate")[0]?.chain, [{ subject: "C=US, CN=example.ulfheim.net" }]);
  t.match(
    findingLines(watched).join("\n"),
    /hidden server: certificate of .* \(encrypted; read here with the key log\)/,
  );
  t.same(
    ofKind(watched, "record").map(({ inner_content_type }) => inner_content_type),
    [undefined, undefined, undefined, 22, 22, 22, 22, undefined, 22, undefined, 22, 22, undefined],
  );
});

t.test("bytes count as what they were on the wire, keys or not", async (t) => {
  const without = watch(illustratedTalk("13")).tally;
  t.same(watch(illustratedTalk("13"), { keys: keyLog(illustratedKeylog("13")) }).tally, without);
});

t.test("no keys, wrong keys and missing keys are told apart", async (t) => {
  const reason = (keys: KeyLog, version: "12" | "13" = "13") =>
    findingLines(watch(illustratedTalk(version), { keys })).filter((line) => line.includes("not decrypted"))[0];
  t.match(reason(new KeyLog()), /the key log has no secret of this connection/);
  const text = illustratedKeylog("13");
  const wrong = text.replace(/ (\S{4})(\S+)$/gm, " 0000$2");
  t.match(reason(keyLog(wrong)), /\(wrong keys\)/);
  t.match(reason(keyLog(text.replace(/.*TRAFFIC_SECRET_0.*/g, ""))), /lacks secrets that this connection needs/);
  t.match(reason(keyLog(illustratedKeylog("12").replace(/.{4}$/m, "0000")), "12"), /\(wrong keys\)/);
});

t.test("application secrets alone are enough", async (t) => {
  const keys = keyLog(illustratedKeylog("13").replace(/.*HANDSHAKE.*/g, ""));
  const watched = watch(illustratedTalk("13"), { keys });
  t.equal(plaintext(watched, "client") + plaintext(watched, "server"), "pingpong");
});

t.test("a flipped byte never gives other words", async (t) => {
  for (const version of ["12", "13"] as const) {
    const turns = illustratedTalk(version);
    const keys = keyLog(illustratedKeylog(version));
    for (const [index, turn] of turns.entries()) {
      if (!("bytes" in turn) || index < 2) continue;
      for (let at = 0; at < turn.bytes.length; at += 3) {
        const bytes = Uint8Array.from(turn.bytes);
        bytes[at] = (bytes[at] ?? 0) ^ 0x10;
        const watched = watch(turns.with(index, { side: turn.side, bytes }), { keys });
        if (!/^(<gap>)*(ping)?(<gap>)*$/.test(plaintext(watched, "client"))) t.fail(`byte ${at} of turn ${index}`);
        if (!/^(<gap>)*(pong)?(<gap>)*$/.test(plaintext(watched, "server"))) t.fail(`byte ${at} of turn ${index}`);
      }
    }
  }
});

const SECRETS = { early: Buffer.alloc(32, 1), handshake: Buffer.alloc(32, 2), application: Buffer.alloc(32, 3) };
const RANDOM = Buffer.alloc(32, 0xc1).toString("hex");
const MADE_KEYS = [
  `CLIENT_EARLY_TRAFFIC_SECRET ${RANDOM} ${SECRETS.early.toString("hex")}`,
  `CLIENT_HANDSHAKE_TRAFFIC_SECRET ${RANDOM} ${SECRETS.handshake.toString("hex")}`,
  `CLIENT_TRAFFIC_SECRET_0 ${RANDOM} ${SECRETS.application.toString("hex")}`,
].join("\n");
const OPENING: Turn[] = [
  { side: "client", bytes: clientHelloRecord({ cipherSuites: [0x1302, 0x1301], extensions: [extension.other(0x2a)] }) },
  { side: "server", bytes: serverHelloRecord({ cipherSuite: 0x1301, extensions: [extension.chosenVersion(0x0304)] }) },
];
const say = (sealer: RecordSealer, words: string, paddingBytes = 0) =>
  sealer.seal(0x17, Buffer.from(words), paddingBytes);
const client = (...records: Uint8Array[]): Turn => ({ side: "client", bytes: Buffer.concat(records) });
const watchMade = (...turns: Turn[]): Watched => watch([...OPENING, ...turns], { keys: keyLog(MADE_KEYS) });

t.test("padding is counted as padding and not given out", async (t) => {
  const sealer = new RecordSealer(SECRETS.application);
  const watched = watchMade(client(say(sealer, "short", 300), say(sealer, "", 10), say(sealer, "words\0", 0)));
  t.equal(plaintext(watched, "client"), "shortwords\0");
  t.equal(watched.tally.padding, 310);
});

t.test("keys are followed through the handshake and any number of updates", async (t) => {
  const first = new RecordSealer(SECRETS.handshake);
  const sealer = new RecordSealer(SECRETS.application);
  const turns = [client(first.seal(0x16, handshake(20, Buffer.alloc(32))), say(sealer, "a"))];
  for (const words of ["b", "c", "d"]) turns.push(client(say(sealer, words), sealer.update(), say(sealer, words)));
  t.equal(plaintext(watchMade(...turns), "client"), "abbccdd");
});

t.test("early data is read before the server has answered", async (t) => {
  const early = new RecordSealer(SECRETS.early);
  const sealer = new RecordSealer(SECRETS.application);
  const [hello = client(), answer = client()] = OPENING;
  const turns = [
    hello,
    client(record(0x14, Buffer.from([1])), say(early, "early ")),
    client(say(early, "words ")),
    answer,
  ];
  const end = early.seal(0x16, handshake(5, new Uint8Array(0)));
  const watched = watch([...turns, client(end, say(sealer, "later"))], { keys: keyLog(MADE_KEYS) });
  t.equal(plaintext(watched, "client"), "early words later");
});

t.test("early data that crosses the server's answer is read too", async (t) => {
  const early = new RecordSealer(SECRETS.early);
  const sealer = new RecordSealer(SECRETS.application);
  const words = say(early, "early ");
  const end = early.seal(0x16, handshake(5, new Uint8Array(0)));
  t.equal(plaintext(watchMade(client(words), client(end, say(sealer, "later"))), "client"), "early later");
});

t.test("a hole over whole records: later ones are still read", async (t) => {
  const sealer = new RecordSealer(SECRETS.application);
  const records = ["one ", "two ", "three ", "four "].map((words) => say(sealer, words));
  const lost = (records[1]?.length ?? 0) + (records[2]?.length ?? 0);
  const watched = watchMade(
    client(records[0] ?? Buffer.of()),
    { side: "client", gap: lost },
    client(records[3] ?? Buffer.of()),
  );
  t.equal(plaintext(watched, "client"), "one <gap>four ");
});

t.test("a hole inside a record is a gap amid the words", async (t) => {
  const sealer = new RecordSealer(SECRETS.application);
  const [first, second, third] = ["one ", "two ", "three "].map((words) => say(sealer, words));
  if (first === undefined || second === undefined || third === undefined) throw new Error("three were made");
  const watched = watchMade(
    client(first, second.subarray(0, 8)),
    { side: "client", gap: 5 },
    client(second.subarray(13), third),
  );
  t.equal(plaintext(watched, "client"), "one <gap>three ");
});

t.test("a damaged record costs itself only", async (t) => {
  const sealer = new RecordSealer(SECRETS.application);
  const [first, second, third] = ["one ", "two ", "three "].map((words) => Uint8Array.from(say(sealer, words)));
  if (first === undefined || second === undefined || third === undefined) throw new Error("three were made");
  second[9] = (second[9] ?? 0) ^ 1;
  const watched = watchMade(client(first, second, third));
  t.equal(plaintext(watched, "client"), "one <gap>three ");
  t.match(findingLines(watched).join("\n"), /damaged client: a record does not verify/);
});

t.test("a key log that grows while records come is read again", async (t) => {
  const sealer = new RecordSealer(SECRETS.application);
  const keys = new KeyLog();
  const records = ["lost ", "found ", "again"].map((words) => say(sealer, words));
  const turns = [...OPENING, ...records.map((bytes) => client(bytes))];
  let turn = 0;
  const chunking = (bytes: Uint8Array) => {
    turn += 1;
    if (turn === 4) keys.push(`${MADE_KEYS}\n`);
    return [bytes];
  };
  t.equal(plaintext(watch(turns, { keys, chunking }), "client"), "found again");
});

t.test("keys that come after hundreds of records open the next", async (t) => {
  const sealer = new RecordSealer(SECRETS.application);
  const keys = new KeyLog();
  const records = Array.from({ length: 400 }, (_, index) => say(sealer, `${index} `));
  let turn = 0;
  const chunking = (bytes: Uint8Array) => {
    turn += 1;
    if (turn === 400) keys.push(MADE_KEYS);
    return [bytes];
  };
  const watched = watch([...OPENING, ...records.map((bytes) => client(bytes))], { keys, chunking });
  t.equal(plaintext(watched, "client"), "397 398 399 ");
});

t.test("drafts of TLS 1.3 had other labels, and authenticated the content alone", async (t) => {
  for (const [version, dialect] of [
    [0x7f12, { labelPrefix: "TLS 1.3, ", hasHeader: false }],
    [0x7f14, { labelPrefix: "tls13 ", hasHeader: false }],
    [0x7f1c, { labelPrefix: "tls13 ", hasHeader: true }],
    [0xfb17, { labelPrefix: "tls13 ", hasHeader: false }],
  ] as const) {
    const sealer = new RecordSealer(SECRETS.application, dialect);
    const [hello = client()] = OPENING;
    const shape = { cipherSuite: 0x1301, extensions: [extension.chosenVersion(version)] };
    const answer: Turn = { side: "server", bytes: serverHelloRecord(shape) };
    const words = client(say(sealer, "a"), sealer.update(), say(sealer, "b"));
    t.equal(plaintext(watch([hello, answer, words], { keys: keyLog(MADE_KEYS) }), "client"), "ab");
  }
});
