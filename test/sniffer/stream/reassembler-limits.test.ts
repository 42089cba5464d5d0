import t from "tap";
import {
  DEFAULT_REASSEMBLY_LIMITS,
  Reassembler,
  type ReassemblyLimits,
} from "../../../src/sniffer/stream/reassembler.js";
import { RecentBytes } from "../../../src/sniffer/stream/recent-bytes.js";

function reassembler(limits: Partial<ReassemblyLimits>) {
  const gaps: [number, number][] = [];
  const told = { bytes: 0, gaps };
  const sink = {
    bytes: (_offset: number, bytes: Uint8Array) => {
      told.bytes += bytes.length;
    },
    gap: (offset: number, length: number) => told.gaps.push([offset, length]),
    oddity: () => {},
  };
  const stream = new Reassembler(sink, { ...DEFAULT_REASSEMBLY_LIMITS, ...limits }, new RecentBytes(4096));
  stream.start(0);
  return { stream, told, push: (sequence: number, length: number) => stream.push(sequence, new Uint8Array(length), 1) };
}

t.test("a hole is given up when too much is held behind it", async (t) => {
  const { stream, told, push } = reassembler({ maxHeldBytes: 10_000 });
  for (let sequence = 100; sequence < 100_000; sequence += 1000) {
    push(sequence, 1000);
    t.ok(stream.heldCostBytes <= 10_000);
  }
  t.same(told.gaps, [[0, 100]]);
  t.ok(told.bytes > 90_000);
});

t.test("tiny segments count with what keeping them costs", async (t) => {
  const { stream, told, push } = reassembler({ maxHeldBytes: 100_000 });
  for (let sequence = 2; sequence < 4000; sequence += 2) push(sequence, 1);
  t.ok(stream.heldCostBytes <= 100_000);
  t.ok(told.gaps.length > 1500, `${told.gaps.length} holes were given up`);
});

t.test("there is a limit to the number of held segments as well", async (t) => {
  const { told, push } = reassembler({ maxHeldSegments: 10 });
  for (let index = 1; index <= 10; index++) push(index * 10, 5);
  t.same(told.gaps, []);
  push(110, 5);
  t.same(told.gaps, [[0, 10]]);
});

t.test("a hole that the receiver acknowledged is awaited for some packets, then given up", async (t) => {
  const { stream, told, push } = reassembler({ patiencePackets: 5 });
  push(10, 5);
  for (let count = 0; count < 5; count++) stream.acknowledged(15, 1);
  t.same(told.gaps, []);
  stream.acknowledged(15, 1);
  t.same(told.gaps, [[0, 10]]);
  t.equal(told.bytes, 5);
});

t.test("a hole that was not acknowledged stays open", async (t) => {
  const { stream, told, push } = reassembler({ patiencePackets: 5 });
  for (let count = 0; count < 100; count++) {
    push(10 + 5 * count, 5);
    stream.acknowledged(0, 1);
  }
  t.same(told.gaps, []);
  push(0, 10);
  t.equal(told.bytes, 510);
});

t.test("a segment that arrives late in the capture still fills its hole", async (t) => {
  const { stream, told, push } = reassembler({ patiencePackets: 5 });
  for (let round = 0; round < 20; round++) {
    const start = round * 10;
    push(start + 5, 5);
    for (let count = 0; count < 5; count++) stream.acknowledged(start + 10, 1);
    push(start, 5);
  }
  t.same(told.gaps, []);
  t.equal(told.bytes, 200);
});

t.test("an acknowledgment of all that is to come gives no hole up early", async (t) => {
  const { stream, told, push } = reassembler({ patiencePackets: 5 });
  for (let round = 0; round < 20; round++) {
    push(round * 10 + 5, 5);
    for (let count = 0; count < 3; count++) stream.acknowledged(1000, 1);
    push(round * 10, 5);
  }
  t.same(told.gaps, []);
});

t.test("many acknowledged holes are given up together, not one after another", async (t) => {
  const { stream, told, push } = reassembler({ patiencePackets: 5 });
  for (let index = 0; index < 40; index++) {
    push(index * 10 + 5, 5);
    stream.acknowledged((index + 1) * 10, 1);
  }
  t.ok(told.gaps.length >= 30, `${told.gaps.length} of 40`);
});
