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
    let length = 0;
    for (let piece = 0; length < 200 && piece < 2000; piece++) {
      const from = random.below(200);
      assembler.add(from, bytes.subarray(from, from + 1 + random.below(40)));
      const next = assembler.take();
      taken.push(next);
      length += next.length;
    }
    t.same(Buffer.concat(taken), Buffer.from(bytes));
  }
});

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
