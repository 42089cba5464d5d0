import t from "tap";
import { advanceSequence, sequenceDistance } from "../../../src/sniffer/stream/sequence.js";

t.test("distances hold across the wrap, in both directions", async (t) => {
  const distances: [number, number, number][] = [
    [0, 0, 0],
    [0xffffffff, 0, 1],
    [0, 0xffffffff, -1],
    [0xfffffff0, 0x10, 0x20],
    [0x10, 0xfffffff0, -0x20],
    [0, 0x7fffffff, 0x7fffffff],
    [0, 0x80000000, -0x80000000],
    [0x90000000, 0x10000000, -0x80000000],
  ];
  for (const [from, to, distance] of distances) t.equal(sequenceDistance(from, to), distance, `${from} to ${to}`);
});

t.test("advancing wraps and stays unsigned", async (t) => {
  t.equal(advanceSequence(0xffffffff, 1), 0);
  t.equal(advanceSequence(0xfffffff0, 0x20), 0x10);
  t.equal(advanceSequence(0x7fffffff, 1), 0x80000000);
  t.equal(advanceSequence(0, -1), 0xffffffff);
});
