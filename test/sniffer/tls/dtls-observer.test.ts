import t from "tap";
import { DtlsObserver } from "../../../src/sniffer/tls/dtls-observer.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { clientHelloBody, extension, serverHelloBody, u16s, vector } from "./hello-bytes.js";
import { type Datagram, watchDatagrams } from "./watched-datagrams.js";

const watch = (...datagrams: Datagram[]) => watchDatagrams((talk) => new DtlsObserver(talk), datagrams);

function record(type: number, fragment: Uint8Array, epoch = 0): Uint8Array {
  return Buffer.concat([Buffer.from([type]), u16s(0xfefd, epoch, 0, 0, 5), vector(2, fragment)]);
}

/** A handshake fragment: bytes `from` to `to` of the body. */
function piece(type: number, number: number, body: Uint8Array, from = 0, to = body.length): Uint8Array {
  const place = Buffer.alloc(3);
  place.writeUIntBE(from, 0, 3);
  const whole = Buffer.alloc(3);
  whole.writeUIntBE(body.length, 0, 3);
  return Buffer.concat([Buffer.from([type]), whole, u16s(number), place, vector(3, body.subarray(from, to))]);
}

/** The cookie stands behind the session id. */
function dtlsHello(cookie: Uint8Array): Uint8Array {
  const plain = clientHelloBody({
    legacyVersion: 0xfefd,
    cipherSuites: [0xc02b, 0xc02f],
    extensions: [extension.serverName("dtls.example"), extension.alpn("webrtc")],
  });
  return Buffer.concat([plain.subarray(0, 35), vector(1, cookie), plain.subarray(35)]);
}

const client = (...records: Uint8Array[]): Datagram => ({ side: "client", bytes: Buffer.concat(records) });
const server = (...records: Uint8Array[]): Datagram => ({ side: "server", bytes: Buffer.concat(records) });

t.test("hellos with and without cookie are read, and the rest after them stays hidden", async (t) => {
  const hello = serverHelloBody({ legacyVersion: 0xfefd, cipherSuite: 0xc02b });
  const { events, tally } = watch(
    client(record(0x16, piece(1, 0, dtlsHello(Buffer.alloc(0))))),
    server(record(0x16, piece(3, 0, Buffer.alloc(23)))),
    client(record(0x16, piece(1, 1, dtlsHello(Buffer.alloc(20, 7))))),
    server(record(0x16, piece(2, 1, hello)), record(0x14, Buffer.from([1])), record(0x16, Buffer.alloc(40), 1)),
    client(record(0x17, Buffer.alloc(30), 1), record(0x15, Buffer.alloc(10), 1)),
    server(record(0x15, Buffer.from([2, 40]))),
  );
  t.match(
    events.filter(({ event }) => event === "client_hello"),
    [1, 3].map((frame) => ({
      frame,
      sni: "dtls.example",
      alpn: ["webrtc"],
      versions: ["0xfefd"],
      ja4: /^dd2d0202wc_/,
    })),
  );
  t.match(
    events.filter(({ event }) => event === "server_hello"),
    [{ version: "0xfefd", cipher_suite: "0xc02b" }],
  );
  t.match(
    events.filter(({ event }) => event === "alert"),
    [{ name: "encrypted" }, { level: 2, name: "handshake_failure" }],
  );
  t.match(JSON.stringify(events), /application data is encrypted: 1 record, 30 bytes/);
  t.equal(tally.ciphertext, 80);
});

t.test("a hello in pieces, in any order and twice, is one hello", async (t) => {
  const body = dtlsHello(Buffer.alloc(0));
  const { events } = watch(
    client(record(0x16, piece(1, 0, body, 40, 70))),
    client(record(0x16, Buffer.concat([piece(1, 0, body, 0, 45), piece(1, 0, body, 0, 20)]))),
    client(record(0x16, piece(1, 0, body, 60))),
  );
  t.match(
    events.filter(({ event }) => event === "client_hello"),
    [{ frame: 3, sni: "dtls.example" }],
  );
});

t.test("a length that lies is not believed", async (t) => {
  const body = new Uint8Array(0xffffff);
  const { events } = watch(
    client(record(0x16, piece(1, 0, body, 0, 10))),
    client(record(0x16, piece(1, 1, body.subarray(0, 20), 15, 20)), record(0x16, Buffer.from([1, 0, 0, 9]))),
  );
  t.match(JSON.stringify(events), /a handshake fragment is cut short/);
});

t.test("records of DTLS 1.3 that hide their length are ciphertext, STUN in between is left alone", async (t) => {
  const stun = Buffer.from("000100002112a442", "hex");
  const { tally } = watch(client(Buffer.from([0x2f, ...Buffer.alloc(40)])), client(stun));
  t.equal(tally.ciphertext, 41);
  t.equal(tally.not_understood, stun.length);
});

t.test("flipped and cut anywhere: nothing is thrown, every byte is counted", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const datagram = client(record(0x16, piece(1, 0, dtlsHello(Buffer.alloc(8)))), record(0x15, Buffer.from([2, 40])));
  for (let at = 0; at < datagram.bytes.length; at++) {
    const bytes = Uint8Array.from(datagram.bytes);
    bytes[at] = random.below(256);
    watch({ side: "client", bytes }, { side: "client", bytes: datagram.bytes.subarray(0, at) });
  }
  t.pass("the tally is checked after every datagram");
});
