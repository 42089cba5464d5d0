import t from "tap";
import { CaptureError } from "../../../src/sniffer/capture/capture-error.js";
import { PcapReader } from "../../../src/sniffer/capture/pcap-reader.js";
import { fixture, ORDERS, type Order, read, u16, u32 } from "./capture-bytes.js";
import { testWithstandsDamage } from "./damage.js";

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const MODIFIED = 0xa1b2cd34;

const header = (order: Order, magic: number, linkType = 1, major = 2, minor = 4) =>
  Buffer.concat([u32(order, magic), u16(order, major, minor), u32(order, 0, 0, 0xffff, linkType)]);

const record = (order: Order, seconds: number, fraction: number, data: Uint8Array, originalLength = data.length) =>
  Buffer.concat([u32(order, seconds, fraction, data.length, originalLength), data]);

const DATA = Buffer.from("captured");

t.test("both byte orders and both resolutions give the same packets", async (t) => {
  for (const order of ORDERS) {
    for (const [magic, fraction] of [
      [MICROSECONDS, 123_456],
      [NANOSECONDS, 123_456_000],
    ] as const) {
      const file = Buffer.concat([
        header(order, magic, 101),
        record(order, 1_700_000_000, fraction, DATA, 900),
        record(order, 0xffffffff, 0, Buffer.alloc(0)),
      ]);
      const { results, error } = read(PcapReader, [file]);
      t.equal(error, undefined);
      t.same(results, [
        {
          frame: 1,
          seconds: 1_700_000_000,
          nanoseconds: 123_456_000,
          linkType: 101,
          originalLength: 900,
          bytes: DATA.toString("hex"),
        },
        { frame: 2, seconds: 0xffffffff, nanoseconds: 0, linkType: 101, originalLength: 0, bytes: "" },
      ]);
    }
  }
});

t.test("the modified format's longer record headers are skipped", async (t) => {
  for (const order of ORDERS) {
    const extra = Buffer.alloc(8, 0xee);
    const one = Buffer.concat([u32(order, 5, 6, DATA.length, DATA.length), extra, DATA]);
    const { results, error } = read(PcapReader, [Buffer.concat([header(order, MODIFIED), one, one])]);
    t.equal(error, undefined);
    t.same(
      results.map(({ nanoseconds, bytes }) => [nanoseconds, bytes]),
      [
        [6000, DATA.toString("hex")],
        [6000, DATA.toString("hex")],
      ],
    );
  }
});

t.test("the frame check sequence's length is no part of the link type", async (t) => {
  const file = Buffer.concat([header("be", MICROSECONDS, 0x54000071), record("be", 1, 2, DATA)]);
  t.equal(read(PcapReader, [file]).results[0]?.linkType, 0x71);
});

t.test("a fraction above one second is carried over", async (t) => {
  const file = Buffer.concat([header("le", MICROSECONDS), record("le", 10, 2_500_000, DATA)]);
  t.match(read(PcapReader, [file]).results[0], { seconds: 12, nanoseconds: 500_000_000 });
});

t.test("lengths the other way round are understood in files before version 2.4 only", async (t) => {
  const swapped = Buffer.concat([u32("le", 1, 2, 900, DATA.length), DATA]);
  const old = read(PcapReader, [Buffer.concat([header("le", MICROSECONDS, 1, 2, 3), swapped])]);
  t.match(old.results, [{ originalLength: 900, bytes: DATA.toString("hex") }]);
  const oldest = read(PcapReader, [Buffer.concat([header("le", MICROSECONDS, 1, 543, 0), swapped])]);
  t.match(oldest.results, [{ originalLength: 900, bytes: DATA.toString("hex") }]);
  const current = read(PcapReader, [Buffer.concat([header("le", MICROSECONDS), swapped])]);
  t.match(current.error, { code: "truncated", offset: 24, frame: 0 });
});

t.test("an unknown version, a foreign file and an empty one are refused by name", async (t) => {
  t.match(read(PcapReader, [header("le", MICROSECONDS, 1, 3)]).error, { code: "unsupported_version", offset: 0 });
  t.match(read(PcapReader, [Buffer.from("GIF89a and more")]).error, { code: "not_a_capture" });
  t.match(read(PcapReader, []).error, { code: "not_a_capture" });
});

t.test("a packet above the limit is refused before its bytes come, behind the packets before it", async (t) => {
  const reader = new PcapReader({ maxPacketBytes: 8 });
  reader.push(Buffer.concat([header("le", MICROSECONDS), record("le", 1, 2, DATA), u32("le", 1, 2, 9, 9)]));
  t.equal(reader.next()?.frame, 1);
  t.throws(() => reader.next(), { name: "CaptureError", code: "limit", offset: 48, frame: 1 });
  t.equal(reader.next(), undefined);
  const huge = Buffer.concat([header("be", NANOSECONDS), u32("be", 1, 2, 0xffffffff, 0xffffffff)]);
  t.match(read(PcapReader, [huge]).error, { code: "limit" });
});

t.test("a reused chunk does not spoil a packet that waits for its end", async (t) => {
  const data = Buffer.alloc(5000, 0x5a);
  const file = Buffer.concat([header("le", MICROSECONDS), record("le", 1, 2, data)]);
  const reader = new PcapReader();
  const chunk = new Uint8Array(1000);
  for (let at = 0; at < file.length; at += chunk.length) {
    const part = file.subarray(at, at + chunk.length);
    chunk.set(part);
    reader.push(chunk.subarray(0, part.length));
    if (at + chunk.length < file.length) t.equal(reader.next(), undefined);
    chunk.fill(0);
  }
  t.same(Buffer.from(reader.next()?.bytes ?? []), data);
});

// Counts and link types as tshark and capinfos give them.
for (const [path, packets, linkType] of [
  ["pcapng-more/ntp.pcap", 12, 1],
  ["pcapng-more/modified-format.pcap", 1, 1],
  ["pcapng-more/test_loopback.pcap", 24, 0],
  ["illustrated-tls12/capture.pcap", 22, 0],
  ["illustrated-tls13/capture.pcap", 22, 0],
] as const) {
  t.test(`${path} holds ${packets} packets`, async (t) => {
    const { results, error } = read(PcapReader, [fixture(path)]);
    t.equal(error, undefined);
    t.same(
      results.map(({ frame }) => frame),
      Array.from({ length: packets }, (_, index) => index + 1),
    );
    t.ok(results.every((packet) => packet.linkType === linkType));
  });
}

t.test("a CaptureError says where in the file it is", async (t) => {
  const { error } = read(PcapReader, [fixture("pcapng-more/ntp.pcap").slice(0, -1)]);
  t.ok(error instanceof CaptureError);
  t.match(error, { message: /at byte \d+, after 11 packets/, frame: 11 });
});

testWithstandsDamage(t, PcapReader, fixture("pcapng-more/ntp.pcap"));
testWithstandsDamage(t, PcapReader, fixture("pcapng-more/modified-format.pcap"));
