import t, { type Test } from "tap";
import { CaptureReader } from "../../../src/sniffer/capture/capture-reader.js";
import { PacketDecoder } from "../../../src/sniffer/packet/packet-decoder.js";
import type { RawPacket } from "../../../src/sniffer/packet/raw-packet.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { fixture } from "../capture/capture-bytes.js";

const files = [
  "illustrated-tls12/capture.pcap",
  "illustrated-tls13/capture.pcap",
  "pcapng-more/linux_sll_oversized_addr.pcapng",
  "pcapng-more/test_loopback.pcap",
  "pcapng-more/ntp.pcap",
  "pcapng-more/err-buffertoosmall.pcapng",
  "pcapng-suite/output_be/difficult/test202.pcapng",
];

function packetsOf(file: string): RawPacket[] {
  const reader = new CaptureReader();
  reader.push(fixture(file));
  reader.finish();
  const packets: RawPacket[] = [];
  for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
    packets.push({ ...packet, bytes: packet.bytes.slice() });
  }
  return packets;
}

const captures = files.map((file) => ({ file, packets: packetsOf(file) }));
const LINK_TYPES = [0, 1, 9, 12, 50, 101, 108, 113, 127, 228, 229, 276] as const;

/** Decodes all and checks after each packet that every captured byte has been counted exactly once. */
function checkLedger(t: Test, name: string, packets: Iterable<RawPacket>): { transports: number; damaged: number } {
  const decoder = new PacketDecoder();
  const seen = { transports: 0, damaged: 0 };
  let captured = 0;
  let counted = 0;
  for (const raw of packets) {
    const packet = decoder.decode(raw);
    captured += raw.bytes.length;
    const classes = [packet.headerBytes, packet.paddingBytes, packet.payloadBytes, packet.notUnderstoodBytes];
    counted += classes.reduce((sum, bytes) => sum + bytes, 0);
    const sums = counted + decoder.heldFragmentBytes === captured && classes.every((bytes) => bytes >= 0);
    if (!sums) t.fail(`${name}: frame ${raw.frame} breaks the sum: ${classes}`, { bytes: [...raw.bytes] });
    if ((packet.transport === 0) !== (packet.skipped !== undefined)) t.fail(`${name}: ${raw.frame} is not named`);
    if (packet.transport !== 0) seen.transports++;
    if (packet.damage !== undefined) seen.damaged++;
  }
  return seen;
}

t.test("every byte of recorded captures is counted once", async (t) => {
  for (const { file, packets } of captures) {
    const { transports } = checkLedger(t, file, packets);
    t.ok(transports > 0, `${file}: ${transports} of ${packets.length} packets with a segment`);
  }
});

t.test("a snapshot length of any size leaves the ledger whole and damages nothing", async (t) => {
  for (const { file, packets } of captures) {
    const before = checkLedger(t, file, packets).damaged;
    for (let length = 0; length < 120; length++) {
      const cut = packets.map((packet) => ({ ...packet, bytes: packet.bytes.subarray(0, length) }));
      const { damaged } = checkLedger(t, `${file} cut to ${length}`, cut);
      t.ok(damaged <= before, `${file} cut to ${length}: ${damaged} damaged`);
    }
  }
});

t.test("packets cut, changed and taken for another link type give damage or names, never an exception", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const spoil = ({ bytes, linkType, ...rest }: RawPacket): RawPacket => {
    const copy = bytes.slice(0, random.chance(0.3) ? random.below(bytes.length + 1) : bytes.length);
    for (let changes = random.below(4); changes > 0 && copy.length > 0; changes--) {
      copy[random.below(Math.min(copy.length, random.chance(0.7) ? 64 : copy.length))] = random.below(256);
    }
    const other = random.chance(0.05) ? random.pick(LINK_TYPES) : linkType;
    return { ...rest, linkType: other, bytes: copy, originalLength: copy.length };
  };
  let damaged = 0;
  for (const { file, packets } of captures) {
    for (let round = 0; round < 40; round++) damaged += checkLedger(t, file, packets.map(spoil)).damaged;
  }
  t.ok(damaged > 100, `${damaged} packets were damaged`);
});

t.test("one result is reused, so that a packet costs no object", async (t) => {
  const decoder = new PacketDecoder();
  const [first, second] = captures[0]?.packets ?? [];
  if (first === undefined || second === undefined) throw new Error("the capture is empty");
  t.equal(decoder.decode(first), decoder.decode(second));
});
