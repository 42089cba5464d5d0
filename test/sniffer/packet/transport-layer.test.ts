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
  t.same(decode(RAW, ipv4({}, short)).damage, { what: "TCP header of 16 bytes", offset: 20 });
  short[12] = 0xf0;
  t.equal(decode(RAW, ipv4({}, short)).damage?.what, "TCP options cut short");
  t.equal(decode(RAW, ipv4({}, short.slice(0, 19))).damage?.what, "TCP header cut short");
});

t.test("it tells whose packet it is, as far as its window, and nothing more", async (t) => {
  const broken = tcp({ ports: [50000, 443], sequence: 7 }, "hello");
  broken[12] = 0x40;
  const packet = decode(RAW, ipv4({}, broken));
  t.match(packet, { transport: TCP, isBroken: true, sourcePort: 50000, payloadBytes: 0, skipped: undefined });
  t.same(accounted(packet), { headers: 20, padding: 0, payload: 0, not_understood: 25 });
  t.match(decode(RAW, ipv4({}, broken.slice(0, 16))), { transport: TCP, isBroken: true, damage: { offset: 20 } });
  t.match(decode(RAW, ipv4({}, broken.slice(0, 15))), { transport: 0, isBroken: false, skipped: "damaged" });
  t.equal(decode(RAW, ipv4({}, tcp({}))).isBroken, false);
});

t.test("a TCP header that the snapshot length cut behind its window is a segment without its data", async (t) => {
  const whole = ipv4({}, tcp({ ports: [50000, 443], sequence: 7, flags: 0x18, options: [1, 1, 1, 1] }, "data"));
  const packet = decode(RAW, whole.slice(0, 20 + 16), whole.length);
  t.match(packet, { transport: TCP, isBroken: false, damage: undefined, sequence: 7, flags: 0x18, window: 1000 });
  t.match(packet, { cutBytes: 4, payloadBytes: 0, skipped: undefined });
  t.same(accounted(packet), { headers: 36, padding: 0, payload: 0, not_understood: 0 });
});

t.test("options that the snapshot length cut off do not hide the segment", async (t) => {
  const whole = ipv4({}, tcp({ sequence: 7, flags: 0x02, options: [2, 4, 5, 0xb4, 1, 1, 4, 2] }, "data"));
  const packet = decode(RAW, whole.slice(0, 20 + 24), whole.length);
  t.equal(packet.transport, TCP);
  t.match(packet, { sequence: 7, flags: 0x02, cutBytes: 4, payloadBytes: 0, damage: undefined });
  t.same(accounted(packet), { headers: 44, padding: 0, payload: 0, not_understood: 0 });
});

t.test("ports are told even where the snapshot length cut their header", async (t) => {
  for (const [whole, neededBytes] of [
    [ipv4({}, tcp({ ports: [50000, 443] }, "data")), 16],
    [ipv4({ protocol: 17 }, udp([50000, 443], "data")), 8],
  ] as const) {
    for (let length = 0; length < neededBytes; length++) {
      const packet = decode(RAW, whole.slice(0, 20 + length), whole.length);
      t.equal(packet.transport, 0);
      t.equal(packet.hasPorts, length >= 4);
      if (length >= 4) t.same([packet.sourcePort, packet.destinationPort], [50000, 443]);
    }
  }
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
  const names: [number, string, number][] = [
    [1, "icmp", 8],
    [2, "igmp", 8],
    [50, "esp", 8],
    [58, "icmpv6", 8],
    [89, "ospf", 0],
    [132, "sctp", 12],
    [135, "mobility", 0],
    [136, "udplite", 8],
    [139, "hip", 0],
    [140, "shim6", 0],
    [254, "ip protocol 254", 0],
  ];
  for (const [protocol, name, headerBytes] of names) {
    const packet = decode(RAW, ipv4({ protocol }, "123456789012"));
    t.equal(packet.skipped, name);
    t.same(accounted(packet), { headers: 20 + headerBytes, padding: 0, payload: 0, not_understood: 12 - headerBytes });
    t.equal(decode(RAW, ipv6(protocol, "123456789012")).skipped, name);
  }
});

t.test("SCTP, DCCP and UDP-Lite tell their ports", async (t) => {
  for (const protocol of [132, 33, 136]) {
    const packet = decode(RAW, ipv4({ protocol }, be16(36412, 36422), new Uint8Array(8)));
    t.match(packet, { sourcePort: 36412, destinationPort: 36422, transport: 0 });
  }
});

t.test("a packet that an ICMP error quotes is no packet of its own", async (t) => {
  const packet = decode(RAW, ipv4({ protocol: 1 }, [3, 1], new Uint8Array(6), ipv4({}, tcp({}, "quoted"))));
  t.match(packet, { transport: 0, skipped: "icmp", sourcePort: 0 });
  t.same(accounted(packet), { headers: 28, padding: 0, payload: 0, not_understood: 46 });
});

t.test("an authentication header hides nothing, and too many of them are damage", async (t) => {
  const header = (next: number) => [next, 4, 0, 0, ...be32(1, 2, 3, 4, 5)];
  t.equal(text(decode(RAW, ipv4({ protocol: 51 }, header(6), tcp({}, "hello")))), "hello");
  const many = Array.from({ length: 20 }, () => header(51)).flat();
  t.equal(decode(RAW, ipv4({ protocol: 51 }, many)).damage?.what, "too many authentication headers");
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
    etherip: decode(RAW, ipv4({ protocol: 97 }, be16(0x3000), ethernet(0x0800, inner))),
    "mpls in ip": decode(RAW, ipv4({ protocol: 137 }, be32(0x00010140), inner)),
    vxlan: vxlan(4789, 0x08000000),
  };
  for (const [name, packet] of Object.entries(tunnels)) {
    t.equal(text(packet), "hello", name);
    t.equal(packet.source(), "1.2.3.4", name);
    t.equal(packet.damage, undefined, name);
  }
  t.equal(vxlan(5000, 0x08000000).transport, UDP, "on another port it is a datagram");
  t.equal(vxlan(4789, 0xffffffff).transport, UDP, "without VXLAN's flags it is a datagram");
});

t.test("what a tunnel holds besides is named", async (t) => {
  const gre = (...words: number[]) => decode(RAW, ipv4({ protocol: 47 }, be16(...words), new Uint8Array(8))).skipped;
  t.equal(gre(0, 0), "gre keepalive");
  t.equal(gre(2, 0x0800), "gre version 2");
  t.equal(gre(0, 0x4321), "ethertype 0x4321");
});

t.test("a PIM register's packet is read, other PIM messages are named", async (t) => {
  const inner = ipv4({ protocol: 17 }, udp([5000, 5001], "data"));
  const register = decode(RAW, ipv4({ protocol: 103 }, [0x21, 0, 0, 0, 0, 0, 0, 0], inner));
  t.match(register, { transport: UDP, sourcePort: 5000, destinationPort: 5001, damage: undefined });
  t.equal(text(register), "data");
  t.equal(decode(RAW, ipv4({ protocol: 103 }, [0x21, 0, 0, 0, 0, 0, 0, 0])).skipped, "pim");
  t.equal(decode(RAW, ipv4({ protocol: 103 }, [0x20, 0, 0, 0], inner)).skipped, "pim");
});
