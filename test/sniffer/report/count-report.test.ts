import t from "tap";
import { CountReport } from "../../../src/sniffer/report/count-report.js";
import { ethernet, ipv4, tcp, udp } from "../packet/packet-bytes.js";
import { numbered, sniff } from "../played-capture.js";

const PACKETS = numbered(
  [
    ethernet(0x0800, ipv4({}, tcp({}, "hello"))),
    ethernet(0x0806, "arp"),
    ethernet(0x0800, ipv4({ protocol: 17 }, udp([1, 2], "hello"))),
    ethernet(0x0800, ipv4({}, tcp({}))),
  ],
  1,
);

t.test("packets are counted by the innermost protocol, and no conversation is followed", async (t) => {
  const events = sniff(PACKETS, { headersOnly: true });
  t.equal(events.length, 1);
  t.match(events[0], {
    event: "summary",
    packets: 4,
    protocols: { tcp: { packets: 2, bytes: 113 }, arp: { packets: 1 }, udp: { packets: 1 } },
  });
  const [summary] = events;
  if (summary?.event !== "summary") throw new Error("no summary");
  const sum = Object.values(summary.accounted).reduce((left, right) => left + right, 0);
  t.equal(sum, summary.bytes, "every byte is accounted for");
  const report = new CountReport();
  t.equal(
    `\n${report.encode(summary)}${report.end()}`,
    `
tcp     2 packets  113 bytes
arp     1 packets   17 bytes
udp     1 packets   47 bytes
in all  4 packets  177 bytes
`,
  );
});

t.test("damage is told", async (t) => {
  const report = new CountReport();
  const [summary] = sniff([], { headersOnly: true });
  if (summary?.event !== "summary") throw new Error("no summary");
  t.match(report.encode({ ...summary, damaged: true }), /damaged/);
});
