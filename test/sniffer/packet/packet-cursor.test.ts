import t from "tap";
import { NOWHERE, PacketCursor } from "../../../src/sniffer/packet/packet-cursor.js";

const raw = {
  frame: 3,
  seconds: 1,
  nanoseconds: 2,
  linkType: 101,
  originalLength: 9,
  bytes: Uint8Array.of(1, 2, 3, 4),
};

t.test("it moves to a packet and gives it back as it was", async (t) => {
  const cursor = new PacketCursor().set(raw);
  t.same(cursor.packet(), raw);
  t.equal(cursor.capturedLength, 4);
  t.equal(cursor.position, NOWHERE);
});

t.test("a snapshot length cuts the captured bytes, never adds any", async (t) => {
  const cursor = new PacketCursor().set(raw);
  cursor.cut(3);
  t.same(cursor.packet(), { ...raw, bytes: Uint8Array.of(1, 2, 3) });
  cursor.cut(100);
  t.equal(cursor.capturedLength, 3);
});
