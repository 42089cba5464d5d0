import t from "tap";
import { UDP } from "../../../src/sniffer/packet/decoded-packet.js";
import { be16, be32, decode, ethernet, findUncounted, ipv4, ipv6, join, RAW, tcp, text, udp } from "./packet-bytes.js";

const inner = ipv4({ source: [1, 2, 3, 4] }, tcp({}, "hello"));
const inner6 = ipv6(6, tcp({}, "hello"));
const frame = ethernet(0x0800, inner);
const teredoAuthentication = [0, 1, 0, 0, ...new Array<number>(9).fill(0)];

const tunnels: [string, number, Uint8Array][] = [
  ["VXLAN", 4789, join(be32(0x08000000, 0x700), frame)],
  ["VXLAN with a group policy", 4789, join(be32(0x88000007, 0x700), frame)],
  ["VXLAN-GPE with Ethernet", 4790, join(be32(0x0c000003, 0x700), frame)],
  ["VXLAN-GPE with IPv4", 4790, join(be32(0x0c000001, 0x700), inner)],
  ["VXLAN-GPE with IPv6", 4790, join(be32(0x0c000002, 0x700), inner6)],
  ["VXLAN-GPE with a service header", 4790, join(be32(0x0c000004, 0x700), be32(0x0fc20101, 1), inner)],
  ["GENEVE", 6081, join([0, 0], be16(0x6558), be32(0x700), frame)],
  ["GENEVE with options", 6081, join([2, 0], be16(0x0800), be32(0x700, 1, 2), inner)],
  ["GTP-U", 2152, join([0x30, 0xff], be16(inner.length), be32(1), inner)],
  ["GTP-U with a sequence number", 2152, join([0x32, 0xff], be16(4 + inner.length), be32(1), be32(0x00070000), inner)],
  ["GTP-U with an extension", 2152, join([0x34, 0xff], be16(0), be32(1), be32(0x85), [1, 0, 0, 0], inner6)],
  ["Teredo", 3544, inner6],
  ["Teredo with an origin", 3544, join(be32(0, 0), inner6)],
  ["Teredo with authentication", 3544, join(teredoAuthentication, be32(0, 0), inner6)],
  ["L2TP", 1701, join(be16(2, 1, 1, 0xff03, 0x0021), inner)],
  ["L2TP with all fields", 1701, join(be16(0x4a02, 0, 1, 1, 0, 0, 2, 0, 0xff03, 0x0057), inner6)],
  ["MPLS", 6635, join(be32(0x00010140), inner)],
  ["LISP", 4341, join(be32(0x80000000, 1), inner)],
];

const carry = (port: number, ...payload: Uint8Array[]) => ipv4({ protocol: 17 }, udp([40000, port], ...payload));

t.test("tunnels in UDP are looked into", async (t) => {
  for (const [name, port, payload] of tunnels) {
    const packet = decode(RAW, carry(port, payload));
    t.equal(text(packet), "hello", name);
    t.same([packet.sourcePort, packet.destinationPort], [40000, 443], name);
    t.equal(packet.damage, undefined, name);
    t.same(findUncounted(RAW, carry(port, payload)), [], name);
  }
});

t.test("what cannot be the tunnel of its port is a datagram", async (t) => {
  for (const port of [4789, 4790, 6081, 2152, 3544, 1701, 4341]) {
    const packet = decode(RAW, carry(port, new Uint8Array(60).fill(0xff)));
    t.equal(packet.transport, UDP, `${port}`);
    t.equal(packet.payloadBytes, 60, `${port}`);
  }
  t.equal(decode(RAW, carry(2152, join([0x32, 1], be16(4), be32(0, 0)))).transport, UDP, "a GTP-U echo");
});

t.test("a GTP-U extension of no length does not loop", async (t) => {
  const packet = decode(RAW, carry(2152, join([0x34, 0xff], be16(0), be32(1), be32(0x85), [0, 0, 0, 0], inner)));
  t.equal(packet.transport, UDP);
});

t.test("a tunnel's ports are not those of what is inside", async (t) => {
  const echo = ipv4({ protocol: 1 }, [8, 0, 0, 0, 0, 0, 0, 0]);
  const packet = decode(RAW, carry(6081, join([0, 0], be16(0x0800), be32(0x700), echo)));
  t.match(packet, { skipped: "icmp", sourcePort: 0, destinationPort: 0 });
});
