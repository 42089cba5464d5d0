import t from "tap";
import { PacketMemory } from "../../../src/sniffer/packet/packet-memory.js";

t.test("what lies in the last slots is held, and found by its position", async (t) => {
  const memory = new PacketMemory({ slots: 3, slotBytes: 10 });
  const positions: number[] = [];
  for (let turn = 0; turn < 8; turn++) {
    if (turn > 0) memory.turnOver();
    t.equal(memory.turn, turn);
    memory.slot[4] = turn;
    positions.push(memory.position + 4);
    for (const [written, position] of positions.entries()) {
      const isHeld = written > turn - 3;
      t.equal(memory.holds(position), isHeld, `written in turn ${written}, asked in turn ${turn}`);
      if (isHeld) t.equal(memory.slotAt(position)[memory.offsetAt(position)], written);
    }
  }
});

t.test("one slot is memory too", async (t) => {
  const memory = new PacketMemory({ slots: 1, slotBytes: 4 });
  const position = memory.position;
  t.equal(memory.holds(position), true);
  memory.turnOver();
  t.equal(memory.holds(position), false);
});
