import t from "tap";
import { CaptureReader } from "../../../src/sniffer/capture/capture-reader.js";
import { HeldPackets } from "../../../src/sniffer/web/held-packets.js";
import { read } from "../capture/capture-bytes.js";
import { numbered } from "../played-capture.js";

const KEY = `CLIENT_RANDOM ${"1".repeat(64)} ${"ab".repeat(48)}\n`;

const packets = (count: number, bytes = 100) =>
  numbered(Array.from({ length: count }, (_, index) => Buffer.alloc(bytes, index)));

const save = (held: HeldPackets) => {
  const { pieces, release } = held.capture();
  const file = Buffer.concat(pieces);
  release();
  return file;
};

/** In the order of the file. */
const readBack = (file: Uint8Array) =>
  read(CaptureReader, [file]).results.map(({ bytes }) => Buffer.from(bytes, "hex"));

t.test("the latest are held, and as a file they read back", async (t) => {
  const held = new HeldPackets({}, { bytes: 4000, pieceBytes: 1000 });
  const given = packets(100);
  t.same(readBack(save(held)), [], "none is a file too");
  for (const packet of given) held.push(packet);
  const results = readBack(save(held));
  t.equal(results.length, held.count.packets);
  t.ok(results.length > 20, `${results.length} are held`);
  t.ok(held.count.bytes <= 4000);
  t.same(
    results.map(([first]) => first),
    given.slice(-results.length).map(({ bytes }) => bytes[0]),
  );
});

t.test("a packet that is larger than a piece is held, one that is larger than all is not", async (t) => {
  const held = new HeldPackets({}, { bytes: 4000, pieceBytes: 1000 });
  for (const bytes of [10, 3000, 10, 5000, 20]) for (const packet of packets(1, bytes)) held.push(packet);
  t.same(
    readBack(save(held)).map(({ length }) => length),
    [10, 20],
  );
  for (const packet of packets(1, 3900)) held.push(packet, "its comment makes it too large".repeat(5));
  for (const packet of packets(1, 3900)) held.push(packet);
  t.same(
    readBack(save(held)).map(({ length }) => length),
    [3900],
  );
});

t.test("what is being saved does not change under the reader's hand", async (t) => {
  const held = new HeldPackets({}, { bytes: 3000, pieceBytes: 1000 });
  const given = packets(200);
  for (const packet of given.slice(0, 50)) held.push(packet);
  const { pieces, release } = held.capture();
  const before = Buffer.concat(pieces);
  for (const packet of given.slice(50)) held.push(packet);
  t.same(Buffer.concat(pieces), before);
  release();
  release();
  for (const packet of given) held.push(packet);
  t.ok(held.count.bytes <= 3000);
});

t.test("keys and comments stand in it", async (t) => {
  const held = new HeldPackets({ interfaceName: "lo" });
  held.secrets(KEY);
  held.secrets(KEY);
  for (const packet of packets(2)) held.push(packet, "readable: password");
  const file = save(held).toString("latin1");
  t.equal(file.split(KEY).length, 2, "once");
  t.ok(file.indexOf(KEY) < file.indexOf("readable: password"));
  t.equal(file.split("readable: password").length, 3);
  t.equal(readBack(save(held)).length, 2);
});
