import t from "tap";
import { ByteQueue } from "../../src/bytes/byte-queue.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";

const counted = (length: number, from = 0) => Uint8Array.from({ length }, (_, at) => (from + at) & 0xff);

t.test("gives a view when the bytes lie in one chunk, a copy when they do not", async (t) => {
  const queue = new ByteQueue();
  const first = counted(300);
  queue.push(first);
  queue.push(counted(300, 300));
  t.equal(queue.take(200).buffer, first.buffer);
  const across = queue.take(200);
  t.not(across.buffer, first.buffer);
  t.same(across, counted(200, 200));
  t.equal(queue.length, 200);
});

t.test("peeks at any place without taking", async (t) => {
  const queue = new ByteQueue();
  queue.push(counted(300));
  queue.push(Uint8Array.of(0xaa));
  t.equal(queue.peek(0), 0);
  t.equal(queue.peek(299), 299 & 0xff);
  t.equal(queue.peek(300), 0xaa);
  t.equal(queue.peek(301), undefined);
  t.equal(queue.length, 301);
});

t.test("refuses to take or skip more than waits, and loses nothing by it", async (t) => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(1, 2));
  t.throws(() => queue.take(3), { name: "BytesError", code: "short" });
  t.throws(() => queue.skip(3), { code: "short" });
  t.throws(() => queue.skip(-1), { code: "short" });
  t.same(queue.take(2), Uint8Array.of(1, 2));
  t.same(queue.take(0), new Uint8Array(0));
});

t.test("what was taken stays as it was while more arrives", async (t) => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(1, 2, 3));
  const taken = queue.take(2);
  queue.push(Uint8Array.of(4, 5));
  queue.push(Uint8Array.of(6));
  t.same(taken, Uint8Array.of(1, 2));
  t.same(queue.take(4), Uint8Array.of(3, 4, 5, 6));
});

t.test("own lets go of the chunks that came in", async (t) => {
  const queue = new ByteQueue();
  const lent = counted(0x10000);
  queue.push(lent);
  queue.skip(0xfffe);
  queue.own();
  lent.fill(0xff);
  queue.push(Uint8Array.of(9));
  const rest = queue.take(3);
  t.same(rest, Uint8Array.of(0xfe, 0xff, 9));
  t.ok(rest.buffer.byteLength < 0x1000, "the rest keeps no large buffer alive");
});

t.test("clear forgets everything", async (t) => {
  const queue = new ByteQueue();
  queue.push(counted(1000));
  queue.clear();
  t.equal(queue.length, 0);
  t.equal(queue.peek(0), undefined);
  queue.push(Uint8Array.of(7));
  t.same(queue.take(1), Uint8Array.of(7));
});

t.test("any mixture of pushes and takes is the same bytes in the same order", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const queue = new ByteQueue();
  let pushed = 0;
  let taken = 0;
  for (let step = 0; step < 5_000; step += 1) {
    const length = random.chance(0.1) ? random.below(5_000) : random.below(40);
    if (random.chance(0.5)) {
      queue.push(counted(length, pushed));
      pushed += length;
    } else if (random.chance(0.1)) {
      queue.own();
    } else {
      const count = Math.min(length, queue.length);
      const bytes = queue.take(count);
      if (Buffer.compare(bytes, counted(count, taken)) !== 0) {
        t.fail(`step ${step}: other bytes came out`);
        return;
      }
      taken += count;
    }
  }
  t.equal(queue.length, pushed - taken);
});

t.test("four million one-byte chunks are held in about as many bytes", async (t) => {
  const queue = new ByteQueue();
  const byte = Uint8Array.of(0x5a);
  for (let count = 0; count < 0x400000; count += 1) {
    queue.push(byte);
  }
  t.equal(queue.length, 0x400000);
  t.equal(queue.peek(0x3fffff), 0x5a);
  t.equal(queue.take(0x400000).length, 0x400000);
});
