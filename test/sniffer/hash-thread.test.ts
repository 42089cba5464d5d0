import { createHash } from "node:crypto";
import t from "tap";
import { HashThread, sharedMemory } from "../../src/sniffer/hash-thread.js";
import { NOWHERE } from "../../src/sniffer/packet/packet-cursor.js";
import { PacketMemory } from "../../src/sniffer/packet/packet-memory.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";

const sha256 = (chunks: readonly Uint8Array[]) => createHash("sha256").update(Buffer.concat(chunks)).digest("hex");

function newThread(slotBytes: number) {
  const memory = new PacketMemory({ slots: 3, slotBytes, allocate: sharedMemory });
  return { memory, thread: new HashThread(memory) };
}

t.test("streams hashed in the thread have the hashes they have here, whatever memory they lie in", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const { memory, thread } = newThread(4096);
  const streams = Array.from({ length: 20 }, () => ({ hash: thread.newHash(), said: [] as Uint8Array[] }));
  let at = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = random.bytes(random.below(100));
    const stream = random.pick(streams as [(typeof streams)[0], ...typeof streams]);
    if (at + bytes.length > memory.slotBytes) {
      thread.turnsOver(memory.turn + 1);
      memory.turnOver();
      at = 0;
    }
    const isLoose = random.chance(0.2);
    if (!isLoose) memory.slot.set(bytes, at);
    stream.hash.update(
      isLoose ? bytes : memory.slot.subarray(at, at + bytes.length),
      isLoose ? NOWHERE : memory.position + at,
    );
    stream.said.push(bytes);
    at += isLoose ? 0 : bytes.length;
    if (round % 1000 === 0) thread.give();
  }
  const given: string[] = [];
  for (const { hash } of streams) hash.sha256((hex) => given.push(hex));
  thread.settle();
  t.same(
    given,
    streams.map(({ said }) => sha256(said)),
  );
  thread.stop();
});

t.test("a thread that fails ends the run in words", async (t) => {
  // A kind of memory in which the thread finds no bytes.
  const allocate = (bytes: number) => new DataView(new SharedArrayBuffer(bytes)) as unknown as Uint8Array;
  const thread = new HashThread(new PacketMemory({ slots: 2, slotBytes: 64, allocate }));
  thread.newHash().pass(5, 0);
  thread.give();
  const failure = await new Promise((resolve) => {
    const timer = setInterval(() => {
      try {
        thread.give();
      } catch (error) {
        clearInterval(timer);
        resolve(error);
      }
    }, 5);
  });
  t.match(failure, { name: "RunError", message: /^the thread that hashes streams ended: / });
});

t.test("hashes are given in the order in which they were asked for, also of streams that said nothing", async (t) => {
  const { thread } = newThread(64);
  const given: number[] = [];
  const silent = thread.newHash();
  const loud = thread.newHash();
  loud.update(Buffer.from("hello"), NOWHERE);
  const hexes: string[] = [];
  for (const [index, hash] of [loud, silent].entries()) {
    hash.sha256((hex) => {
      given.push(index);
      hexes.push(hex);
    });
  }
  thread.settle();
  t.same(given, [0, 1]);
  t.same(hexes, [sha256([Buffer.from("hello")]), sha256([])]);
  thread.stop();
});

t.test(
  "more hashes may be asked for than there is room for, and more bytes come than the loose memory holds",
  async (t) => {
    const { thread } = newThread(64);
    const long = Buffer.alloc(5_000_000, "loose");
    const hash = thread.newHash();
    hash.update(long, NOWHERE);
    let count = 0;
    for (let index = 0; index < 5000; index++) {
      const small = thread.newHash();
      small.update(Uint8Array.of(index), NOWHERE);
      small.sha256(() => count++);
    }
    hash.sha256((hex) => t.equal(hex, sha256([long])));
    thread.settle();
    t.equal(count, 5000);
    thread.stop();
  },
);
