import t from "tap";
import { ByteReader } from "../../src/bytes/byte-reader.js";
import { BytesError } from "../../src/bytes/bytes-error.js";

const BYTES = Uint8Array.of(0xff, 0x01, 0x02, 0x03, 0x04, 0xfe);

t.test("reads numbers of every width in both byte orders, unsigned", async (t) => {
  t.equal(new ByteReader(BYTES).u8(), 0xff);
  t.equal(new ByteReader(BYTES).u16(), 0xff01);
  t.equal(new ByteReader(BYTES).u24(), 0xff0102);
  t.equal(new ByteReader(BYTES).u32(), 0xff010203);
  t.equal(new ByteReader(BYTES, 4).u16le(), 0xfe04);
  t.equal(new ByteReader(BYTES, 2).u32le(), 0xfe040302);
});

t.test("moves by what it read and knows what is left", async (t) => {
  const reader = new ByteReader(BYTES, 1, 5);
  t.equal(reader.offset, 1);
  reader.u16();
  t.equal(reader.offset, 3);
  t.equal(reader.remaining, 2);
  t.notOk(reader.atEnd());
  t.same(reader.rest(), Uint8Array.of(0x03, 0x04));
  t.ok(reader.atEnd());
});

t.test("gives views, not copies", async (t) => {
  const reader = new ByteReader(BYTES);
  reader.skip(1);
  const view = reader.bytes(2);
  t.equal(view.buffer, BYTES.buffer);
  t.same(view, Uint8Array.of(0x01, 0x02));
});

t.test("a sub-reader ends where its length ends, and the parent goes on behind it", async (t) => {
  const parent = new ByteReader(BYTES);
  const child = parent.sub(2);
  child.u8();
  t.throws(() => child.u16(), { name: "BytesError", code: "short", offset: 1 });
  t.equal(parent.offset, 2);
  t.equal(parent.u8(), 0x02);
});

t.test("refuses every read past the end and stays where it was", async (t) => {
  const reads: ((reader: ByteReader) => unknown)[] = [
    (reader) => reader.u8(),
    (reader) => reader.u16(),
    (reader) => reader.u24(),
    (reader) => reader.u32(),
    (reader) => reader.u16le(),
    (reader) => reader.u32le(),
    (reader) => reader.bytes(1),
    (reader) => reader.sub(1),
    (reader) => reader.skip(1),
  ];
  for (const read of reads) {
    const reader = new ByteReader(BYTES, 6);
    t.throws(() => read(reader), { name: "BytesError", code: "short", offset: 6 });
    t.equal(reader.offset, 6);
  }
});

t.test("refuses lengths that are no count", async (t) => {
  for (const length of [-1, Number.NaN, Number.POSITIVE_INFINITY, 7]) {
    t.throws(() => new ByteReader(BYTES).bytes(length), BytesError, `length ${length}`);
  }
});

t.test("refuses bounds outside its bytes", async (t) => {
  t.throws(() => new ByteReader(BYTES, 0, 7), { code: "limit" });
  t.throws(() => new ByteReader(BYTES, 3, 2), { code: "limit" });
  t.throws(() => new ByteReader(BYTES, -1), { code: "limit" });
});
