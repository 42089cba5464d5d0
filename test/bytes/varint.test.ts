import t from "tap";
import { ByteReader } from "../../src/bytes/byte-reader.js";
import { decodeVarint, decodeVarint64, encodeVarint, varintLength } from "../../src/bytes/varint.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";

const read = (...bytes: number[]) => new ByteReader(Uint8Array.from(bytes));

const PAIRS: [number, number[]][] = [
  [0, [0x00]],
  [0x7f, [0x7f]],
  [0x80, [0x80, 0x01]],
  [300, [0xac, 0x02]],
  [0x3fff, [0xff, 0x7f]],
  [0x4000, [0x80, 0x80, 0x01]],
  [0x1fffff, [0xff, 0xff, 0x7f]],
  [0x200000, [0x80, 0x80, 0x80, 0x01]],
  [0xfffffff, [0xff, 0xff, 0xff, 0x7f]],
  [0x10000000, [0x80, 0x80, 0x80, 0x80, 0x01]],
  [0xffffffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
];

t.test("known values have their known bytes, both ways", async (t) => {
  for (const [value, bytes] of PAIRS) {
    const into = new Uint8Array(7);
    t.equal(encodeVarint(value, into, 1), 1 + bytes.length);
    t.same([...into.subarray(1, 1 + bytes.length)], bytes);
    t.equal(varintLength(value), bytes.length);
    const reader = read(...bytes, 0x55);
    t.equal(decodeVarint(reader), value);
    t.equal(reader.offset, bytes.length);
    t.equal(decodeVarint64(read(...bytes)), BigInt(value));
  }
});

t.test("random values come back", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const into = new Uint8Array(5);
  for (let count = 0; count < 2_000; count += 1) {
    const value = random.uint32() >>> random.below(32);
    const end = encodeVarint(value, into, 0);
    if (decodeVarint(new ByteReader(into, 0, end)) !== value || end !== varintLength(value)) {
      t.fail(`${value} does not come back`);
    }
  }
});

t.test("64 bits are read to the last", async (t) => {
  const most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
  t.equal(decodeVarint64(read(...most)), 0xffffffffffffffffn);
  t.equal(decodeVarint64(read(0x80, 0x80, 0x80, 0x80, 0x10)), 1n << 32n);
});

t.test("refuses what does not fit or does not end", async (t) => {
  t.throws(() => decodeVarint(read(0xff, 0xff, 0xff, 0xff, 0x10)), { code: "malformed", offset: 0 });
  t.throws(() => decodeVarint(read(0x80, 0x80, 0x80, 0x80, 0x80, 0x01)), { code: "malformed" });
  t.throws(() => decodeVarint(read(0x80)), { code: "short" });
  t.throws(() => decodeVarint(read()), { code: "short" });
  const eleven = Array.from({ length: 10 }, () => 0x80);
  t.throws(() => decodeVarint64(read(...eleven, 0x01)), { code: "malformed" });
  t.throws(() => decodeVarint64(read(...eleven.slice(1), 0x02)), { code: "malformed" });
  t.throws(() => decodeVarint64(read(0xff, 0xff)), { code: "short" });
});
