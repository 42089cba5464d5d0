import t from "tap";
import { PacketMemory } from "../../../src/sniffer/packet/packet-memory.js";
import { NO_RECORD, RecentBytes } from "../../../src/sniffer/stream/recent-bytes.js";

const bytes = (text: string) => new TextEncoder().encode(text);

t.test("what was delivered is compared across segments", async (t) => {
  const recent = new RecentBytes(1000);
  let last = NO_RECORD;
  for (const [index, text] of ["hello", " ", "world"].entries()) {
    last = recent.remember(last, [0, 5, 6][index] ?? 0, bytes(text));
  }
  t.equal(recent.differs(last, 0, bytes("hello world")), false);
  t.equal(recent.differs(last, 3, bytes("lo wo")), false);
  for (let at = 0; at < 11; at++) {
    const other = bytes("hello world");
    other[at] = 0;
    t.equal(recent.differs(last, 0, other), true, `byte ${at}`);
  }
  t.equal(recent.differs(last, 100, bytes("elsewhere")), false);
  t.equal(recent.differs(NO_RECORD, 0, bytes("xxxxx")), false);
});

t.test("streams do not mix", async (t) => {
  const recent = new RecentBytes(1000);
  const first = recent.remember(NO_RECORD, 0, bytes("first"));
  const second = recent.remember(NO_RECORD, 0, bytes("other"));
  t.equal(recent.differs(first, 0, bytes("first")), false);
  t.equal(recent.differs(second, 0, bytes("first")), true);
});

t.test("what was overwritten is forgotten, never mistaken for something else", async (t) => {
  for (const length of [1, 3, 7, 100, 256]) {
    const recent = new RecentBytes(1024);
    const old = recent.remember(NO_RECORD, 0, bytes("x".repeat(length)));
    let last = NO_RECORD;
    for (let offset = 0; offset < 5000; offset += length) {
      last = recent.remember(last, offset, new Uint8Array(length).fill(offset));
      const begin = Math.max(0, offset - 600);
      const same = Uint8Array.from({ length: offset - begin }, (_, index) => {
        return Math.floor((begin + index) / length) * length;
      });
      if (recent.differs(last, begin, same)) t.fail(`at ${offset} in pieces of ${length}`);
    }
    t.equal(recent.differs(old, 0, bytes("y".repeat(length))), false, `pieces of ${length}`);
  }
});

t.test("a segment larger than the room is not remembered, nor anything without room", async (t) => {
  const recent = new RecentBytes(16);
  t.equal(recent.remember(NO_RECORD, 0, new Uint8Array(17)), NO_RECORD);
  const none = new RecentBytes(0);
  t.equal(none.differs(none.remember(NO_RECORD, 0, bytes("x")), 0, bytes("y")), false);
});

t.test("bytes that lie in a packet memory are compared there, for as long as they do", async (t) => {
  const memory = new PacketMemory({ slots: 2, slotBytes: 100 });
  const recent = new RecentBytes(1000, memory);
  memory.slot.set(bytes("hello"), 10);
  const first = recent.remember(NO_RECORD, 0, memory.slot.subarray(10, 15), memory.position + 10);
  const last = recent.remember(first, 5, bytes(" world"));
  t.equal(recent.differs(last, 0, bytes("hello world")), false);
  t.equal(recent.differs(last, 0, bytes("hellO world")), true);
  t.equal(recent.differs(last, 0, bytes("hello worlD")), true);
  memory.turnOver();
  t.equal(recent.differs(last, 0, bytes("hellO world")), true);
  memory.turnOver();
  memory.slot.fill(0);
  t.equal(recent.differs(last, 0, bytes("hellO world")), false, "what is gone differs from nothing");
});

t.test(
  "of an input, what was remembered is forgotten after so many bytes of it, however many slots they took",
  async (t) => {
    for (const turns of [0, 1]) {
      const memory = new PacketMemory({ slots: 3, slotBytes: 100 });
      const recent = new RecentBytes(1000, memory);
      memory.slot.set(bytes("hello"));
      const placed = recent.remember(NO_RECORD, 0, memory.slot.subarray(0, 5), memory.position);
      const copied = recent.remember(NO_RECORD, 0, bytes("hello"));
      for (let turn = 0; turn < turns; turn++) memory.turnOver();
      memory.inputOffset = memory.lastingBytes;
      for (const record of [placed, copied]) t.equal(recent.differs(record, 0, bytes("other")), true);
      memory.inputOffset += 1;
      for (const record of [placed, copied]) t.equal(recent.differs(record, 0, bytes("other")), false);
    }
  },
);
