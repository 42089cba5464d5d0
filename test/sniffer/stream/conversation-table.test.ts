import { createHash } from "node:crypto";
import t from "tap";
import type { ConversationSummary } from "../../../src/sniffer/stream/stream-event.js";
import { ACK, FIN, handshake, SYN, TableScript } from "./table-script.js";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

t.test("conversations are kept apart and numbered in the order of their first packets", async (t) => {
  const script = new TableScript();
  for (const port of [40000, 40001, 40002]) handshake(script, port, 1, { ports: [port, 443] });
  for (const port of [40002, 40000, 40001]) {
    script.tcp({ from: "client", sequence: port + 1, data: `${port}`, ports: [port, 443] });
  }
  const opened = ["open 0", "open 1", "open 2"];
  t.same(script.told(), [...opened, "2 client 0 40002", "0 client 0 40000", "1 client 0 40001"]);
});

t.test("the summary holds the hash of what was delivered, holes not included", async (t) => {
  const script = handshake(new TableScript())
    .tcp({ from: "client", sequence: 1001, data: "hello" })
    .tcp({ from: "client", sequence: 1008, data: "world" })
    .finish();
  const summaries: ConversationSummary[] = [];
  script.conversations[0]?.summary((summary) => summaries.push(summary));
  t.match(summaries[0], {
    id: 0,
    protocol: "tcp",
    client: "10.0.0.1:40000",
    server: "10.0.0.2:443",
    community_id: /^1:/,
    first_frame: 1,
    last_frame: 5,
    client_bytes: 10,
    server_bytes: 0,
    client_sha256: sha256("helloworld"),
    server_sha256: sha256(""),
    gaps: 1,
    state: "open",
  });
});

t.test(
  "datagrams are delivered one by one; the first sender is the client, or who has no well-known port",
  async (t) => {
    const script = new TableScript()
      .udp("client", [50000, 53], "query")
      .udp("server", [50000, 53], "answer")
      .udp("client", [50000, 53], "more")
      .udp("server", [50001, 53], "late answer")
      .finish();
    const told = ["open 0", "0 client 0 query", "0 server 0 answer", "0 client 5 more"];
    const late = ["open 1", "1 server 0 late answer"];
    t.same(script.told(), [...told, ...late, "close 0 end-of-capture", "close 1 end-of-capture"]);
    t.equal(script.conversations[1]?.client, "10.0.0.1:50001");
  },
);

t.test("TCP and UDP on the same ports are two conversations", async (t) => {
  const script = new TableScript().udp("client", [40000, 443], "datagram");
  handshake(script).tcp({ from: "client", sequence: 1001, data: "stream" });
  t.same(script.told(), ["open 0", "0 client 0 datagram", "open 1", "1 client 0 stream"]);
});

t.test("both ends the same is one conversation with a client only", async (t) => {
  const script = new TableScript();
  script.tcp({ from: "client", sequence: 1, data: "x", ports: [7, 7] });
  t.same(script.told(), ["open 0", "0 client 0 x"]);
});

const ended = (script: TableScript) =>
  handshake(script)
    .tcp({ from: "client", sequence: 1001, flags: FIN | ACK, seconds: 1 })
    .tcp({ from: "server", sequence: 5001, flags: FIN | ACK, seconds: 1 });

t.test("an ended connection takes stragglers until it has been silent for a while", async (t) => {
  const script = ended(new TableScript({ lingerSeconds: 10 }))
    .tcp({ from: "server", sequence: 5001, flags: FIN | ACK, seconds: 9 })
    .tcp({ from: "client", sequence: 1002, seconds: 18 });
  t.same(script.told(), ["open 0"]);
  script.udp("client", [8001, 8002], "x");
  t.same(script.told(), ["open 1", "1 client 0 x"], "the clock of packets went back: nobody is closed");
  script.tcp({ from: "client", sequence: 1, flags: SYN, ports: [9, 9], seconds: 30 });
  t.same(script.told(), ["close 0 fin", "open 2"]);
  t.equal(script.conversations[0]?.lastFrame, 7);
});

t.test("with too many conversations one that has ended goes first, then the one silent for longest", async (t) => {
  const script = ended(new TableScript({ maxConversations: 3 }));
  for (const port of [8001, 8002, 8003]) script.udp("client", [port, 2000], "x");
  t.same(
    script.told().filter((line) => line.startsWith("close")),
    ["close 0 fin"],
  );
  script.udp("client", [8001, 2000], "again").udp("client", [8004, 2000], "x");
  t.same(
    script.told().filter((line) => line.startsWith("close")),
    ["close 2 timeout"],
  );
  script.udp("client", [8002, 2000], "back");
  t.match(script.told(), ["close 3 timeout", "open 5", "5 client 0 back"]);
});

t.test("what all conversations hold together is bounded, and given up as holes", async (t) => {
  const script = new TableScript({ maxHeldBytesInAll: 10_000 });
  const data = "x".repeat(1000);
  for (let port = 1; port <= 6; port++) {
    const ports = [port, 2000] as const;
    handshake(script, 0, 0, { ports }).tcp({ from: "client", sequence: 101, data, ports });
  }
  t.equal(script.told().filter((line) => line.includes("gap")).length, 0);
  handshake(script, 0, 0, { ports: [7, 2000] }).tcp({ from: "client", sequence: 101, data, ports: [7, 2000] });
  t.equal(script.told().filter((line) => line.endsWith("client gap 0+100")).length, 7);
});

t.test("every payload byte is delivered, came again, or has no place", async (t) => {
  const script = handshake(new TableScript())
    .tcp({ from: "client", sequence: 1001, data: "hello" })
    .tcp({ from: "client", sequence: 1003, data: "llo world" })
    .tcp({ from: "client", sequence: 1020, data: "behind" })
    .tcp({ from: "client", sequence: 1020, data: "behind" })
    .tcp({ from: "client", sequence: 1026, data: "", flags: FIN | ACK })
    .tcp({ from: "client", sequence: 1026, data: "beyond" })
    .tcp({ from: "client", sequence: 1026 - 2 ** 31 + 5, data: "stray" })
    .udp("client", [1, 2], "datagram");
  const { table, payloadBytes } = script;
  const dropped = [table.retransmittedBytes, table.unplacedBytes];
  script.finish();
  t.same([table.retransmittedBytes, table.unplacedBytes], dropped, "closing changes no count");
  t.same(dropped, [3 + 6, 5]);
  const delivered = [...script.streams.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  t.equal(delivered + table.retransmittedBytes + table.unplacedBytes, payloadBytes);
});
