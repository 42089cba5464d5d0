// The short way for plain packets against the walk through the layers: a service tag in front makes a packet walk.
import t, { type Test } from "tap";
import { CaptureReader } from "../../../src/sniffer/capture/capture-reader.js";
import type { DecodedPacket } from "../../../src/sniffer/packet/decoded-packet.js";
import { PacketDecoder } from "../../../src/sniffer/packet/packet-decoder.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { fixture } from "../capture/capture-bytes.js";
import { be16, decodeWith, ETHERNET, ethernet, ipv4, ipv6, join, tcp, udp } from "./packet-bytes.js";

const TAG_BYTES = 4;
const SERVICE_TAG = [0x88, 0xa8, 0, 1];
const IPV4 = 0x0800;
const IPV6 = 0x86dd;

const plain = [
  ethernet(IPV4, ipv4({}, tcp({ flags: 0x18 }, "hello"))),
  ethernet(IPV4, ipv4({}, tcp({ options: [1, 1, 1, 0] }, "hello")), "padding"),
  ethernet(IPV4, ipv4({ protocol: 17 }, udp([50000, 53], "a question"))),
  ethernet(IPV6, ipv6(6, tcp({}, "hello"))),
  ethernet(IPV6, ipv6(17, udp([50000, 53], "a question")), "padding"),
  ethernet(0x8100, be16(5, IPV4), ipv4({}, tcp({}, "hello"))),
  ethernet(0x8100, be16(5, IPV6), ipv6(17, udp([1, 2], "hello"))),
];

const odd = [
  ethernet(IPV4, ipv4({ options: [1, 1, 1, 0] }, tcp({}, "hello"))),
  ethernet(IPV4, ipv4({ fragment: 0x2000 }, tcp({}, "hello..."))),
  ethernet(IPV4, ipv4({ totalBytes: 0 }, tcp({}, "hello"))),
  ethernet(IPV4, ipv4({ totalBytes: 9000 }, tcp({}, "hello"))),
  ethernet(
    IPV4,
    ipv4({ protocol: 17 }, udp([50000, 4789], [8, 0, 0, 0, 0, 0, 1, 0], ethernet(IPV4, ipv4({}, tcp({}))))),
  ),
  ethernet(IPV4, ipv4({ protocol: 1 }, "ping?")),
  ethernet(IPV6, ipv6(0, [6, 0, 0, 0, 0, 0, 0, 0], tcp({}, "hello"))),
  ethernet(0x0806, "an ARP"),
];

function facts(packet: DecodedPacket, shift: number) {
  const { transport, protocol, skipped, sourcePort, destinationPort, sequence, acknowledgment, flags, window } = packet;
  const damage = packet.damage && { what: packet.damage.what, offset: packet.damage.offset - shift };
  const { paddingBytes, notUnderstoodBytes, headerBytes, cutBytes } = packet;
  return {
    ...{ transport, protocol, skipped, damage, sourcePort, destinationPort, sequence, acknowledgment, flags, window },
    ...{ paddingBytes, notUnderstoodBytes, headerBytes: headerBytes - shift, cutBytes },
    ends: [packet.source(), packet.destination()],
    payload: Buffer.from(packet.payload()).toString("hex"),
  };
}

/** The smallest value of Ethernet's type field that is a type: a length trims the frame where it stands, and only there. */
const MIN_TYPE = 0x0600;

function check(t: Test, bytes: Uint8Array, originalLength = bytes.length): void {
  if (((bytes[12] ?? 0) << 8) + (bytes[13] ?? 0) < MIN_TYPE) return;
  const short = facts(decodeWith(new PacketDecoder(), ETHERNET, bytes, originalLength), 0);
  const tagged = join(bytes.subarray(0, 12), SERVICE_TAG, bytes.subarray(12));
  const walked = facts(decodeWith(new PacketDecoder(), ETHERNET, tagged, originalLength + TAG_BYTES), TAG_BYTES);
  if (JSON.stringify(short) !== JSON.stringify(walked)) t.same(short, walked, Buffer.from(bytes).toString("hex"));
}

t.test("both ways say the same, of plain packets and of all others", async (t) => {
  for (const packet of [...plain, ...odd]) {
    check(t, packet);
    check(t, packet, packet.length + 100);
  }
});

t.test("both ways say the same of packets cut off anywhere, and of any byte flipped", async (t) => {
  for (const packet of [...plain, ...odd]) {
    // Two bytes of addresses are enough for the tag to have a place.
    for (let length = 14; length < packet.length; length++) {
      check(t, packet.slice(0, length));
      check(t, packet.slice(0, length), packet.length);
    }
    for (let at = 14; at < packet.length; at++) {
      for (const mask of [0xff, 0x01, 0x80]) check(t, packet.with(at, (packet[at] ?? 0) ^ mask));
    }
  }
});

t.test("both ways say the same of recorded packets with random changes", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const reader = new CaptureReader();
  reader.push(fixture("pcapng-suite/output_be/difficult/test202.pcapng"));
  for (let raw = reader.next(); raw !== undefined; raw = reader.next()) {
    if (raw.linkType !== ETHERNET || raw.bytes.length < 60) continue;
    for (let round = 0; round < 200; round++) {
      const changed = Uint8Array.from(raw.bytes);
      for (let count = random.below(4); count > 0; count--) changed[12 + random.below(48)] = random.below(256);
      check(t, changed);
    }
  }
});

t.test("a packet that stands within larger memory is read as if it stood alone", async (t) => {
  const [packet = new Uint8Array(0)] = plain;
  const memory = join(new Array<number>(100).fill(7), packet, new Array<number>(100).fill(7));
  const decoder = new PacketDecoder();
  const cursor = { frame: 1, seconds: 0, nanoseconds: 0, linkType: ETHERNET, originalLength: packet.length };
  const within = decoder.decode({ ...cursor, bytes: memory.subarray(100, 100 + packet.length) });
  t.same(facts(within, 0), facts(decodeWith(new PacketDecoder(), ETHERNET, packet), 0));
});
