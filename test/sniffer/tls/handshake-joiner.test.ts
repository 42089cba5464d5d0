import t from "tap";
import { HandshakeJoiner } from "../../../src/sniffer/tls/handshake-joiner.js";
import { TlsError } from "../../../src/sniffer/tls/tls-error.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { byteByByte, type Chunking, feed, randomChunks, whole } from "../../helpers/stage-feeding.js";
import { handshake } from "./hello-bytes.js";

const LIMITS = { maxMessageBytes: 1000, maxCertificateBytes: 5000 };
const MESSAGES = Buffer.concat([
  handshake(0x00, Buffer.alloc(0)),
  handshake(0x02, Buffer.alloc(1000, 1)),
  handshake(0x0b, Buffer.alloc(5000, 2)),
  handshake(0x0e, Buffer.alloc(0)),
]);

function join(chunking: Chunking) {
  const joiner = new HandshakeJoiner(LIMITS);
  const stage = {
    push: (bytes: Uint8Array) => joiner.push({ bytes, offset: 0, frame: 1 }),
    next: () => joiner.next(),
    finish: () => joiner.finish(),
  };
  return feed(stage, chunking(MESSAGES), ({ type, body }) => `${type}:${body.length}:${body[0]}`);
}

t.test("messages come out the same whatever records carry them", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const expected = { results: ["0:0:undefined", "2:1000:1", "11:5000:2", "14:0:undefined"], error: undefined };
  t.same(join(whole), expected);
  t.same(join(byteByByte), expected);
  for (let round = 0; round < 20; round++) t.same(join(randomChunks(random, 300)), expected);
});

t.test("a message over its limit is passed over, not stored", async (t) => {
  const joiner = new HandshakeJoiner(LIMITS);
  const stream = Buffer.concat([handshake(0x02, Buffer.alloc(1001)), handshake(0x0e, Buffer.alloc(0))]);
  joiner.push({ bytes: stream.subarray(0, 10), offset: 0, frame: 1 });
  t.throws(() => joiner.next(), new TlsError("limit", "server_hello of 1001 bytes is over the limit of 1000"));
  t.equal(joiner.next(), undefined);
  t.ok(joiner.isMidMessage);
  joiner.push({ bytes: stream.subarray(10), offset: 0, frame: 2 });
  t.match(joiner.next(), { type: 0x0e, frame: 2 });
  t.equal(joiner.next(), undefined);
  t.notOk(joiner.isMidMessage);
});

t.test("a message says where it began and which packet completed it", async (t) => {
  const joiner = new HandshakeJoiner(LIMITS);
  const message = handshake(0x01, Buffer.alloc(20));
  joiner.push({ bytes: message.subarray(0, 3), offset: 70, frame: 4 });
  t.equal(joiner.next(), undefined);
  joiner.push({ bytes: message.subarray(3), offset: 78, frame: 5 });
  t.match(joiner.next(), { offset: 70, frame: 5 });
});
