import t from "tap";
import { accounted, be16, be32, decode, ETHERNET, ethernet, findUncounted, ipv4, tcp, text } from "./packet-bytes.js";

const hello = ipv4({}, tcp({}, "hello"));

const tagged: [string, Uint8Array][] = [
  ["802.1Q", ethernet(0x8100, be16(5, 0x0800), hello)],
  ["802.1Q, an older number", ethernet(0x9200, be16(5, 0x0800), hello)],
  ["802.1ah", ethernet(0x88e7, be32(7), ethernet(0x0800, hello))],
  ["VN-tag", ethernet(0x8926, be32(7), be16(0x0800), hello)],
  ["802.1BR", ethernet(0x893f, be32(7), be16(0, 0x0800), hello)],
  ["Cisco metadata", ethernet(0x8909, [1, 1], be16(1, 7, 0x0800), hello)],
  ["a service header", ethernet(0x894f, be32(0x0fc20101, 1), hello)],
  ["MACsec without encryption", ethernet(0x88e5, [0, 0], be32(1), be16(0x0800), hello, new Uint8Array(16))],
  ["MACsec with a channel", ethernet(0x88e5, [0x20, 0], be32(1, 2, 3), be16(0x0800), hello, new Uint8Array(16))],
];

t.test("the packet behind a tag is found", async (t) => {
  for (const [name, bytes] of tagged) {
    const packet = decode(ETHERNET, bytes);
    t.equal(text(packet), "hello", name);
    t.equal(accounted(packet).padding, name.startsWith("MACsec") ? 16 : 0, name);
    t.same(findUncounted(ETHERNET, bytes), [], name);
  }
});

t.test("what a tag hides or does not say is named", async (t) => {
  t.equal(decode(ETHERNET, ethernet(0x88e5, [0x0c, 0], be32(1, 2, 3))).skipped, "macsec encrypted");
  t.equal(decode(ETHERNET, ethernet(0x894f, be32(0x0fc20109, 1))).skipped, "nsh protocol 9");
});
