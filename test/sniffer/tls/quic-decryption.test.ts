import t from "tap";
import type { Side } from "../../../src/sniffer/event.js";
import { KeyLog } from "../../../src/sniffer/tls/key-log.js";
import { QuicObserver } from "../../../src/sniffer/tls/quic-observer.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { clientHelloBody, extension, handshake, serverHelloBody, u16s, vector } from "./hello-bytes.js";
import { cryptoFrame, initialSecret, type LongPacket, sealLong, sealShort, streamFrame } from "./sealed-packets.js";
import { type Datagram, openedText, watchDatagrams } from "./watched-datagrams.js";
import { conversation } from "./watched-talk.js";

const CLIENT_ID = Buffer.from("c11e47", "hex");
const SERVER_ID = Buffer.from("5e44e40001", "hex");
const FIRST_ID = Buffer.from("0102030405060708", "hex");
const CLIENT_RANDOM = "c1".repeat(32);
const SECRETS = {
  CLIENT_EARLY_TRAFFIC_SECRET: Buffer.alloc(32, 1),
  CLIENT_HANDSHAKE_TRAFFIC_SECRET: Buffer.alloc(32, 2),
  SERVER_HANDSHAKE_TRAFFIC_SECRET: Buffer.alloc(32, 3),
  CLIENT_TRAFFIC_SECRET_0: Buffer.alloc(32, 4),
  SERVER_TRAFFIC_SECRET_0: Buffer.alloc(32, 5),
};
const CLIENT_HELLO = handshake(
  1,
  clientHelloBody({
    cipherSuites: [0x1303, 0x1302, 0x1301],
    extensions: [extension.versions(0x0304), extension.other(0x2a)],
  }),
);
const SERVER_HELLO = handshake(2, serverHelloBody({ extensions: [extension.chosenVersion(0x0304)] }));
const EXTENSIONS = handshake(8, vector(2, u16s(0x10), vector(2, vector(2, vector(1, Buffer.from("h3"))))));
const CERTIFICATE = handshake(11, Buffer.concat([vector(1), vector(3, vector(3, Buffer.alloc(300, 0x30)), vector(2))]));

const OTHER_FRAMES = Buffer.concat([
  Buffer.from("0200000000", "hex"),
  Buffer.from("18010004aabbccdd", "hex"),
  Buffer.alloc(16),
  Buffer.from("1a0102030405060708", "hex"),
  Buffer.from("42f501", "hex"),
]);

function keyLog(labels: readonly string[] = Object.keys(SECRETS)): KeyLog {
  const keys = new KeyLog();
  for (const [label, secret] of Object.entries(SECRETS)) {
    if (labels.includes(label)) keys.push(`${label} ${CLIENT_RANDOM} ${secret.toString("hex")}\n`);
  }
  return keys;
}

function long(
  side: Side,
  type: LongPacket["type"],
  frames: Uint8Array,
  { number = 0, secret }: { readonly number?: number; readonly secret?: Uint8Array } = {},
): Uint8Array {
  const isFirst = side === "client" && type !== "handshake";
  const destination = side === "server" ? CLIENT_ID : isFirst ? FIRST_ID : SERVER_ID;
  const source = side === "server" ? SERVER_ID : CLIENT_ID;
  const chosen = secret ?? initialSecret(side, FIRST_ID);
  return sealLong({ type, destination, source, number, frames, secret: chosen });
}

const say = (side: Side, ...packets: Uint8Array[]): Datagram => ({ side, bytes: Buffer.concat(packets) });

/** Hellos, early data, the server's flight in two packets, the second first. */
function opening(): Datagram[] {
  const flight = Buffer.concat([EXTENSIONS, CERTIFICATE]);
  const secret = SECRETS.SERVER_HANDSHAKE_TRAFFIC_SECRET;
  const early = streamFrame(0, 0, Buffer.from("early "));
  return [
    say(
      "client",
      long("client", "initial", cryptoFrame(0, CLIENT_HELLO)),
      long("client", "early", early, { secret: SECRETS.CLIENT_EARLY_TRAFFIC_SECRET }),
    ),
    say("server", long("server", "initial", cryptoFrame(0, SERVER_HELLO))),
    say("server", long("server", "handshake", cryptoFrame(100, flight.subarray(100)), { number: 1, secret })),
    say("server", long("server", "handshake", cryptoFrame(0, flight.subarray(0, 100)), { number: 0, secret })),
  ];
}

function short(side: Side, number: number, frames: Uint8Array, generation = 0): Datagram {
  const secret = side === "client" ? SECRETS.CLIENT_TRAFFIC_SECRET_0 : SECRETS.SERVER_TRAFFIC_SECRET_0;
  const destination = side === "client" ? SERVER_ID : CLIENT_ID;
  return say(side, sealShort({ destination, number, frames, secret, generation }));
}

const words = (id: number, offset: number, text: string) => streamFrame(id, offset, Buffer.from(text));
const watch = (datagrams: readonly Datagram[], keys?: KeyLog) =>
  watchDatagrams((conversation) => new QuicObserver(conversation, { keys }), datagrams);

t.test("with keys the handshake, early data and streams are read; bytes count as what they were", async (t) => {
  const datagrams = [
    ...opening(),
    // Before the stream: an acknowledgement, a new connection id, a challenge, and an extension's time.
    short("client", 1, Buffer.concat([OTHER_FRAMES, words(0, 6, "question")])),
    short("server", 0, words(0, 6, " there")),
    short("server", 1, Buffer.concat([words(0, 0, "answer"), words(3, 0, " and push")])),
  ];
  const watched = watch(datagrams, keyLog());
  t.match(JSON.stringify(watched.events), /ALPN chosen: h3 \(encrypted; read here with the key log\)/);
  t.match(
    watched.events.filter(({ event }) => event === "certificate"),
    [{ frame: 4, side: "server", chain: [{ sha256: /^[0-9a-f]{64}$/ }] }],
  );
  t.equal(openedText(watched, "client"), "early question");
  t.equal(openedText(watched, "server"), "answer there and push");
  t.match(JSON.stringify(watched.events), /QUIC is encrypted: 2 packets, \d+ bytes \(read here with the key log\)/);
  const without = watch(datagrams);
  t.same(watched.tally, without.tally);
  t.same(without.decrypted, []);
});

t.test("keys that change are followed, numbers that are shortened are told", async (t) => {
  const datagrams = opening();
  for (let number = 0; number < 700; number++) {
    datagrams.push(short("server", number, words(3, number, "x"), Math.floor(number / 100)));
  }
  const watched = watch(datagrams, keyLog());
  t.equal(openedText(watched, "server"), "x".repeat(700));
});

t.test("what its keys are missing for stays shut, the rest does not", async (t) => {
  const datagrams = [
    ...opening(),
    short("client", 1, words(0, 6, "question")),
    short("server", 0, words(0, 0, "answer")),
  ];
  const watched = watch(datagrams, keyLog(["SERVER_TRAFFIC_SECRET_0"]));
  t.equal(openedText(watched, "client"), "");
  t.equal(openedText(watched, "server"), "answer");
});

t.test("flipped and cut anywhere: nothing is thrown, and nothing that does not verify is shown", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const [, , , last] = opening();
  const sealed = [...opening(), short("server", 0, words(0, 0, "answer"))];
  for (let at = 0; at < (last?.bytes.length ?? 0); at++) {
    const damaged = sealed.map(({ side, bytes }): Datagram => {
      const changed = Uint8Array.from(bytes);
      const place = at % bytes.length;
      changed[place] = (changed[place] ?? 0) ^ (1 + random.below(255));
      return { side, bytes: random.chance(0.5) ? changed : bytes.subarray(0, place) };
    });
    const text = openedText(watch([...opening(), ...damaged], keyLog()), "server");
    if (text !== "") t.fail(`"${text}" was shown`);
  }
  t.pass("the tally is checked after every datagram");
});

t.test(
  "anyone can make Initial packets, so streams in them are none; behind a hole, a stream's bytes count as held",
  async (t) => {
    const observer = new QuicObserver(conversation(), { keys: keyLog() });
    const push = (bytes: Uint8Array, offset: number) =>
      observer.push({ kind: "bytes", conversation: conversation(), side: "client", offset, bytes, frame: 1 });
    const begun = streamFrame(0, 0, Buffer.from("made up"));
    const behind = streamFrame(0, 1000, Buffer.alloc(900));
    const first = long("client", "initial", Buffer.concat([cryptoFrame(0, CLIENT_HELLO), begun, behind]));
    push(first, 0);
    const before = observer.heldBytes;
    t.ok(before < 900, `${before} bytes are held of what anyone could have made`);
    t.notOk(observer.nextDecrypted(), "and it is not told as opened");
    push(long("client", "early", behind, { secret: SECRETS.CLIENT_EARLY_TRAFFIC_SECRET }), first.length);
    t.ok(observer.heldBytes >= before + 900, "what keys opened is counted");
  },
);
