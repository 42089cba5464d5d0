import t from "tap";
import { be16, be32, decode, findUncounted, ipv4, ipv6, join, tcp, text } from "./packet-bytes.js";

const hello = ipv4({}, tcp({}, "hello"));
const SNAP = [0xaa, 0xaa, 3, 0, 0, 0, ...be16(0x0800)];
const addresses = new Array<number>(12).fill(2);
const wireless = join([0x08, 1, 0, 0], new Array<number>(18).fill(2), [0, 0], SNAP, hello);
const cooked = (hardware: number, type: number) => join(be16(0, hardware, 6), new Array<number>(8).fill(1), be16(type));

const carriers: [string, number, Uint8Array][] = [
  ["token ring", 6, join([0x10, 0x40], addresses, SNAP, hello)],
  ["token ring with a route", 6, join([0x10, 0x40, 2, 2, 2, 2, 2, 2, 0x82, 2, 2, 2, 2, 2], [4, 0, 0, 1], SNAP, hello)],
  ["FDDI", 10, join([0x50], addresses, SNAP, hello)],
  ["ATM with LLC", 100, join(SNAP, hello)],
  ["IP by its LLC address", 100, join([6, 6, 3], hello)],
  ["a bridge's SNAP", 100, join([0xaa, 0xaa, 3, 0, 0, 0xf8], be16(0x0800), hello)],
  ["IP over Fibre Channel", 122, join(new Uint8Array(16), SNAP, hello)],
  ["IP over 1394", 138, join(new Uint8Array(16), be16(0x0800), hello)],
  ["SLIP", 8, join([1, 0x40], new Uint8Array(14), hello)],
  ["classical IP over ATM", 106, join(SNAP, hello)],
  ["classical IP over ATM, by itself", 106, hello],
  ["SunATM", 123, join([0x82, 0], be16(100), SNAP, hello)],
  ["ipnet", 226, join([1, 2], new Uint8Array(22), hello)],
  ["Broadcom's switch tag", 281, join(addresses, [0, 0, 0x80, 1], be16(0x0800), hello)],
  ["Broadcom's switch tag, before the frame", 282, join([0, 0, 0x80, 1], addresses, be16(0x0800), hello)],
  ["Marvell's switch tag", 284, join(addresses, [0x40, 1, 0, 0], be16(0x0800), hello)],
  ["Marvell's long switch tag", 285, join(addresses, be16(0xdada, 0), [0x40, 1, 0, 0], be16(0x0800), hello)],
  ["loopback with an EtherType", 0, join(be32(0x0800), hello)],
  ["MPLS", 219, join(be32(0x00010140), hello)],
  ["cooked 802.11", 113, join(cooked(801, 4), wireless)],
  ["cooked radiotap", 113, join(cooked(803, 4), [0, 0, 8, 0, 0, 0, 0, 0], wireless)],
  ["NFLOG", 239, join([2, 0, 0, 0], [8, 0, 1, 0, 0, 8, 0, 0], [4 + hello.length, 0, 9, 0], hello)],
  ["NFLOG, big-endian", 239, join([2, 0, 0, 0], be16(6, 1), [0, 0, 0, 0], be16(4 + hello.length, 9), hello)],
  ["NFLOG with IPv6", 239, join([10, 0, 0, 0], [69, 0, 9, 0], ipv6(6, tcp({}, "hello")))],
];

t.test("the segment is found behind the rarer link headers", async (t) => {
  for (const [name, linkType, bytes] of carriers) {
    const packet = decode(linkType, bytes);
    t.equal(text(packet), "hello", name);
    t.equal(packet.damage, undefined, name);
    t.same(findUncounted(linkType, bytes), [], name);
  }
});

t.test("NFLOG fields that lead nowhere are told", async (t) => {
  t.equal(decode(239, Uint8Array.from([2, 0, 0, 0, 0, 0, 1, 0])).damage?.what, "NFLOG field of 0 bytes");
  t.equal(decode(239, Uint8Array.from([2, 0, 0, 0])).skipped, "nflog without payload");
  t.equal(decode(192, Uint8Array.from([0, 0, 8, 0, 192, 0, 0, 0])).damage?.what, "ppi inside PPI");
});
