// Streams by id, against a Map that does the same: short ones, long ones, and ids with gaps.

import t from "tap";
import { StreamTable } from "../../../src/rpc/channel/stream-table.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";

const ids = (table: { all(): { streamId: number }[] }): number[] =>
  table
    .all()
    .map(({ streamId }) => streamId)
    .sort((a, b) => a - b);

t.test("an empty table finds, lists and deletes nothing", async (t) => {
  const table = new StreamTable<{ streamId: number }>();
  t.equal(table.get(1), undefined);
  t.equal(table.delete(1), false);
  t.same(table.all(), []);
  t.equal(table.size, 0);
});

t.test("one that stays open is still found after a hundred thousand others", async (t) => {
  const table = new StreamTable<{ streamId: number }>();
  const long = { streamId: 1 };
  table.add(long);
  for (let streamId = 3; streamId < 200_000; streamId += 2) {
    table.add({ streamId });
    if (table.get(1) !== long) {
      t.fail(`lost at ${streamId}`);
      return;
    }
    table.delete(streamId);
  }
  t.same(ids(table), [1]);
  t.equal(table.delete(1), true);
  t.equal(table.size, 0);
});

t.test("any order of opening and ending leaves what a Map would hold", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`EARSHOT_SEED=${random.seed}`);
  const table = new StreamTable<{ streamId: number }>();
  const map = new Map<number, { streamId: number }>();
  let last = 0;
  for (let step = 0; step < 20_000; step += 1) {
    if (random.chance(map.size < 3000 ? 0.6 : 0.4)) {
      last += 1 + 2 * random.below(random.chance(0.01) ? 10_000 : 2) + (last === 0 ? 0 : 1);
      const stream = { streamId: last };
      table.add(stream);
      map.set(last, stream);
    } else {
      const known = [...map.keys()];
      const streamId = known[random.below(known.length + 1)] ?? 4_000_000_001;
      if (table.delete(streamId) !== map.delete(streamId)) {
        t.fail(`step ${step} deleted another than ${streamId}`);
        return;
      }
    }
    const asked = random.below(last + 3);
    if (table.get(asked) !== map.get(asked) || table.size !== map.size) {
      t.fail(`differs at step ${step} for stream ${asked}`);
      return;
    }
  }
  t.same(ids(table), [...map.keys()]);
});
