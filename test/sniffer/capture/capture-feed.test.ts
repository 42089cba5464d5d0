// The memory that captures are read into must make no difference, whatever its size and that of the reads.
import t from "tap";
import { CaptureFeed } from "../../../src/sniffer/capture/capture-feed.js";
import { CaptureReader } from "../../../src/sniffer/capture/capture-reader.js";
import { PacketCursor } from "../../../src/sniffer/packet/packet-cursor.js";
import { PacketMemory } from "../../../src/sniffer/packet/packet-memory.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { whole } from "../../helpers/stage-feeding.js";
import { block, enhanced, fixture, kept, networkInterface, type Read, read, section } from "./capture-bytes.js";

const FILES = [
  "illustrated-tls12/capture.pcap",
  "pcapng-more/modified-format.pcap",
  "pcapng-suite/output_be/difficult/test202.pcapng",
  "pcapng-suite/output_le/difficult/test202.pcapng",
].map(fixture);
/** A block that no slot holds, between packets. */
const LARGE = Buffer.concat([
  section("le"),
  networkInterface("le", 101),
  enhanced("le", 0, [0, 1], Buffer.from("before")),
  block("le", 0x0bad, Buffer.alloc(300_000)),
  enhanced("le", 0, [0, 2], Buffer.from("behind")),
  enhanced("le", 0, [0, 3], Buffer.from("behind that")),
]);

interface Fed {
  readonly packets: Read[];
  /** How many of them had a position at which their bytes stood. */
  readonly placed: number;
}

function feedThrough(file: Uint8Array, memory: PacketMemory, nextLength: () => number): Fed {
  const reader = new CaptureReader();
  const feed = new CaptureFeed(reader, memory);
  const cursor = new PacketCursor();
  const packets: Read[] = [];
  let placed = 0;
  for (let at = 0; at < file.length; ) {
    const room = feed.room();
    const part = file.subarray(at, at + Math.min(nextLength(), room.length));
    room.set(part);
    at += part.length;
    feed.filled(part.length);
    while (reader.advance(cursor)) {
      packets.push(kept(cursor.packet()));
      if (cursor.position >= 0 && stands(cursor, memory)) placed += 1;
    }
  }
  reader.finish();
  while (reader.advance(cursor)) packets.push(kept(cursor.packet()));
  return { packets, placed };
}

function stands(cursor: PacketCursor, memory: PacketMemory): boolean {
  const at = memory.offsetAt(cursor.position);
  const bytes = memory.slotAt(cursor.position).subarray(at, at + cursor.capturedLength);
  return Buffer.compare(bytes, cursor.packet().bytes) === 0;
}

t.test("packets are the same through memory of any size, in reads of any size, and stand where they say", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (const file of [...FILES, LARGE]) {
    const expected = read(CaptureReader, whole(file)).results;
    for (const slotBytes of [0x8000, 0x9000, 0x40000]) {
      for (const maxBytes of [1, 100, 0x40000]) {
        if (maxBytes === 1 && file.length > 20_000) continue;
        const memory = new PacketMemory({ slots: 2, slotBytes });
        const { packets, placed } = feedThrough(file, memory, () => 1 + random.below(maxBytes));
        t.same(packets, expected, `slots of ${slotBytes}, reads of ${maxBytes}`);
        if (file !== LARGE) t.equal(placed, expected.length);
      }
    }
  }
});

t.test("whoever needs a slot is told before it is used again", async (t) => {
  const memory = new PacketMemory({ slots: 2, slotBytes: 0x10000 });
  const turns: number[] = [];
  const reader = new CaptureReader();
  const feed = new CaptureFeed(reader, memory, (turn) => turns.push(turn));
  const packets = Array.from({ length: 3000 }, (_, index) => enhanced("le", 0, [0, index], Buffer.alloc(100)));
  const cursor = new PacketCursor();
  for (const _ of feed.push(Buffer.concat([section("le"), networkInterface("le", 101), ...packets]))) {
    while (reader.advance(cursor));
  }
  t.equal(cursor.frame, 3000);
  t.ok(turns.length >= 5);
  t.same(
    turns,
    Array.from(turns, (_, index) => index + 1),
  );
});
