import t from "tap";
import { decode, ethernet, findUncounted, ipv4, join, tcp, text } from "./packet-bytes.js";

const hello = ipv4({}, tcp({}, "hello"));
const pflog = (length: number, ...behind: Uint8Array[]) => join([length, 2], new Uint8Array(62), ...behind);
const pktap = (linkType: number, length: number, ...behind: Uint8Array[]) =>
  join([length, 0, 0, 0], [1, 0, 0, 0], [linkType, 0, 0, 0], new Uint8Array(96), ...behind);

t.test("the segment is found behind what the BSDs and macOS know of it", async (t) => {
  const carriers: [string, number, Uint8Array][] = [
    ["pflog", 117, pflog(61, hello)],
    ["enc", 109, join([2, 0, 0, 0], new Uint8Array(8), hello)],
    ["pktap of ethernet", 258, pktap(1, 108, ethernet(0x0800, hello))],
    ["pktap of raw IP", 258, pktap(12, 108, hello)],
  ];
  for (const [name, linkType, bytes] of carriers) {
    const packet = decode(linkType, bytes);
    t.equal(text(packet), "hello", name);
    t.equal(packet.damage, undefined, name);
    t.same(findUncounted(linkType, bytes), [], name);
  }
});

t.test("lengths that cannot be, and one such header in another, are damage", async (t) => {
  t.equal(decode(117, pflog(44, hello)).damage?.what, "pflog header of 44 bytes");
  t.equal(decode(258, pktap(1, 11)).damage?.what, "pktap header of 11 bytes");
  t.equal(decode(258, pktap(1, 200)).damage?.what, "pktap header cut short");
  t.equal(decode(258, pktap(192, 108, hello)).damage?.what, "ppi inside pktap");
});
