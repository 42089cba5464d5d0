import t from "tap";
import { be16, be32, decode, ethernet, findUncounted, ipv4, join, tcp, text } from "./packet-bytes.js";

const JUNIPER_ETHER = 178;
const hello = ipv4({}, tcp({}, "hello"));
const frame = ethernet(0x0800, hello);
const magic = [0x4d, 0x47, 0x43];

t.test("the frame is found behind Juniper's header", async (t) => {
  const carriers: [string, Uint8Array][] = [
    ["plain", join(magic, [0x01], frame)],
    ["with extensions", join(magic, [0x80], be16(5), [3, 1, 1, 6, 1], frame)],
    ["without a link layer", join(magic, [0x82], be16(0), be32(0x02000000), hello)],
  ];
  for (const [name, bytes] of carriers) {
    const packet = decode(JUNIPER_ETHER, bytes);
    t.equal(text(packet), "hello", name);
    t.equal(packet.damage, undefined, name);
    t.same(findUncounted(JUNIPER_ETHER, bytes), [], name);
  }
});

t.test("a Juniper header that cannot be right is damage", async (t) => {
  t.equal(decode(JUNIPER_ETHER, frame).damage?.what, "Juniper header without its magic number");
  const long = decode(JUNIPER_ETHER, join(magic, [0x80], be16(500), frame));
  t.equal(long.damage?.what, "Juniper extensions cut short");
});
