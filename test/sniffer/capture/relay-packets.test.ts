import t from "tap";
import { RelayFlow } from "../../../src/sniffer/capture/relay-packets.js";
import { numbered, of, sniff } from "../played-capture.js";

const ends = (client: string, server: string) => ({
  client: { address: client, port: 50_000, sequence: 0xffffffff },
  server: { address: server, port: 443, sequence: 5 },
});

/** RFC 1071: the sum over data with its checksum is all ones. */
function checksumHolds(bytes: Uint8Array): boolean {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum === 0xffff;
}

function tcpChecksumHolds(packet: Uint8Array): boolean {
  const v4 = (packet[0] ?? 0) >> 4 === 4;
  const segment = packet.subarray(v4 ? 20 : 40);
  const addresses = v4 ? packet.subarray(12, 20) : packet.subarray(8, 40);
  return checksumHolds(
    Buffer.concat([addresses, Uint8Array.of(0, 6, segment.length >> 8, segment.length & 255), segment]),
  );
}

for (const [client, server, family] of [
  ["127.0.0.1", "10.1.2.3", 4],
  ["::1", "2001:db8::12:3", 6],
  ["127.0.0.1", "::1", 6],
  ["::ffff:1.2.3.4", "5.6.7.8", 4],
  ["fe80::1%eth0", "fe80::2", 6],
] as const) {
  t.test(`a connection from ${client} to ${server} has right headers and checksums`, async (t) => {
    const flow = new RelayFlow(ends(client, server));
    const packets = [
      ...flow.open(),
      ...flow.data("client", Buffer.from("odd")),
      ...flow.data("server", Buffer.alloc(70_000, 1)),
      ...flow.end("client"),
      ...flow.end("server"),
    ];
    for (const packet of packets) {
      t.equal((packet[0] ?? 0) >> 4, family);
      if (family === 4) t.ok(checksumHolds(packet.subarray(0, 20)));
      t.ok(tcpChecksumHolds(packet));
      t.ok(packet.length <= 65_535);
    }
    const events = sniff(numbered(packets));
    t.match(of(events, "conversation"), [{ client_bytes: 3, server_bytes: 70_000, state: "fin", gaps: 0 }]);
    t.same(of(events, "finding"), []);
  });
}

t.test("addresses come out as they went in", async (t) => {
  const [conversation] = of(sniff(numbered(new RelayFlow(ends("127.0.0.1", "2001:db8::1")).open())), "conversation");
  t.match(conversation, { client: /^\[::ffff:.*]:50000$/, server: "[2001:db8::1]:443" });
});

t.test("resets and refusals end a connection", async (t) => {
  const flow = new RelayFlow(ends("127.0.0.1", "127.0.0.1"));
  t.match(of(sniff(numbered([...flow.open(), ...flow.reset("server")])), "conversation"), [{ state: "rst" }]);
  t.match(of(sniff(numbered(new RelayFlow(ends("127.0.0.1", "127.0.0.1")).refuse())), "conversation"), [
    { state: "rst" },
  ]);
});
