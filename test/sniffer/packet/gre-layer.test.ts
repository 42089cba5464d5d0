import t from "tap";
import { be16, be32, decode, ethernet, findUncounted, ipv4, join, RAW, tcp, text } from "./packet-bytes.js";

const inner = ipv4({ source: [1, 2, 3, 4] }, tcp({}, "hello"));
const frame = ethernet(0x0800, inner);

const tunnels: [string, Uint8Array][] = [
  ["ERSPAN type I", join(be16(0, 0x88be), frame)],
  ["ERSPAN type II", join(be16(0x1000, 0x88be), be32(1), be32(0x10000000, 0), frame)],
  ["ERSPAN type III", join(be16(0x1000, 0x22eb), be32(1), be32(0x20000000, 0, 0), frame)],
  ["ERSPAN type III with a subheader", join(be16(0x1000, 0x22eb), be32(1), be32(0x20000000, 0, 1, 0, 0), frame)],
  ["NVGRE", join(be16(0x2000, 0x6558), be32(0x700), frame)],
  ["WCCP version 1", join(be16(0, 0x883e), inner)],
  ["WCCP version 2", join(be16(0, 0x883e), be32(0), inner)],
  ["a source route", join(be16(0x4000, 0x0800), be32(0), [8, 0, 0, 4, 1, 2, 3, 4], be32(0), inner)],
];

const carry = (...parts: Uint8Array[]) => ipv4({ protocol: 47 }, ...parts);

t.test("what GRE carries is found", async (t) => {
  for (const [name, bytes] of tunnels) {
    const packet = decode(RAW, carry(bytes));
    t.equal(text(packet), "hello", name);
    t.equal(packet.damage, undefined, name);
    t.same(findUncounted(RAW, carry(bytes)), [], name);
  }
});

t.test("what it cannot carry is named", async (t) => {
  const skipped = (...parts: number[]) => decode(RAW, carry(Uint8Array.from(parts))).skipped;
  t.equal(skipped(...be16(0, 0x0800)), "gre without payload");
  t.equal(skipped(...be16(0x1000, 0x88be), ...be32(1, 0x70000000, 0)), "erspan version 7");
  t.equal(skipped(...be16(0x4000, 0x0800), ...be32(0), 8, 0, 0, 0), "damaged");
});
