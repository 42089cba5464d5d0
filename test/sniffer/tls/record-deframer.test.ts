import t from "tap";
import type { Stage } from "../../../src/bytes/stage.js";
import { RecordDeframer, type TlsRecord } from "../../../src/sniffer/tls/record-deframer.js";
import { TlsError } from "../../../src/sniffer/tls/tls-error.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { byteByByte, type Chunking, feed, randomChunks, whole } from "../../helpers/stage-feeding.js";
import { record } from "./hello-bytes.js";
import { illustratedTalk } from "./illustrated-talk.js";

/** The deframer behind the helpers' plain byte interface. */
class Fed implements Stage<Uint8Array, TlsRecord> {
  readonly deframer = new RecordDeframer();
  #offset = 0;

  push(bytes: Uint8Array): void {
    this.deframer.push({ bytes, offset: this.#offset, frame: 1 });
    this.#offset += bytes.length;
  }

  next(): TlsRecord | undefined {
    return this.deframer.next();
  }

  finish(): void {
    this.deframer.finish();
  }
}

function deframe(bytes: Uint8Array, chunking: Chunking, keepsApplicationData = true) {
  const stage = new Fed();
  stage.deframer.keepsApplicationData = keepsApplicationData;
  return feed(stage, chunking(bytes), ({ type, offset, length, fragment }) => ({
    type,
    offset,
    length,
    fragment: fragment === undefined ? undefined : Buffer.from(fragment).toString("hex"),
  }));
}

const STREAM = Buffer.concat([
  record(0x16, Buffer.from("hello")),
  record(0x14, Buffer.from([1])),
  record(0x17, Buffer.alloc(0)),
  record(0x17, Buffer.alloc(0x4000 + 2048, 0xaa), 0x0301),
  record(0x15, Buffer.from([1, 0]), 0x0300),
  record(0x18, Buffer.from([1, 0, 0]), 0x0304),
]);

t.test("records come out the same however the bytes arrive", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const expected = deframe(STREAM, whole);
  t.same(
    expected.results.map(({ type, length }) => [type, length]),
    [
      [0x16, 5],
      [0x14, 1],
      [0x17, 0],
      [0x17, 0x4800],
      [0x15, 2],
      [0x18, 3],
    ],
  );
  t.same(deframe(STREAM, byteByByte), expected);
  for (let round = 0; round < 20; round++) t.same(deframe(STREAM, randomChunks(random, 700)), expected);
});

t.test("each record of the illustrated connections has its own bytes", async (t) => {
  for (const turn of [...illustratedTalk("12"), ...illustratedTalk("13")]) {
    if (!("bytes" in turn)) continue;
    const { results, error } = deframe(turn.bytes, byteByByte);
    t.equal(error, undefined);
    const joined = results.map(({ fragment }) => fragment).join("");
    const headers = results.length * 5;
    t.equal(joined.length / 2 + headers, turn.bytes.length);
    for (const { offset, length, fragment } of results) {
      t.equal(fragment, Buffer.from(turn.bytes.subarray(offset + 5, offset + 5 + length)).toString("hex"));
    }
  }
});

t.test("application data is only skipped over unless someone wants it", async (t) => {
  const { results } = deframe(STREAM, byteByByte, false);
  t.same(
    results.map(({ fragment }) => fragment !== undefined),
    [true, true, false, false, true, true],
  );
});

t.test("good records before a bad header are delivered, then one error, then nothing", async (t) => {
  for (const bad of ["1a0303000101", "160203000101", "160305000101", "1603034801"]) {
    const { results, error } = deframe(
      Buffer.concat([record(0x15, Buffer.from([1, 0])), Buffer.from(bad, "hex")]),
      whole,
    );
    t.equal(results.length, 1);
    t.ok(error instanceof TlsError && error.code === "malformed", bad);
  }
});

t.test("what is cut off is pending, byte for byte", async (t) => {
  const bytes = record(0x17, Buffer.alloc(40));
  for (let length = 0; length < bytes.length; length++) {
    const deframer = new RecordDeframer();
    deframer.push({ bytes: bytes.subarray(0, length), offset: 0, frame: 1 });
    t.equal(deframer.next(), undefined);
    t.equal(deframer.pendingHeaderBytes + deframer.pendingFragmentBytes, length);
  }
});

t.test("a hole inside a fragment leaves the next boundary known", async (t) => {
  const deframer = new RecordDeframer();
  const bytes = record(0x16, Buffer.alloc(100));
  deframer.push({ bytes: bytes.subarray(0, 30), offset: 0, frame: 1 });
  t.equal(deframer.next(), undefined);
  t.equal(deframer.skip(76, 2), false, "it would reach into the next record");
  t.equal(deframer.skip(70, 2), true);
  deframer.push({ bytes: record(0x15, Buffer.from([1, 0])), offset: 100, frame: 3 });
  deframer.push({
    bytes: Buffer.concat([bytes.subarray(100), record(0x15, Buffer.from([1, 0]))]),
    offset: 100,
    frame: 3,
  });
  t.match(deframer.next(), { type: 0x16, length: 100, missing: 70, fragment: undefined });
  t.match(deframer.next(), { type: 0x15, missing: 0, offset: 105 });
});
