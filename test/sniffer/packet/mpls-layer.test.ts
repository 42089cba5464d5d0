import t from "tap";
import { be16, be32, decode, ETHERNET, ethernet, findUncounted, ipv4, ipv6, join, tcp, text } from "./packet-bytes.js";

const hello = ipv4({}, tcp({}, "hello"));
const frame = ethernet(0x0800, hello);
const LABEL = be32(0x00010140);

const carried: [string, Uint8Array][] = [
  ["IPv4", hello],
  ["IPv6", ipv6(6, tcp({}, "hello"))],
  ["Ethernet", frame],
  ["Ethernet behind a control word", join(be32(7), frame)],
  ["Ethernet whose address begins like IPv4", join([0x45, 0, 0xff, 0xff], frame.slice(4))],
  ["Ethernet whose address begins with zero", join([0, 0, 0, 1], frame.slice(4))],
];

t.test("what labels carry is told by its bytes", async (t) => {
  for (const [name, bytes] of carried) {
    const whole = ethernet(0x8847, LABEL, bytes);
    t.equal(text(decode(ETHERNET, whole)), "hello", name);
    t.same(findUncounted(ETHERNET, whole), [], name);
  }
});

t.test("what is not known is named", async (t) => {
  const skipped = (...bytes: number[]) => decode(ETHERNET, ethernet(0x8847, LABEL, bytes)).skipped;
  t.equal(skipped(...be32(0x10000021), ...be16(1, 2)), "mpls associated channel");
  t.equal(skipped(...be32(0), ...new Array<number>(20).fill(0xee)), "mpls pseudowire");
  t.equal(skipped(0x90, 0), "ip version 9");
});
