import t from "tap";
import type { Frame } from "../../src/wire/frame.js";
import { FrameSlab } from "../../src/wire/frame-slab.js";
import { encodeAll, SAMPLE_FRAMES } from "./sample-frames.js";

const data = (payload: Uint8Array): Frame => ({ kind: "data", streamId: 1, end: false, payload });

t.test("many small frames leave as one chunk", async (t) => {
  const slab = new FrameSlab();
  const length = SAMPLE_FRAMES.reduce((sum, frame) => sum + slab.append(frame), 0);
  t.equal(slab.length, length);
  const chunks = slab.take();
  t.equal(chunks.length, 1);
  t.equal(chunks[0]?.length, length);
  t.equal(slab.length, 0);
  t.same(slab.take(), []);
});

t.test("a payload that takes a slow line long leaves in pieces, in order and uncopied", async (t) => {
  const slab = new FrameSlab();
  const huge = Uint8Array.from({ length: 1_000_000 }, (_, index) => index % 251);
  slab.append(data(huge));
  const [head = new Uint8Array(0), ...pieces] = slab.take();
  t.ok(head.length < 32);
  t.ok(pieces.length > 1 && pieces.every((piece) => piece.length <= 0x40000 && piece.buffer === huge.buffer));
  t.ok(Buffer.concat(pieces).equals(huge));
});

t.test("a large payload follows its head uncopied, and small frames after it stay in order", async (t) => {
  const slab = new FrameSlab();
  const large = new Uint8Array(0x20000).fill(7);
  slab.append(data(Uint8Array.of(1)));
  slab.append(data(large));
  slab.append(data(Uint8Array.of(2)));
  const chunks = slab.take();
  t.equal(chunks.length, 3);
  t.ok(chunks[1]?.buffer === large.buffer && chunks[1].length === large.length, "the same memory");
  const frames = [data(Uint8Array.of(1)), data(large), data(Uint8Array.of(2))];
  t.ok(Buffer.concat(chunks).equals(Buffer.concat(frames.map((frame) => encodeAll([frame])))));
});

t.test("more than one slab holds is split, never lost", async (t) => {
  const slab = new FrameSlab();
  const one = encodeAll([data(new Uint8Array(3_000).fill(5))]);
  for (let count = 0; count < 100; count += 1) {
    slab.append(data(new Uint8Array(3_000).fill(5)));
  }
  const chunks = slab.take();
  t.ok(chunks.length < 20, `${chunks.length} chunks`);
  t.ok(Buffer.concat(chunks).equals(Buffer.concat(Array.from({ length: 100 }, () => one))));
});

t.test("what was taken is never written to again", async (t) => {
  const slab = new FrameSlab();
  slab.append(data(Uint8Array.of(1, 1, 1)));
  const [taken] = slab.take();
  const before = Buffer.from(taken ?? []).toString("hex");
  for (let count = 0; count < 1_000; count += 1) {
    slab.append(data(Uint8Array.of(2, 2, 2)));
  }
  t.equal(Buffer.from(taken ?? []).toString("hex"), before);
});

t.test("a frame that cannot be encoded leaves the others as they are", async (t) => {
  const slab = new FrameSlab();
  slab.append(data(Uint8Array.of(1)));
  t.throws(() => slab.append({ kind: "credit", streamId: -1, bytes: 1 }), { code: "not_encodable", blame: "us" });
  slab.append(data(Uint8Array.of(2)));
  t.ok(Buffer.concat(slab.take()).equals(encodeAll([data(Uint8Array.of(1)), data(Uint8Array.of(2))])));
});
