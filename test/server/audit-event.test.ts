// Ids of events and accounts: by time, unique, and in the order in which one process made them.

import t from "tap";
import { firstId, newId, timeOfId } from "../../src/server/audit-event.js";

t.test("ids of one millisecond keep the order in which they were made", async (t) => {
  const ids = Array.from({ length: 1000 }, () => newId(1_700_000_000_000));
  t.same(ids, ids.toSorted(Buffer.compare));
  t.equal(new Set(ids.map((id) => id.toString("hex"))).size, ids.length);
});

t.test("ids have the form of UUIDv7, tell their time, and lie behind the first of it", async (t) => {
  for (const atMs of [0, 1, 1_700_000_000_000, 2 ** 48 - 1]) {
    const id = newId(atMs);
    t.equal(timeOfId(id), atMs);
    t.equal(id.readUInt8(6) >> 4, 7);
    t.equal(id.readUInt8(8) >> 6, 2);
    t.ok(Buffer.compare(firstId(atMs), id) < 0);
    t.ok(Buffer.compare(newId(atMs + 1 > 2 ** 48 - 1 ? atMs : atMs + 1), id) > 0);
  }
});
