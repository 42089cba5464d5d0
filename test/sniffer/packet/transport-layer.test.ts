import t from "tap";
import { TCP, UDP } from "../../../src/sniffer/packet/decoded-packet.js";
import { accounted, be16, be32, decode, ethernet, ipv4, ipv6, RAW, tcp, text, udp } from "./packet-bytes.js";

t.test("a TCP header says all that reassembly needs", async (t) => {
  const fields = { ports: [50000, 443], sequence: 0xfffffff0, acknowledgment: 0x80000001, flags: 0x18 } as const;
  const packet = decode(RAW, ipv4({}, tcp({ ...fields, options: [1, 1, 1, 0] }, "hello")));
  t.equal(packet.transport, TCP);
  t.equal(packet.protocol, "tcp");
  t.same([packet.sourcePort, packet.destinationPort], [50000, 443]);
  t.same([packet.sequence, packet.acknowledgment, packet.window], [0xfffffff0, 0x80000001, 1000]);
  t.equal(packet.flagNames(), "PSH,ACK");
  t.same(accounted(packet), { headers: 44, padding: 0, payload: 5, not_understood: 0 });
});

t.test("every flag has its name", async (t) => {
  t.equal(decode(RAW, ipv4({}, tcp({ flags: 0xff }))).flagNames(), "FIN,SYN,RST,PSH,ACK,URG,ECE,CWR");
  t.equal(decode(RAW, ipv4({}, tcp({ flags: 0 }))).flagNames(), "");
  t.equal(decode(RAW, ipv4({ protocol: 17 }, udp([1, 2]))).flagNames(), null);
});

t.test("a TCP header that cannot be right is damage", async (t) => {
  const short = tcp({}, "hello");
  short[12] = 0x40;
  t.equal(decode(RAW, ipv4({}, short)).damage?.what, "TCP header of 16 bytes");
  short[12] = 0xf0;
  t.equal(decode(RAW, ipv4({}, short)).damage?.what, "TCP options cut short");
  t.equal(decode(RAW, ipv4({}, short.slice(0, 19))).damage?.what, "TCP header cut short");
});

t.test("options that the snapshot length cut off do not hide the segment", async (t) => {
  const whole = ipv4({}, tcp({ sequence: 7, flags: 0x02, options: [2, 4, 5, 0xb4, 1, 1, 4, 2] }, "data"));
  const packet = decode(RAW, whole.slice(0, 20 + 24), whole.length);
  t.equal(packet.transport, TCP);
  t.match(packet, { sequence: 7, flags: 0x02, cutBytes: 4, payloadBytes: 0, damage: undefined });
  t.same(accounted(packet), { headers: 44, padding: 0, payload: 0, not_understood: 0 });
});

t.test("a UDP datagram ends where its length says", async (t) => {
  const packet = decode(RAW, ipv4({ protocol: 17 }, udp([5353, 53], "query"), "trailer"));
  t.equal(packet.transport, UDP);
  t.equal(text(packet), "query");
  t.same(accounted(packet), { headers: 28, padding: 7, payload: 5, not_understood: 0 });
});

t.test("a UDP length of zero ends with the packet, an impossible one is damage", async (t) => {
  const datagram = (length: number) => {
    const bytes = udp([5353, 53], "query");
    bytes.set(be16(length), 4);
    return decode(RAW, ipv6(17, bytes));
  };
  t.equal(text(datagram(0)), "query");
  t.equal(datagram(7).damage?.what, "UDP length 7");
  t.equal(datagram(500).damage?.what, "UDP length reaches beyond the packet");
  t.equal(text(datagram(500)), "query");
});

t.test("other protocols are named", async (t) => {
  const names: [number, string][] = [
    [1, "icmp"],
    [2, "igmp"],
    [50, "esp"],
    [89, "ospf"],
    [132, "sctp"],
    [254, "ip protocol 254"],
  ];
  for (const [protocol, name] of names) {
    const packet = decode(RAW, ipv4({ protocol }, "12345678"));
    t.equal(packet.skipped, name);
    t.same(accounted(packet), { headers: 20, padding: 0, payload: 0, not_understood: 8 });
  }
  t.equal(decode(RAW, ipv6(58, "12345678")).skipped, "icmpv6");
});

const inner = ipv4({ source: [1, 2, 3, 4] }, tcp({}, "hello"));

t.test("tunnels are looked into: GRE with any of its options, VXLAN, PPTP", async (t) => {
  const gre = (...header: number[]) => decode(RAW, ipv4({ protocol: 47 }, header, inner));
  const vxlan = (port: number, flags: number) =>
    decode(RAW, ipv4({ protocol: 17 }, udp([40000, port], be32(flags, 0x00000700), ethernet(0x0800, inner))));
  const tunnels = {
    gre: gre(...be16(0, 0x0800)),
    "gre with checksum, key and sequence": gre(...be16(0xb000, 0x0800), ...be32(1, 2, 3)),
    "gre with ethernet": gre(...be16(0, 0x6558), ...ethernet(0x0800)),
    "gre with mpls": gre(...be16(0, 0x8847), ...be32(0x00010140)),
    pptp: gre(...be16(0x3081, 0x880b), ...be32(1, 2, 3), ...be16(0xff03, 0x0021)),
    vxlan: vxlan(4789, 0x08000000),
  };
  for (const [name, packet] of Object.entries(tunnels)) {
    t.equal(text(packet), "hello", name);
    t.equal(packet.source(), "1.2.3.4", name);
    t.equal(packet.damage, undefined, name);
  }
  t.equal(vxlan(4790, 0x08000000).transport, UDP, "on another port it is a datagram");
  t.equal(vxlan(4789, 0xffffffff).transport, UDP, "without VXLAN's flags it is a datagram");
});

t.test("what a tunnel holds besides is named", async (t) => {
  const gre = (...words: number[]) => decode(RAW, ipv4({ protocol: 47 }, be16(...words), new Uint8Array(8))).skipped;
  t.equal(gre(0, 0), "gre keepalive");
  t.equal(gre(2, 0x0800), "gre version 2");
  t.equal(gre(0, 0x4321), "ethertype 0x4321");
});
