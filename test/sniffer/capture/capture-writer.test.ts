import t from "tap";
import { CaptureReader } from "../../../src/sniffer/capture/capture-reader.js";
import { CaptureWriter } from "../../../src/sniffer/capture/capture-writer.js";
import type { RawPacket } from "../../../src/sniffer/packet/raw-packet.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import { fixture, kept, read } from "./capture-bytes.js";

const packet = (over: Partial<RawPacket> = {}): RawPacket => ({
  frame: 1,
  seconds: 1_700_000_000,
  nanoseconds: 123_456_789,
  linkType: 1,
  originalLength: 5,
  bytes: Buffer.from("bytes"),
  ...over,
});

const INTERFACE_BLOCK_BYTES = 32;

t.test("packets of any length, link type and time are read back equal", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  const packets = Array.from({ length: 200 }, (_, index) => {
    const bytes = random.bytes(random.below(40));
    return packet({
      frame: index + 1,
      seconds: random.uint32() * (random.chance(0.5) ? 1 : 4),
      nanoseconds: random.below(1_000_000_000),
      linkType: random.pick([1, 101, 113, 0xffff]),
      originalLength: bytes.length + random.below(2) * random.below(2000),
      bytes,
    });
  });
  const writer = new CaptureWriter({ application: "earshot 1.0" });
  const parts = [writer.head(), ...packets.map((one) => writer.packet(one, random.pick([undefined, "", "café"])))];
  const { results, error, reader } = read(CaptureReader, parts);
  t.equal(error, undefined);
  t.equal(reader.format, "pcapng");
  t.same(results, packets.map(kept));
});

t.test("an interface is written before the first packet of its link type only", async (t) => {
  const writer = new CaptureWriter();
  const lengths = [1, 1, 101, 1, 101].map((linkType) => writer.packet(packet({ linkType })).length);
  const one = lengths[1] ?? 0;
  t.same(lengths, [one + INTERFACE_BLOCK_BYTES, one, one + INTERFACE_BLOCK_BYTES, one, one]);
});

t.test("the bytes are those of the format, little-endian", async (t) => {
  const writer = new CaptureWriter();
  t.equal(hex(writer.head()), "0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffff ffffffff 1c000000");
  t.equal(
    hex(writer.packet(packet({ seconds: 1, nanoseconds: 2, linkType: 101, originalLength: 9 }), "hi")),
    [
      "01000000 20000000 65000000 00000000 09000100 09000000 00000000 20000000",
      "06000000 34000000 00000000 00000000 02ca9a3b 05000000 09000000",
      "62797465 73000000 01000200 68690000 00000000 34000000",
    ].join(" "),
  );
});

t.test("a packet without a time, or with one that the format cannot hold, is written at 1970", async (t) => {
  const writer = new CaptureWriter();
  const strange = [{ seconds: null, nanoseconds: 0 }, { seconds: -1 }, { seconds: 18_446_744_074 }];
  const { results } = read(CaptureReader, [writer.head(), ...strange.map((over) => writer.packet(packet(over)))]);
  t.same(
    results.map(({ seconds, nanoseconds, bytes }) => [seconds, nanoseconds, bytes]),
    strange.map(() => [0, 0, Buffer.from("bytes").toString("hex")]),
  );
});

t.test("key logs are read back", async (t) => {
  const keylog = Buffer.from("CLIENT_RANDOM 00 11\nCLIENT_RANDOM 22 33\n");
  const writer = new CaptureWriter();
  const { reader, results } = read(CaptureReader, [writer.head(), writer.secrets(keylog), writer.packet(packet())]);
  t.same(reader.secrets, [new Uint8Array(keylog)]);
  t.equal(results.length, 1);
});

t.test("a comment too long for its option is cut between characters", async (t) => {
  const writer = new CaptureWriter();
  writer.packet(packet());
  const written = Buffer.from(writer.packet(packet(), "€".repeat(30_000)));
  const option = written.subarray(28 + 8);
  t.equal(option.readUInt16LE(2), 65_535);
  t.notOk(
    option
      .subarray(4, 4 + 65_535)
      .toString("utf8")
      .includes("\ufffd"),
  );
  t.equal(
    read(CaptureReader, [writer.head(), new CaptureWriter().packet(packet(), "€".repeat(30_000))]).results.length,
    1,
  );
});

t.test("a recorded file survives being written anew", async (t) => {
  for (const path of ["illustrated-tls13/capture.pcap", "pcapng-more/linux_sll_oversized_addr.pcapng"]) {
    const source = new CaptureReader();
    source.push(fixture(path));
    source.finish();
    const writer = new CaptureWriter();
    const parts = [writer.head()];
    for (let next = source.next(); next !== undefined; next = source.next()) parts.push(writer.packet(next));
    t.same(read(CaptureReader, parts).results, read(CaptureReader, [fixture(path)]).results);
  }
});

const hex = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString("hex")
    .replace(/(.{8})(?=.)/g, "$1 ");
