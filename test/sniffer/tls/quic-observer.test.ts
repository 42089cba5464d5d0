import { createCipheriv } from "node:crypto";
import t from "tap";
import type { Side, SnifferEvent } from "../../../src/sniffer/event.js";
import { QuicObserver } from "../../../src/sniffer/tls/quic-observer.js";
import { initialKeys, type PacketKeys } from "../../../src/sniffer/tls/quic-protection.js";
import { quicVersion } from "../../../src/sniffer/tls/quic-version.js";
import { CLIENT_INITIAL, SERVER_INITIAL } from "../../fixtures/tls/rfc9001-packets.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { clientHelloBody, extension, handshake, vector } from "./hello-bytes.js";
import { type Datagram, watchDatagrams } from "./watched-datagrams.js";

const watch = (...datagrams: Datagram[]) => watchDatagrams((talk) => new QuicObserver(talk), datagrams);
const hellos = (events: readonly SnifferEvent[]) =>
  events.filter(({ event }) => event === "client_hello" || event === "server_hello");

t.test("the sample packets of RFC 9001 show both hellos", async (t) => {
  const { events, tally } = watch({ side: "client", bytes: CLIENT_INITIAL }, { side: "server", bytes: SERVER_INITIAL });
  t.match(hellos(events), [
    {
      event: "client_hello",
      frame: 1,
      sni: "example.com",
      alpn: ["alpn"],
      versions: ["0x0304"],
      ja3: "41bc9ae914d6cb3bd0bd0a5453ab7d7f",
      ja4: /^q13d0211an_/,
    },
    {
      event: "server_hello",
      frame: 2,
      version: "0x0304",
      cipher_suite: "0x1301",
      group: "x25519",
      ja3s: "eb1d94daa7e0344597e756a1fb6e7054",
    },
  ]);
  t.equal(tally.padding, 917);
  t.equal(tally.tls_metadata, 1200 - 917 + 135);
});

// RFC 9001 appendix A.1 and RFC 9369 appendix A.1: same connection id, both versions.
t.test("the keys of both versions are those of the RFCs", async (t) => {
  const id = Buffer.from("8394c8f03e515708", "hex");
  const hex = ({ key, iv, headerKey }: PacketKeys) =>
    [key, iv, headerKey].map((bytes) => Buffer.from(bytes).toString("hex"));
  t.same(hex(keysOf(1, id, "client")), [
    "1f369613dd76d5467730efcbe3b1a22d",
    "fa044b2f42a3fd3b46fb255c",
    "9f50449e04a0e810283a1e9933adedd2",
  ]);
  t.same(hex(keysOf(1, id, "server")), [
    "cf3a5331653c364c88f0f379b6067e37",
    "0ac1493ca1905853b0bba03e",
    "c206b8d9b9f0f37644430b490eeaa314",
  ]);
  t.same(hex(keysOf(0x6b3343cf, id, "client")), [
    "8b1a0bc121284290a29e0971b5cd045d",
    "91f73e2351d8fa91660e909f",
    "45b95e15235d6f45a6b19cbcb0294ba9",
  ]);
});

function keysOf(number: number, id: Uint8Array, side: Side): PacketKeys {
  const version = quicVersion(number);
  if (version === undefined) throw new Error(`version ${number} is not known`);
  return initialKeys(version, id, side);
}

const ID = Buffer.from("0102030405060708", "hex");

/** A client's Initial packet, sealed here by the sender's half of RFC 9001 section 5. */
function sealInitial(version: number, number: number, frames: Uint8Array, id: Uint8Array = ID): Uint8Array {
  const { key, iv, headerKey } = keysOf(version, id, "client");
  const type = version === 0x6b3343cf || version === 0x709a50c4 ? 0xd0 : 0xc0;
  const fixed = Buffer.alloc(5);
  fixed.writeUInt8(type, 0);
  fixed.writeUInt32BE(version, 1);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(0x4000 | (1 + frames.length + 16));
  const header = Buffer.concat([fixed, vector(1, id), vector(1), Buffer.from([0]), length, Buffer.from([number])]);
  const nonce = Uint8Array.from(iv);
  nonce[11] = (nonce[11] ?? 0) ^ number;
  const cipher = createCipheriv("aes-128-gcm", key, nonce).setAAD(header);
  const sealed = Buffer.concat([cipher.update(frames), cipher.final(), cipher.getAuthTag()]);
  const mask = createCipheriv("aes-128-ecb", headerKey, null).update(sealed.subarray(3, 19));
  header[0] = (header[0] ?? 0) ^ ((mask[0] ?? 0) & 0x0f);
  header[header.length - 1] = number ^ (mask[1] ?? 0);
  return Buffer.concat([header, sealed]);
}

const HELLO = handshake(
  1,
  clientHelloBody({
    extensions: [extension.serverName("quic.example"), extension.versions(0x0304), extension.alpn("h3")],
  }),
);

function cryptoFrame(from: number, to: number): Uint8Array {
  const place = Buffer.alloc(4);
  place.writeUInt16BE(0x4000 | from, 0);
  place.writeUInt16BE(0x4000 | (to - from), 2);
  return Buffer.concat([Buffer.from([6]), place, HELLO.subarray(from, to)]);
}

t.test("a hello in pieces, out of order and over packets, is one hello, in each version", async (t) => {
  const drafts = [0xff000016, 0xff00001b, 0xff00001d, 0xff000022, 0xff020000, 0x709a50c4];
  for (const version of [1, 0x6b3343cf, ...drafts, 0xfaceb001, 0xfaceb002, 0x1a2a3a4a]) {
    const padding = Buffer.alloc(40);
    const first = Buffer.concat([
      cryptoFrame(30, 60),
      padding,
      Buffer.from([1]),
      cryptoFrame(0, 10),
      cryptoFrame(20, 40),
    ]);
    const second = Buffer.concat([padding, cryptoFrame(60, HELLO.length), cryptoFrame(10, 20)]);
    const { events } = watch(
      { side: "client", bytes: sealInitial(version, 0, first) },
      { side: "client", bytes: sealInitial(version, 1, second) },
    );
    t.match(hellos(events), [
      { event: "client_hello", frame: 2, sni: "quic.example", alpn: ["h3"], ja4: /^q13d0103h3_/ },
    ]);
  }
});

t.test("the frames of Google's versions are read", async (t) => {
  for (const version of [0x54303530, 0x54303531]) {
    const ack = Buffer.from([0x40, 1, 0, 0, 1, 0]);
    const crypto = cryptoFrame(0, HELLO.length);
    crypto[0] = 0x08;
    const { events } = watch({ side: "client", bytes: sealInitial(version, 0, Buffer.concat([ack, crypto])) });
    t.match(hellos(events), [{ frame: 1, sni: "quic.example" }]);
  }
});

t.test("after a retry the client starts from another connection id, and the same hello is told once", async (t) => {
  const retry = Buffer.concat([
    Buffer.from([0xf0, 0, 0, 0, 1]),
    vector(1),
    vector(1, Buffer.alloc(8, 9)),
    Buffer.alloc(30),
  ]);
  const whole = cryptoFrame(0, HELLO.length);
  const { events } = watch(
    { side: "client", bytes: sealInitial(1, 0, whole) },
    { side: "server", bytes: retry },
    { side: "client", bytes: sealInitial(1, 1, whole, Buffer.alloc(8, 9)) },
  );
  t.equal(hellos(events).length, 1);
  t.match(JSON.stringify(events), /QUIC retry/);
});

t.test("another connection from the same port is told, even where the first hello was never whole", async (t) => {
  const { events } = watch(
    { side: "client", bytes: sealInitial(1, 0, cryptoFrame(0, 50)) },
    { side: "client", bytes: sealInitial(1, 0, cryptoFrame(0, HELLO.length), Buffer.alloc(8, 9)) },
  );
  t.match(hellos(events), [{ frame: 2, sni: "quic.example" }]);
});

t.test("what is not an Initial packet stays hidden and is counted", async (t) => {
  const short = Buffer.concat([Buffer.from([0x40]), Buffer.alloc(50, 3)]);
  const { events, tally } = watch(
    { side: "client", bytes: Buffer.concat([CLIENT_INITIAL, short]) },
    { side: "server", bytes: short },
  );
  t.equal(tally.ciphertext, 102);
  t.match(JSON.stringify(events), /QUIC is encrypted: 1 packet, 51 bytes/);
});

t.test("flipped, cut, or random: nothing is thrown, nothing false is told, every byte is counted", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < 400; round++) {
    const bytes = Uint8Array.from(random.chance(0.2) ? random.bytes(1 + random.below(100)) : CLIENT_INITIAL);
    const at = random.below(Math.min(bytes.length, 60));
    bytes[at] = (bytes[at] ?? 0) ^ (1 + random.below(255));
    const cut = random.chance(0.3) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
    const { events } = watch({ side: "client", bytes: cut });
    t.same(hellos(events), [], "a single changed bit of header or payload breaks the tag");
  }
});
