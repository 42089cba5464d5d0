import t from "tap";
import {
  accounted,
  be16,
  decode,
  ETHERNET,
  ethernet,
  ipv4,
  ipv6,
  join,
  RAW,
  SERVER,
  tcp,
  text,
  udp,
} from "./packet-bytes.js";

const segment = tcp({}, "hello");

t.test("addresses are told as text", async (t) => {
  const packet = decode(RAW, ipv4({ source: [192, 168, 0, 255] }, segment));
  t.equal(packet.source(), "192.168.0.255");
  t.equal(packet.destination(), SERVER.join("."));
  t.equal(decode(RAW, ipv6(6, segment)).source(), "fe80::1");
  t.equal(decode(ETHERNET, ethernet(0x0806, "arp")).source(), null);
});

t.test("IPv4 options are headers", async (t) => {
  const packet = decode(RAW, ipv4({ options: [0x94, 4, 0, 0, 1, 1, 1, 0] }, segment));
  t.equal(text(packet), "hello");
  t.equal(packet.headerBytes, 48);
});

t.test("IPv6 extension headers are headers, the authentication header by its own measure", async (t) => {
  const hopByHop = (next: number) => [next, 0, 1, 4, 0, 0, 0, 0];
  const routing = (next: number) => [next, 1, 0, 0, ...new Array<number>(12).fill(0)];
  const authentication = (next: number) => [next, 4, 0, 0, ...new Array<number>(20).fill(0)];
  const packet = decode(RAW, ipv6(0, hopByHop(43), routing(60), hopByHop(51), authentication(6), segment));
  t.equal(text(packet), "hello");
  t.equal(packet.headerBytes, 40 + 8 + 16 + 8 + 24 + 20);
});

t.test("an end to the extension headers is found in any case", async (t) => {
  t.equal(decode(RAW, ipv6(59, "rest")).skipped, "ipv6 no next header");
  const endless = Array.from({ length: 40 }, () => [60, 0, 0, 0, 0, 0, 0, 0]).flat();
  t.equal(decode(RAW, ipv6(60, endless)).damage?.what, "IPv6 packet with too many extension headers");
  t.equal(decode(RAW, ipv6(60, [6, 9, 0, 0, 0, 0, 0, 0])).damage?.what, "IPv6 extension header cut short");
});

t.test("a total length of zero is a packet that the network card was still to cut up", async (t) => {
  t.equal(text(decode(RAW, ipv4({ totalBytes: 0 }, segment))), "hello");
  const jumbo = ipv6(6, segment);
  jumbo.set([0, 0], 4);
  t.equal(text(decode(RAW, jumbo)), "hello");
});

t.test("bytes that the capture left out are counted, not missed", async (t) => {
  const whole = ethernet(0x0800, ipv4({}, segment));
  const packet = decode(ETHERNET, whole.slice(0, -3), whole.length);
  t.equal(text(packet), "he");
  t.equal(packet.cutBytes, 3);
  t.equal(packet.damage, undefined);
  const padded = decode(ETHERNET, whole, whole.length + 20);
  t.equal(padded.cutBytes, 0, "padding that was left out is nobody's");
});

t.test("headers that cannot be right are damage with their place", async (t) => {
  const good = ipv4({}, segment);
  const changed = (at: number, ...bytes: number[]) => {
    const copy = good.slice();
    copy.set(bytes, at);
    return ethernet(0x0800, copy);
  };
  const cases: [Uint8Array, string][] = [
    [changed(0, 0x65), "IPv4 header with version 6"],
    [changed(0, 0x44), "IPv4 header of 16 bytes"],
    [changed(0, 0x4f), "IPv4 options cut short"],
    [changed(2, ...be16(19)), "IPv4 total length 19"],
    [ethernet(0x86dd, good), "IPv6 header with version 4"],
  ];
  for (const [bytes, what] of cases) {
    const packet = decode(ETHERNET, bytes);
    t.equal(packet.damage?.what, what);
    t.equal(packet.transport, 0);
    t.equal(packet.skipped, "damaged");
    t.equal(accounted(packet).headers + accounted(packet).not_understood, bytes.length);
  }
});

t.test("a length that lies is told, and the segment read as far as it goes", async (t) => {
  const packet = decode(RAW, ipv4({ totalBytes: 1500 }, segment));
  t.equal(packet.damage?.what, "IPv4 total length reaches beyond the packet");
  t.equal(text(packet), "hello");
  t.equal(packet.cutBytes, 0);
});

t.test("IP within IP: the inner addresses count", async (t) => {
  const inner = ipv4({ source: [1, 2, 3, 4] }, segment);
  t.equal(decode(RAW, ipv4({ protocol: 4 }, inner)).source(), "1.2.3.4");
  t.equal(decode(RAW, ipv6(4, inner)).source(), "1.2.3.4");
  t.equal(decode(RAW, ipv4({ protocol: 41 }, ipv6(17, udp([1, 2], "x")))).source(), "fe80::1");
  t.equal(text(decode(RAW, join(ipv4({ protocol: 4 }, inner)))), "hello");
});
