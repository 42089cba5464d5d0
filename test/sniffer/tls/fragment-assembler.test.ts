import t from "tap";
import { FragmentAssembler } from "../../../src/sniffer/tls/fragment-assembler.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";

t.test("pieces in any order, twice and overlapping, give the bytes once", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < 100; round++) {
    const bytes = random.bytes(200);
    const assembler = new FragmentAssembler(200);
    const taken: Uint8Array[] = [];
    for (const [from, to] of shuffledPieces(random, bytes.length)) {
      assembler.add(from, bytes.subarray(from, to));
      taken.push(assembler.take());
    }
    t.same(Buffer.concat(taken), Buffer.from(bytes));
  }
});

/** Pieces that cover `length` bytes without a hole, each place twice or more, in any order. */
function shuffledPieces(random: RandomSource, length: number): [number, number][] {
  const pieces: [number, number][] = [];
  for (let times = 0; times < 2; times++) {
    for (let from = 0; from < length; ) {
      const to = Math.min(length, from + 1 + random.below(40));
      pieces.push([Math.max(0, from - random.below(10)), to]);
      from = to;
    }
  }
  return pieces
    .map((piece) => ({ piece, place: random.uint32() }))
    .sort((left, right) => left.place - right.place)
    .map(({ piece }) => piece);
}

t.test("the first bytes for a place win", async (t) => {
  const assembler = new FragmentAssembler(4);
  assembler.add(1, Buffer.from("BC"));
  assembler.add(0, Buffer.from("abcd"));
  t.equal(assembler.whole()?.toString(), "aBCd");
});

t.test("nothing beyond the bound is held, in bytes or in pieces", async (t) => {
  const assembler = new FragmentAssembler(1000);
  t.equal(assembler.add(990, Buffer.alloc(11)), false);
  let held = 0;
  for (let at = 1; at < 1000; at += 2) if (assembler.add(at, Buffer.alloc(1))) held += 1;
  t.equal(held, 256);
  t.equal(assembler.whole(), undefined);
});

t.test("however many wait, the piece that they wait for is taken", async (t) => {
  const assembler = new FragmentAssembler(Number.MAX_SAFE_INTEGER);
  const byte = Uint8Array.of(1);
  let held = 0;
  while (assembler.add(1 + held, byte)) held += 1;
  t.ok(held < 1000, "not without end");
  t.equal(assembler.take().length, 0);
  t.ok(assembler.add(0, byte));
  t.notOk(assembler.add(2000, byte), "and no other");
  t.equal(assembler.take().length, 1 + held);
  t.ok(assembler.add(1 + held, byte));
});
