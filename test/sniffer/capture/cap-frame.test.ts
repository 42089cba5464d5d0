import t from "tap";
import { CAP_SNAP_BYTES, encodePcapHeader, linkTypeOf, wireLength } from "../../../src/sniffer/capture/cap-frame.js";
import { CaptureReader } from "../../../src/sniffer/capture/capture-reader.js";

t.test("the names that cap gives to link types are numbers of the registry", async (t) => {
  for (const [name, number] of [
    ["ETHERNET", 1],
    ["NULL", 0],
    ["RAW", 101],
    ["LINKTYPE_LINUX_SLL", 113],
    ["IEEE802_11_RADIO", 127],
    ["Unknown linktype 276", 276],
  ] as const) {
    t.equal(linkTypeOf(name), number);
  }
});

t.test("the header is that of a pcap file with nanoseconds", async (t) => {
  const reader = new CaptureReader();
  reader.push(encodePcapHeader(113));
  const record = Buffer.from("0100000002000000010000000300000055", "hex");
  reader.push(record);
  t.match(reader.next(), { seconds: 1, nanoseconds: 2, linkType: 113, originalLength: 3 });
});

t.test("a packet that cap cut tells its length by its IP header", async (t) => {
  const packet = Buffer.alloc(CAP_SNAP_BYTES);
  packet.set([0x08, 0x00, 0x45, 0, 0xff, 0xff], 12);
  t.equal(wireLength(1, packet, CAP_SNAP_BYTES), 14 + 0xffff);
  packet.set([0x81, 0x00, 0, 1, 0x86, 0xdd, 0x60, 0, 0, 0, 0xff, 0xff], 12);
  t.equal(wireLength(1, packet, CAP_SNAP_BYTES), 18 + 40 + 0xffff);
  t.equal(wireLength(113, packet.fill(0), CAP_SNAP_BYTES), CAP_SNAP_BYTES, "what is no IP keeps the captured length");
  t.equal(wireLength(1, packet, 100), 100, "a short packet was not cut");
});
