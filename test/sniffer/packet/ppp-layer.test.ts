import t from "tap";
import { be16, be32, decode, findUncounted, ipv4, join, tcp, text } from "./packet-bytes.js";

const hello = ipv4({}, tcp({}, "hello"));

const framed: [string, number, Uint8Array][] = [
  ["PPP", 9, join(be16(0x0021), hello)],
  ["PPP with MPLS", 9, join(be16(0x0281), be32(0x00010140), hello)],
  ["HDLC", 50, join(be16(0xff03, 0x0021), hello)],
  ["Cisco HDLC on a line for either", 50, join(be16(0x0f00, 0x0800), hello)],
  ["Cisco HDLC", 104, join(be16(0x8f00, 0x0800), hello)],
  ["PPPoE alone", 51, join([0x11, 0], be16(1, hello.length + 2, 0x0021), hello)],
  ["PPP with a direction", 166, join([1], be16(0xff03, 0x0021), hello)],
  ["PPP with a direction, as registered", 204, join([0], be16(0xff03, 0x0021), hello)],
];

t.test("IP is found in every framing of PPP", async (t) => {
  for (const [name, linkType, bytes] of framed) {
    t.equal(text(decode(linkType, bytes)), "hello", name);
    t.same(findUncounted(linkType, bytes), [], name);
  }
});
