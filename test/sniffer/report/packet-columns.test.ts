import t from "tap";
import { encodePacketColumns } from "../../../src/sniffer/report/packet-columns.js";
import { choosePaint } from "../../../src/sniffer/report/paint.js";
import { cellsOf } from "../../../src/sniffer/report/terminal-text.js";

const plain = choosePaint({}, false);
const SYN = { ends: "10.0.0.1.40001 > 10.0.0.2.443", flags: "[SYN]", size: "60 bytes" };
const DATA = { ends: "192.168.100.100.40001 > 10.0.0.2.443", flags: "[PSH,ACK]", size: "1500 bytes" };
const UDP = { ends: "10.0.0.1.5353 > 224.0.0.251.5353", flags: "", size: "80 bytes" };
const LONG = {
  ends: "2001:db8::1234:5678:9abc:def0.443 > 2001:db8::1234:5678:9abc:def1.443",
  flags: "[FIN,PSH,ACK]",
  size: "1500 of 9000 bytes",
};

t.test("each part stands under that of the packet before, in wide terminals and in those of 80 columns", async (t) => {
  for (const room of [90, 52]) {
    const lines = [SYN, DATA, UDP].map((columns) => encodePacketColumns(columns, room, plain));
    t.same(new Set(lines.map(cellsOf)).size, 1, lines.join("\n"));
    t.equal(lines[0]?.indexOf("["), lines[1]?.indexOf("["));
  }
  t.equal(encodePacketColumns(SYN, 90, plain), "10.0.0.1.40001 > 10.0.0.2.443                 [SYN]         60 bytes");
  t.equal(encodePacketColumns(SYN, 52, plain), "10.0.0.1.40001 > 10.0.0.2.443             [S]     60");
  t.equal(encodePacketColumns(DATA, 40, plain), "192.168.100.100.40001 > 10.0… [P.]  1500");
});

t.test("nothing is wider than its room, and the size stays whole as long as it can", async (t) => {
  for (let room = 1; room < 130; room++) {
    for (const columns of [SYN, DATA, UDP, LONG]) {
      const line = encodePacketColumns(columns, room, plain);
      t.ok(cellsOf(line) <= room, `${room}: ${line}`);
      if (room >= 45) t.match(line, /\d+( of \d+)?( bytes)?$/);
    }
  }
});
