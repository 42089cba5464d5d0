import t from "tap";
import { limitsForMemory, MemoryGuard } from "../../src/sniffer/memory-limits.js";
import { Pipeline, type PipelineOptions } from "../../src/sniffer/pipeline.js";
import { ipv4, udp } from "./packet/packet-bytes.js";
import { numbered, of, play, sniff } from "./played-capture.js";

const LIMITS = limitsForMemory(128);

t.test("shares grow with the memory, up to the bounds that hold anyway", async (t) => {
  const [small, large, vast] = [128, 512, 100_000].map((megabytes) => limitsForMemory(megabytes));
  for (const key of ["maxConversations", "maxHeldBytesInAll", "maxRememberedBytes", "maxUndecidedBytes"] as const) {
    t.ok((small?.[key] ?? 0) > 0 && (small?.[key] ?? 0) < (large?.[key] ?? 0), key);
  }
  t.match(vast, { maxConversations: 65_536, maxHeldBytesInAll: 0x4000000, maxHeldBytes: 0x800000 });
});

t.test("many conversations stay under the bound, and each is told", async (t) => {
  const packets = Array.from({ length: 3000 }, (_, index) =>
    play([["client", "hello"]], { end: "open", clientPort: 1024 + (index % 60_000), address: `10.${index % 7}.0.` }),
  );
  const pipeline = new Pipeline({ limits: LIMITS });
  let most = 0;
  let told = 0;
  const drain = (): void => {
    for (let event = pipeline.next(); event !== undefined; event = pipeline.next()) {
      if (event.event === "conversation") told += 1;
    }
  };
  for (const packet of numbered(packets.flat())) {
    pipeline.push(packet);
    drain();
    most = Math.max(most, pipeline.conversations);
  }
  t.equal(most, LIMITS.maxConversations);
  pipeline.shed();
  drain();
  t.equal(pipeline.conversations, Math.floor(most / 2));
  pipeline.finish();
  drain();
  t.equal(told, 3000);
  t.equal(pipeline.conversations, 0);
});

t.test("datagrams end with their silence, and what is freed is told once", async (t) => {
  const datagrams = (limits: PipelineOptions["limits"]) => {
    const packets = numbered(
      Array.from({ length: 10 }, (_, index) => ipv4({ protocol: 17 }, udp([index < 5 ? 5000 : 6000, 53], [1, 2, 3]))),
    );
    for (const [index, packet] of packets.entries()) packet.seconds = 1000 + index * 100;
    const again = { ...packets[0], frame: 11, seconds: 3000 } as (typeof packets)[number];
    return of(sniff([...packets, again], limits === undefined ? {} : { limits }), "conversation").map((one) => [
      one.client.split(":")[1],
      one.first_frame,
      one.last_frame,
    ]);
  };
  t.same(datagrams(LIMITS), [
    ["5000", 1, 5],
    ["6000", 6, 10],
    ["5000", 11, 11],
  ]);
  t.same(
    datagrams(undefined),
    [
      ["5000", 1, 11],
      ["6000", 6, 10],
    ],
    "a file's datagrams are one conversation, as in tshark",
  );
});

t.test("the guard waits for the lowest of its samples", async (t) => {
  const guard = new MemoryGuard(1);
  const samples = (values: number[]) => values.map((value) => guard.isExceeded(value)).includes(true);
  t.equal(samples(Array(16).fill(0x100001)), true);
  t.equal(samples([...Array(15).fill(0x200000), 0x100000]), false);
  t.equal(samples(Array(15).fill(0x200000)), false);
});
