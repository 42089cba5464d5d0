import t from "tap";
import type { DecodedFrame } from "../../src/wire/frame.js";
import { FrameDecoder } from "../../src/wire/frame-decoder.js";
import { encodeFrame } from "../../src/wire/frame-encoder.js";
import { WireError } from "../../src/wire/wire-error.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { byteByByte, feed, randomChunks, whole } from "../helpers/stage-feeding.js";
import { plainBytes } from "./frame-message.js";
import { encodeAll, SAMPLE_FRAMES } from "./sample-frames.js";

const STREAM = encodeAll(SAMPLE_FRAMES);
const STARTS = SAMPLE_FRAMES.map((_, at) => encodeAll(SAMPLE_FRAMES.slice(0, at)).length);

const keep = (decoded: DecodedFrame) => plainBytes(decoded.frame);

t.test("gives back every frame that was encoded, however the bytes were cut", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const expected = SAMPLE_FRAMES.map(plainBytes);
  for (const chunking of [whole, byteByByte, randomChunks(random, 7), randomChunks(random, 300)]) {
    const { results, error } = feed(new FrameDecoder(), chunking(STREAM), keep);
    t.equal(error, undefined);
    t.same(results, expected);
  }
});

t.test("tells where each frame lay in the stream", async (t) => {
  const { results } = feed(new FrameDecoder(), byteByByte(STREAM), ({ offset, length }) => ({ offset, length }));
  t.same(
    results.map(({ offset }) => offset),
    STARTS,
  );
  t.equal(
    results.reduce((sum, { length }) => sum + length, 0),
    STREAM.length,
  );
});

t.test("cut off anywhere, it gives the whole frames before the cut and then says truncated", async (t) => {
  for (let cut = 0; cut < STREAM.length; cut += 1) {
    const { results, error } = feed(new FrameDecoder(), [STREAM.subarray(0, cut)], keep);
    const before = STARTS.filter((start) => start <= cut).length - 1;
    const atBorder = STARTS.includes(cut);
    if (results.length !== before) {
      t.equal(results.length, before, `cut at ${cut}`);
    }
    if (atBorder ? error !== undefined : !(error instanceof WireError && error.code === "truncated")) {
      t.fail(`cut at ${cut}: ${String(error)}`);
    }
  }
});

t.test("with any byte changed, nothing but WireError comes out, and frames before it are delivered", async (t) => {
  for (let at = 0; at < STREAM.length; at += 1) {
    for (const mask of [0x01, 0x80, 0xff]) {
      const bytes = Uint8Array.from(STREAM);
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      const { results, error } = feed(new FrameDecoder(), [bytes], keep);
      if (error !== undefined && !(error instanceof WireError && error.blame === "peer")) {
        t.fail(`byte ${at} xor ${mask}: ${String(error)}`);
      }
      const untouched = STARTS.filter((start) => start <= at).length - 1;
      if (results.length < untouched) {
        t.fail(`byte ${at} xor ${mask}: ${results.length} frames of ${untouched}`);
      }
    }
  }
});

t.test("random bytes give WireError or nothing", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < 5_000; round += 1) {
    const { error } = feed(new FrameDecoder(), [random.bytes(random.below(60))], keep);
    if (error !== undefined && !(error instanceof WireError)) {
      t.fail(`round ${round}: ${String(error)}`);
    }
  }
});

t.test("an error in a frame tells its place in the stream, and ends the decoder", async (t) => {
  const decoder = new FrameDecoder();
  // Ping with its token twice; the second token's value stands at offset 6 of the frame.
  decoder.push(Buffer.concat([STREAM, Buffer.from("064a0408010802", "hex")]));
  for (const _ of SAMPLE_FRAMES) {
    decoder.next();
  }
  t.throws(() => decoder.next(), { code: "duplicate_field", offset: STREAM.length + 6 });
  t.equal(decoder.next(), undefined);
  decoder.push(STREAM);
  t.equal(decoder.next(), undefined);
});

t.test("a payload is a view when its frame lies in one chunk", async (t) => {
  const { head, payload } = encodeFrame({ kind: "data", streamId: 1, end: false, payload: new Uint8Array(1_000) });
  const chunk = Buffer.concat([head, payload]);
  const decoder = new FrameDecoder();
  decoder.push(chunk);
  const frame = decoder.next()?.frame;
  t.equal(frame?.kind === "data" && frame.payload.buffer, chunk.buffer);
});

t.test("a payload that was gathered from chunks is not written to by later frames", async (t) => {
  const decoder = new FrameDecoder();
  const encoded = (fill: number) =>
    encodeAll([{ kind: "data", streamId: 1, end: false, payload: new Uint8Array(50).fill(fill) }]);
  const payloads: Uint8Array[] = [];
  for (const byte of byteByByte(Buffer.concat([encoded(1), encoded(2)]))) {
    decoder.push(byte);
    const frame = decoder.next()?.frame;
    if (frame?.kind === "data") {
      payloads.push(frame.payload);
    }
  }
  t.same(
    payloads.map((payload) => payload[49]),
    [1, 2],
  );
});

t.test("the limit of frames can be raised after Hello", async (t) => {
  const large = encodeAll([{ kind: "data", streamId: 1, end: false, payload: new Uint8Array(0x10000) }]);
  t.match(feed(new FrameDecoder(), [large], keep).error, { code: "frame_too_large", offset: 0 });
  const decoder = new FrameDecoder();
  t.equal(decoder.maxFrameBytes, 0x10000);
  decoder.maxFrameBytes = 0x20000;
  t.equal(feed(decoder, [large], keep).results.length, 1);
});

t.test("tells padding and the ignorable mark beside the frame", async (t) => {
  const { head } = encodeFrame({ kind: "credit", streamId: 1, bytes: 1 }, { ignorable: true, paddingBytes: 9 });
  const decoder = new FrameDecoder();
  decoder.push(head);
  t.match(decoder.next(), { ignorable: true, paddingBytes: 9, frame: { kind: "credit" } });
});
