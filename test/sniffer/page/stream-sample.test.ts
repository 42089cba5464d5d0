import t from "tap";
import { fromBase64 } from "../../../src/sniffer/page/bar-list.js";
import type { SamplePiece } from "../../../src/sniffer/page/page-model.js";
import { type Reading, StreamSample } from "../../../src/sniffer/page/stream-sample.js";
import { heldBytes } from "../../helpers/held-bytes.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";

const LIMITS = { headBytes: 32, recentBytes: 64, places: 3, placeBytes: 40 };
const OPEN: Reading = { base: "plaintext", marks: [], disclosure: "open", harmless: [] };
const bytesOf = ({ data }: SamplePiece) => Buffer.from(fromBase64(data));

function numbers(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index & 0xff);
}

t.test("the first bytes are kept, however they come", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const bytes = numbers(200);
  for (const next of [() => 200, () => 1, () => 1 + random.below(50)]) {
    const sample = new StreamSample(LIMITS);
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + next());
      sample.push(at, bytes.subarray(at, end));
      at = end;
    }
    const [piece, ...others] = sample.pieces(1000, OPEN);
    t.same([piece?.offset, piece && bytesOf(piece), others], [0, Buffer.from(bytes.subarray(0, 32)), []]);
    t.same(sample.pieces(10, OPEN).map(bytesOf), [Buffer.from(bytes.subarray(0, 10))]);
    t.same(sample.pieces(0, OPEN), []);
  }
});

t.test("a place that something was found in is kept with what stands around it", async (t) => {
  const sample = new StreamSample({ ...LIMITS, recentBytes: 200, placeBytes: 200 });
  const bytes = numbers(250);
  sample.push(0, bytes.subarray(0, 150));
  sample.push(150, bytes.subarray(150));
  sample.pin({ offset: 240, length: 4 });
  const pieces = sample.pieces(1000, OPEN);
  t.same(
    pieces.map(({ offset }) => offset),
    [0, 176],
  );
  t.same(pieces.map(bytesOf)[1], Buffer.from(bytes.subarray(176)));
  sample.pin({ offset: 3, length: 4 });
  t.equal(sample.pieces(1000, OPEN).length, 2, "what is in the head is there already");
});

t.test("what must not be shown is zero, and says so; marks tell the rest apart", async (t) => {
  const sample = new StreamSample(LIMITS);
  sample.push(0, Buffer.from("user=alice pass=hunter2 end"));
  const [piece] = sample.pieces(1000, {
    ...OPEN,
    marks: [
      { offset: 0, length: 5, class: "tls_metadata" },
      { offset: 16, length: 7, class: "secret" },
      { offset: 24, length: 99, class: "withheld" },
    ],
  });
  t.same(piece?.spans, [
    { offset: 0, length: 5, class: "tls_metadata" },
    { offset: 5, length: 11, class: "plaintext" },
    { offset: 16, length: 7, class: "secret" },
    { offset: 23, length: 1, class: "plaintext" },
    { offset: 24, length: 3, class: "withheld" },
  ]);
  t.equal(piece && bytesOf(piece).toString("latin1"), "user=alice pass=\0\0\0\0\0\0\0 \0\0\0");
});

t.test("what may hold a secret is not shown, but what is marked as harmless or as ciphertext is", async (t) => {
  const sample = new StreamSample({ ...LIMITS, headBytes: 64 });
  sample.push(0, Buffer.from("\x01\x02alice\x00\x00hunter2\x00\x00ciphertext\x03\x04"));
  const [piece] = sample.pieces(1000, {
    ...OPEN,
    disclosure: "binary",
    marks: [{ offset: 18, length: 10, class: "ciphertext" }],
    harmless: [{ offset: 2, length: 5 }],
  });
  t.same(
    piece?.spans.map((span) => span.class),
    ["plaintext", "withheld", "plaintext", "ciphertext", "plaintext"],
  );
  t.equal(piece && bytesOf(piece).toString("latin1"), "\x01\x02alice\x00\x00\0\0\0\0\0\0\0\x00\x00ciphertext\x03\x04");
});

t.test("what is held for places that may come goes when none will", async (t) => {
  const sample = new StreamSample(LIMITS);
  sample.push(0, numbers(90));
  sample.pin({ offset: 60, length: 4 });
  const before = sample.pieces(1000, OPEN);
  sample.settle();
  t.same(sample.pieces(1000, OPEN), before, "what was asked for stays");
  sample.pin({ offset: 80, length: 4 });
  t.same(sample.pieces(1000, OPEN), before, "the rest is gone");
});

t.test("memory is bounded: places, their bytes, and what is held for them", async (t) => {
  const sample = new StreamSample(LIMITS);
  for (let at = 0; at < 100_000; at += 1000) {
    sample.push(at, numbers(1000));
    for (let place = 0; place < 10; place++) sample.pin({ offset: at + 950 + place, length: 5000 });
  }
  const pieces = sample.pieces(1e6, OPEN);
  const held = pieces.reduce((sum, piece) => sum + bytesOf(piece).length, 0);
  t.ok(held <= LIMITS.headBytes + LIMITS.places * LIMITS.placeBytes, `${held} bytes`);
});

t.test("a place in a stream that comes byte by byte is one place", async (t) => {
  const sample = new StreamSample({ ...LIMITS, recentBytes: 128, places: 2, placeBytes: 200 });
  for (let at = 0; at < 200; at++) {
    sample.push(at, Uint8Array.of(at));
    if (at === 99 || at === 199) sample.pin({ offset: at, length: 1 });
  }
  t.same(
    sample.pieces(1000, OPEN).map((piece) => [piece.offset, bytesOf(piece).length]),
    [
      [0, 32],
      [35, 65],
      [135, 65],
    ],
  );
});

t.test("a stream that comes byte by byte is held in little more than its bytes", async (t) => {
  const before = heldBytes();
  const samples = Array.from({ length: 20 }, () => new StreamSample());
  const byte = Uint8Array.of(0x61);
  for (let at = 0; at < 25_000; at++) for (const sample of samples) sample.push(at, byte);
  const each = (heldBytes() - before) / samples.length;
  t.ok(each < 0x10000, `${Math.round(each)} bytes for 20 KiB`);
  t.equal(samples.length, 20, "held until here");
});
