import t from "tap";
import { RecordSearch } from "../../../src/sniffer/tls/record-search.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { byteByByte, randomChunks } from "../../helpers/stage-feeding.js";
import { clientHelloRecord, record } from "./hello-bytes.js";

/** Three lures: one that would have to wait for 8 KiB, one of an unlikely length, one that is over the limit. */
const RUBBISH = Buffer.from(
  "the tail of some \x16\x03\x03 record \x14\x03\x03\x00\x04 and \x17\x03\x03\xff\xff more",
  "latin1",
);

function searchAll(chunks: readonly Uint8Array[], offset = 1000) {
  const search = new RecordSearch();
  let at = offset;
  for (const [index, chunk] of chunks.entries()) {
    const found = search.push({ bytes: chunk, offset: at, frame: index + 1 });
    at += chunk.length;
    if (found !== undefined) return { found, held: search.heldBytes };
  }
  return { found: undefined, held: search.heldBytes };
}

t.test("two headers in a row make a boundary, whatever the chunks", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const records = Buffer.concat([record(0x17, random.bytes(300)), record(0x17, random.bytes(300))]);
  const stream = Buffer.concat([RUBBISH, records]);
  const feedings = [[stream], ...Array.from({ length: 20 }, () => randomChunks(random, 90)(stream))];
  for (const chunks of feedings) {
    const { found } = searchAll(chunks);
    t.equal(found?.[0]?.offset, 1000 + RUBBISH.length, "the lures before it are passed over");
    const bytes = Buffer.concat(found?.map((chunk) => chunk.bytes) ?? []);
    t.ok(records.subarray(0, bytes.length).equals(bytes), "from the boundary on, nothing is lost");
  }
});

t.test("the chunks found name the packets that they came in", async (t) => {
  const stream = record(0x17, Buffer.alloc(50, 7));
  const parts = [Buffer.concat([RUBBISH, stream.subarray(0, 20)]), stream.subarray(20, 40), stream.subarray(40)];
  const { found } = searchAll(parts);
  t.same(
    found?.map(({ frame, bytes }) => [frame, bytes.length]),
    [
      [1, 20],
      [2, 20],
      [3, 15],
    ],
  );
});

t.test("a hello is believed at once", async (t) => {
  const hello = clientHelloRecord();
  const { found } = searchAll([hello.subarray(0, 20)]);
  t.equal(found?.[0]?.offset, 1000);
});

t.test("a record that ends with its packet is believed", async (t) => {
  t.equal(searchAll([record(0x17, Buffer.alloc(30, 9))]).found?.length, 1);
});

t.test("a single header in the middle is not", async (t) => {
  const lure = Buffer.concat([record(0x17, Buffer.alloc(30, 9)), Buffer.alloc(100, 0xee)]);
  const { found, held } = searchAll([lure]);
  t.equal(found, undefined);
  t.ok(held < 5);
});

t.test("random bytes are never believed and hardly held", async (t) => {
  // One seed: of any, a record by chance ends with the packet once in some million runs, and is believed rightly.
  const random = new RandomSource(1);
  const { found, held } = searchAll([random.bytes(200_000)]);
  t.equal(found, undefined);
  t.ok(held <= 0x4805);
});

t.test("a header lure never holds more than one record", async (t) => {
  const search = new RecordSearch();
  const lure = Buffer.concat([Buffer.from("1703034800", "hex"), Buffer.alloc(60_000, 0x17)]);
  let most = 0;
  let offset = 0;
  for (const chunk of byteByByte(lure)) {
    search.push({ bytes: chunk, offset: offset++, frame: 1 });
    most = Math.max(most, search.heldBytes);
  }
  t.ok(most <= 0x4800 + 10, `${most} bytes were held`);
});
