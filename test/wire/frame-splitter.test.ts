import t from "tap";
import { FrameSplitter } from "../../src/wire/frame-splitter.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { byteByByte, feed, randomChunks, whole } from "../helpers/stage-feeding.js";

const MAX = 0x10000;
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

function split(bytes: Uint8Array, chunking = whole, maxFrameBytes = MAX) {
  return feed(new FrameSplitter(maxFrameBytes), chunking(bytes), ({ bytes, start, end, offset, length }) => {
    return `${offset}+${length}:${bytes.toString("hex", start, end)}`;
  });
}

t.test("tells where each frame lay, however the bytes were cut", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const long = `8001${"ab".repeat(128)}`;
  const stream = hex(`01 aa ${long} 02 bbcc`);
  const spans = ["0+2:aa", `2+130:${"ab".repeat(128)}`, "132+3:bbcc"];
  for (const chunking of [whole, byteByByte, randomChunks(random, 3), randomChunks(random, 100)]) {
    t.same(split(stream, chunking), { results: spans, error: undefined });
  }
});

const REFUSED_PREFIXES: [string, string, string][] = [
  ["a frame of no bytes", "00", "zero_length"],
  ["a length of 1 in two bytes", "81 00", "prefix_not_minimal"],
  ["a length of 0 in two bytes", "80 00", "prefix_not_minimal"],
  ["a length of 128 in three bytes", "80 81 00", "prefix_not_minimal"],
  ["a length one over the limit", "81 80 04", "frame_too_large"],
  ["the largest length of four bytes", "ff ff ff 7f", "frame_too_large"],
  ["a fifth byte", "80 80 80 80 01", "prefix_too_long"],
  ["a fifth byte that has not come yet", "ff ff ff ff", "prefix_too_long"],
];

for (const [name, prefix, code] of REFUSED_PREFIXES) {
  t.test(`refuses ${name} as ${code}, by the prefix alone`, async (t) => {
    for (const chunking of [whole, byteByByte]) {
      const { results, error } = split(hex(`01 aa ${prefix}`), chunking);
      t.same(results, ["0+2:aa"], "the frame before it is delivered");
      t.match(error, { name: "WireError", code, blame: "peer", offset: 2 });
    }
  });
}

t.test("accepts a frame of exactly the limit", async (t) => {
  const stream = Buffer.concat([hex("80 80 04"), new Uint8Array(MAX)]);
  t.equal(split(stream).results.length, 1);
});

t.test("a new limit holds from the next prefix on", async (t) => {
  const splitter = new FrameSplitter(1);
  splitter.push(hex("01 aa"));
  t.ok(splitter.next());
  splitter.maxFrameBytes = 2;
  splitter.push(hex("02 aabb"));
  t.ok(splitter.next());
});

t.test("a stream that ends within a frame is truncated, at the frame's own offset", async (t) => {
  for (const rest of ["80", "02", "02 aa", "80 01"]) {
    const { results, error } = split(hex(`01 aa ${rest}`));
    t.equal(results.length, 1);
    t.match(error, { code: "truncated", blame: "peer", offset: 2 }, rest);
  }
  t.equal(split(hex("01 aa")).error, undefined);
});

t.test("after a refusal it is finished: nothing is kept and nothing comes", async (t) => {
  const splitter = new FrameSplitter(MAX);
  splitter.push(hex("00 01 aa"));
  t.throws(() => splitter.next(), { code: "zero_length" });
  t.equal(splitter.next(), undefined);
  splitter.push(hex("01 aa"));
  t.equal(splitter.next(), undefined);
  splitter.finish();
  t.equal(splitter.next(), undefined);
});

t.test("several chunks may be pushed before the first frame is taken", async (t) => {
  const splitter = new FrameSplitter(MAX);
  for (const chunk of ["02 aa", "bb 01", "cc"]) {
    splitter.push(hex(chunk));
  }
  t.match(splitter.next(), { offset: 0, length: 3 });
  t.match(splitter.next(), { offset: 3, length: 2 });
  t.equal(splitter.next(), undefined);
});

t.test("a frame in one chunk is a view of it", async (t) => {
  const chunk = hex("02 aabb 01 cc");
  const splitter = new FrameSplitter(MAX);
  splitter.push(chunk);
  t.equal(splitter.next()?.bytes.buffer, chunk.buffer);
  t.equal(splitter.next()?.bytes.buffer, chunk.buffer);
});

t.test("a partial frame takes memory for what arrived, not for what is promised", async (t) => {
  const splitters = Array.from({ length: 500 }, () => new FrameSplitter(0xfffffff));
  const before = process.memoryUsage().arrayBuffers;
  for (const splitter of splitters) {
    splitter.push(Buffer.concat([hex("ff ff ff 7f"), new Uint8Array(100)]));
    t.equal(splitter.next(), undefined);
  }
  const grownBytes = process.memoryUsage().arrayBuffers - before;
  t.ok(grownBytes < 500 * 4_096, `${grownBytes} bytes for 500 frames of 100 bytes each so far`);
});

t.test("4 MiB in one-byte chunks come out whole", async (t) => {
  const frameBytes = 0x400000;
  const splitter = new FrameSplitter(frameBytes);
  splitter.push(hex("80 80 80 02"));
  const byte = Uint8Array.of(0x5a);
  let spans = 0;
  for (let count = 0; count < frameBytes; count += 1) {
    splitter.push(byte);
    const span = splitter.next();
    if (span !== undefined) {
      spans += 1;
      t.equal(span.end - span.start, frameBytes);
      t.equal(span.bytes.length, frameBytes, "the buffer is not larger than the frame");
    }
  }
  t.equal(spans, 1);
});
