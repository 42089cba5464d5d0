// Lines for packets are made in two ways: as bytes, and from events. They must be the same lines.
import t from "tap";
import type { SnifferEvent } from "../../../src/sniffer/event.js";
import { PacketCursor } from "../../../src/sniffer/packet/packet-cursor.js";
import { PacketDecoder } from "../../../src/sniffer/packet/packet-decoder.js";
import type { RawPacket } from "../../../src/sniffer/packet/raw-packet.js";
import { describePacket } from "../../../src/sniffer/packet-event.js";
import { JsonReport } from "../../../src/sniffer/report/json-report.js";
import { MAX_PACKET_LINE_BYTES, writePacketLine } from "../../../src/sniffer/report/packet-line.js";
import { TextReport } from "../../../src/sniffer/report/text-report.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { ethernet, ipv4, ipv6, tcp, udp } from "../packet/packet-bytes.js";

const cases: [linkType: number, bytes: Uint8Array, originalLength?: number][] = [
  [1, ethernet(0x0800, ipv4({}, tcp({ flags: 0xff }, "hello")))],
  [1, ethernet(0x0800, ipv4({ protocol: 17 }, udp([65535, 1], "x".repeat(1200)))), 100_000],
  [1, ethernet(0x86dd, ipv6(6, tcp({ flags: 0 })))],
  [1, ethernet(0x86dd, ipv6(58, "icmp"))],
  [1, ethernet(0x0806, "arp")],
  [1, ethernet(0x1234, "what is this")],
  [1, new Uint8Array(3)],
  [147, new Uint8Array(0)],
  [9999, new Uint8Array(9)],
];
const times: [seconds: number | null, nanoseconds: number][] = [
  [0, 0],
  [1_700_000_000, 123_456_789],
  [1_700_000_000, 999],
  [-86_401, 5],
  [8_639_999_999_999, 999_999_999],
  [null, 0],
];

function* packets(): Generator<RawPacket> {
  let frame = 0;
  for (const [linkType, bytes, originalLength = bytes.length] of cases) {
    for (const [seconds, nanoseconds] of times) {
      frame = frame < 9 ? frame + 1 : (frame * 7) % 9_999_991;
      yield { frame, seconds, nanoseconds, linkType, originalLength, bytes };
    }
  }
}

t.test("a line written as bytes is the one made of the packet's event", async (t) => {
  const report = new TextReport({ tlsAware: false, paint: (_style, text) => text, width: undefined });
  const decoder = new PacketDecoder();
  const room = new Uint8Array(MAX_PACKET_LINE_BYTES + 10);
  for (const raw of packets()) {
    const cursor = new PacketCursor().set(raw);
    const packet = decoder.decodeAt(cursor);
    const end = writePacketLine(packet, cursor, room, 10);
    t.equal(Buffer.from(room.subarray(10, end)).toString("latin1"), report.encode(describePacket(packet, cursor)));
  }
});

t.test("ends are kept for the next packet, and never another's", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const report = new TextReport({ tlsAware: false, paint: (_style, text) => text, width: undefined });
  const decoder = new PacketDecoder();
  const room = new Uint8Array(MAX_PACKET_LINE_BYTES);
  // Few addresses and ports make many that differ in one of them alone.
  const choose = (): number => random.below(4) * 85;
  const lines: string[] = [];
  const expected: string[] = [];
  for (let frame = 1; frame <= 5000; frame++) {
    const [source, destination] = [[choose(), 0, 0, choose()] as const, [choose(), 255, 0, choose()] as const];
    const segment = tcp({ ports: [choose() * 257, choose()] });
    const bytes = ethernet(0x0800, ipv4({ source, destination }, segment));
    const cursor = new PacketCursor().set({
      frame,
      seconds: frame >> 4,
      nanoseconds: 0,
      linkType: 1,
      originalLength: 60,
      bytes,
    });
    const packet = decoder.decodeAt(cursor);
    lines.push(Buffer.from(room.subarray(0, writePacketLine(packet, cursor, room, 0))).toString("latin1"));
    expected.push(report.encode(describePacket(packet, cursor)));
  }
  t.same(lines, expected);
});

t.test("the JSON of records and packets, written by hand, is what JSON.stringify says", async (t) => {
  const decoder = new PacketDecoder();
  const report = new JsonReport();
  const record = { event: "record", conversation: 1, frame: 2, side: "server", content_type: 23 } as const;
  const events: SnifferEvent[] = [
    { ...record, version: "0x0303", length: 5 },
    { ...record, version: "0x0303", length: 16384, inner_content_type: 22 },
  ];
  for (const raw of packets()) {
    const cursor = new PacketCursor().set(raw);
    events.push(describePacket(decoder.decodeAt(cursor), cursor));
  }
  for (const event of events) t.equal(report.encode(event), `${JSON.stringify(event)}\n`);
});
