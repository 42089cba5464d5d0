import t from "tap";
import {
  accounted,
  be16,
  be32,
  decode,
  ETHERNET,
  ethernet,
  findUncounted,
  ipv4,
  join,
  tcp,
  text,
} from "./packet-bytes.js";

const hello = ipv4({}, tcp({}, "hello"));
const SNAP = [0xaa, 0xaa, 3, 0, 0, 0, ...be16(0x0800)];
const le16 = (value: number) => [value & 0xff, value >> 8];
const addresses = (count: number) => new Array<number>(6 * count).fill(2);

/** Frame control, duration, three addresses, sequence control. */
const data = (first: number, flags: number) => join([first, flags, 0, 0], addresses(3), [0, 0]);
const radiotap = (present: number, fields: readonly number[]) =>
  join([0, 0], le16(8 + fields.length), [...be32(present)].reverse(), fields);

const plain = join(data(0x08, 1), SNAP, hello);
const qos = join(data(0x88, 1), [0, 0], SNAP, hello);
const subframe = join(addresses(2), be16(SNAP.length + hello.length), SNAP, hello);

const frames: [string, number, Uint8Array, number][] = [
  ["data", 105, plain, 24],
  ["QoS data", 105, qos, 26],
  ["data between two access points", 105, join(data(0x08, 3), addresses(1), SNAP, hello), 30],
  ["QoS data with HT control", 105, join(data(0x88, 0x81), [0, 0, 0, 0, 0, 0], SNAP, hello), 30],
  ["an aggregate", 105, join(data(0x88, 1), [0x80, 0], subframe), 40],
  ["radiotap", 127, join(radiotap(0, []), plain), 32],
  ["radiotap with a frame check", 127, join(radiotap(2, [0x10]), plain, [1, 2, 3, 4]), 33],
  ["radiotap with a time", 127, join(radiotap(3, [0, 0, 0, 0, 0, 0, 0, 0, 0x10]), plain, [1, 2, 3, 4]), 41],
  ["radiotap with more words", 127, join(radiotap(0x80000002, [0, 0, 0, 0, 0x10]), plain, [1, 2, 3, 4]), 37],
  ["radiotap with padding", 127, join(radiotap(2, [0x20]), data(0x88, 1), [0, 0, 0, 0], SNAP, hello), 37],
  ["Prism", 119, join([0x44, 0, 0, 0, 144, 0, 0, 0], new Array<number>(136).fill(0), plain), 168],
  ["AVS", 163, join(be32(0x80211001, 64), new Array<number>(56).fill(0), plain), 88],
  ["PPI", 192, join([0, 0, 8, 0, 105, 0, 0, 0], plain), 32],
  ["PPI of Ethernet", 192, join([0, 0, 8, 0, 1, 0, 0, 0], ethernet(8 + hello.length, SNAP, hello)), 22],
];

t.test("unencrypted 802.11 data is read, whatever stands before it", async (t) => {
  for (const [name, linkType, bytes, linkBytes] of frames) {
    const packet = decode(linkType, bytes);
    t.equal(text(packet), "hello", name);
    t.equal(packet.damage, undefined, name);
    const padding = name.startsWith("radiotap with") && !name.endsWith("padding") ? 4 : 0;
    t.same(accounted(packet), { headers: linkBytes + SNAP.length + 40, padding, payload: 5, not_understood: 0 }, name);
  }
});

t.test("a second frame of an aggregate is counted as not understood", async (t) => {
  const packet = decode(105, join(data(0x88, 1), [0x80, 0], subframe, subframe));
  t.equal(text(packet), "hello");
  t.same(accounted(packet), { headers: 88, padding: 0, payload: 5, not_understood: subframe.length });
});

t.test("802.11 frames without readable data are named", async (t) => {
  const named: [Uint8Array, string][] = [
    [join(data(0x08, 0x41), "secret"), "802.11 protected"],
    [data(0x48, 1), "802.11 null data"],
    [join(data(0x80, 0), "beacon"), "802.11 management"],
    [join([0xd4, 0], be16(0), addresses(1)), "802.11 control"],
    [join(data(0x08, 0x05), SNAP, hello), "802.11 fragment"],
  ];
  for (const [bytes, name] of named) {
    const packet = decode(105, bytes);
    t.equal(packet.skipped, name);
    t.equal(packet.damage, undefined, name);
    t.equal(packet.headerBytes + packet.notUnderstoodBytes, bytes.length, name);
  }
});

t.test("cut at any byte or changed in any byte, every byte is still counted", async (t) => {
  for (const [name, linkType, bytes] of frames) t.same(findUncounted(linkType, bytes), [], name);
});

t.test("an Ethernet frame is no 802.11 frame", async (t) => {
  t.equal(decode(ETHERNET, plain).transport, 0);
});
