import { gzipSync } from "node:zlib";
import t from "tap";
import { CaptureReader } from "../../../src/sniffer/capture/capture-reader.js";
import { PcapReader } from "../../../src/sniffer/capture/pcap-reader.js";
import { PcapngReader } from "../../../src/sniffer/capture/pcapng-reader.js";
import { byteByByte } from "../../helpers/stage-feeding.js";
import { block, fixture, padded, read, section, u32 } from "./capture-bytes.js";
import { testWithstandsDamage } from "./damage.js";

const PCAP = fixture("pcapng-more/ntp.pcap");
const PCAPNG = fixture("pcapng-suite/output_be/advanced/test100.pcapng");

t.test("the format is told by the first bytes", async (t) => {
  const pcap = read(CaptureReader, [PCAP]);
  t.equal(pcap.reader.format, "pcap");
  t.same(pcap.results, read(PcapReader, [PCAP]).results);
  const pcapng = read(CaptureReader, byteByByte(PCAPNG));
  t.equal(pcapng.reader.format, "pcapng");
  t.same(pcapng.results, read(PcapngReader, [PCAPNG]).results);
});

t.test("nothing is known before four bytes are there", async (t) => {
  const reader = new CaptureReader();
  reader.push(PCAP.subarray(0, 3));
  t.equal(reader.next(), undefined);
  t.equal(reader.format, undefined);
  t.same(reader.secrets, []);
});

t.test("a pcapng's key logs are at hand", async (t) => {
  const keylog = Buffer.from("CLIENT_RANDOM 00 11\n");
  const file = [section("le"), block("le", 10, u32("le", 0x544c534b, keylog.length), padded(keylog))];
  const { reader } = read(CaptureReader, [Buffer.concat(file)]);
  t.same(reader.secrets, [new Uint8Array(keylog)]);
});

t.test("limits reach the format's reader", async (t) => {
  const limits = { maxPacketBytes: 50 };
  t.match(read(CaptureReader, [PCAP], limits).error, { code: "limit", offset: 24 });
  t.match(read(CaptureReader, [PCAPNG], limits).error, { code: "limit" });
});

t.test("a compressed capture is refused with what to do", async (t) => {
  t.match(read(CaptureReader, [gzipSync(PCAP)]).error, { code: "compressed", message: /gunzip/, offset: 0 });
  t.match(read(CaptureReader, [Buffer.of(0x1f, 0x8b)]).error, { code: "compressed" });
  t.match(read(CaptureReader, [Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0)]).error, { code: "compressed", message: /zstd/ });
});

t.test("what is neither format, or empty, is refused", async (t) => {
  t.match(read(CaptureReader, [Buffer.from("GET / HTTP/1.1\r\n")]).error, { code: "not_a_capture", offset: 0 });
  t.match(read(CaptureReader, [fixture("pcapng-more/err-eof.bin")]).error, { code: "not_a_capture" });
  t.match(read(CaptureReader, []).error, { code: "not_a_capture", message: /empty/ });
});

testWithstandsDamage(t, CaptureReader, PCAP);
testWithstandsDamage(t, CaptureReader, PCAPNG);
