import t from "tap";
import { CLIENT, ipv4, SERVER, tcp } from "../packet/packet-bytes.js";
import { ACK, FIN, handshake, RST, SYN, TableScript } from "./table-script.js";

t.test("a whole connection is told from SYN to FIN", async (t) => {
  const script = handshake(new TableScript())
    .tcp({ from: "client", sequence: 1001, acknowledgment: 5001, data: "hello" })
    .tcp({ from: "server", sequence: 5001, acknowledgment: 1006, data: "world" })
    .tcp({ from: "client", sequence: 1006, acknowledgment: 5006, flags: FIN | ACK })
    .tcp({ from: "server", sequence: 5006, acknowledgment: 1007, flags: FIN | ACK })
    .tcp({ from: "client", sequence: 1007, acknowledgment: 5007 })
    .finish();
  t.same(script.told(), ["open 0", "0 client 0 hello", "0 server 0 world", "close 0 fin"]);
  const [conversation] = script.conversations;
  t.match(conversation, { client: "10.0.0.1:40000", server: "10.0.0.2:443", midstream: false, state: "fin" });
  t.same([conversation?.firstFrame, conversation?.lastFrame], [1, 8]);
});

t.test("a SYN+ACK seen first tells who the client is, and the SYN behind it belongs to it", async (t) => {
  const script = new TableScript()
    .tcp({ from: "server", sequence: 5000, acknowledgment: 1001, flags: SYN | ACK })
    .tcp({ from: "client", sequence: 1000, flags: SYN })
    .tcp({ from: "client", sequence: 1001, data: "hello" });
  t.same(script.told(), ["open 0", "0 client 0 hello"]);
  t.match(script.conversations[0], { client: "10.0.0.1:40000", midstream: false });
});

t.test("the SYN+ACK tells where the client's stream begins, so that its loss is a hole", async (t) => {
  const script = new TableScript()
    .tcp({ from: "server", sequence: 5000, acknowledgment: 1001, flags: SYN | ACK })
    .tcp({ from: "client", sequence: 1004, data: "lo" })
    .finish();
  t.same(script.told(), ["open 0", "0 client gap 0+3", "0 client 3 lo", "close 0 end-of-capture"]);
});

t.test("both sides may send a SYN at once", async (t) => {
  const script = new TableScript()
    .tcp({ from: "client", sequence: 1000, flags: SYN })
    .tcp({ from: "server", sequence: 5000, flags: SYN })
    .tcp({ from: "server", sequence: 5000, acknowledgment: 1001, flags: SYN | ACK })
    .tcp({ from: "client", sequence: 1000, acknowledgment: 5001, flags: SYN | ACK })
    .tcp({ from: "client", sequence: 1001, data: "hello" });
  t.same(script.told(), ["open 0", "0 client 0 hello"]);
});

t.test("a SYN sent again, early or late, opens nothing", async (t) => {
  const script = new TableScript().tcp({ from: "client", sequence: 1000, flags: SYN });
  handshake(script)
    .tcp({ from: "server", sequence: 5000, acknowledgment: 1001, flags: SYN | ACK })
    .tcp({ from: "client", sequence: 1001, data: "hello" })
    .tcp({ from: "client", sequence: 1000, flags: SYN });
  t.same(script.told(), ["open 0", "0 client 0 hello"]);
});

t.test("a new SYN on the same ports opens a new conversation, whether the old one ended or not", async (t) => {
  const open = handshake(new TableScript()).tcp({ from: "client", sequence: 1001, data: "one" });
  handshake(open, 70_000, 80_000).tcp({ from: "client", sequence: 70_001, data: "two" });
  t.same(open.told(), ["open 0", "0 client 0 one", "close 0 end-of-capture", "open 1", "1 client 0 two"]);
  const ended = handshake(new TableScript())
    .tcp({ from: "client", sequence: 1001, flags: FIN | ACK })
    .tcp({ from: "server", sequence: 5001, flags: FIN | ACK });
  handshake(ended, 70_000, 80_000).tcp({ from: "client", sequence: 70_001, data: "two" });
  t.same(ended.told(), ["open 0", "close 0 fin", "open 1", "1 client 0 two"]);
});

t.test("a SYN that was refused and is sent again may succeed", async (t) => {
  const script = new TableScript()
    .tcp({ from: "client", sequence: 1000, flags: SYN })
    .tcp({ from: "server", sequence: 0, acknowledgment: 1001, flags: RST | ACK });
  t.equal(script.conversations[0]?.state, "rst");
  handshake(script).tcp({ from: "client", sequence: 1001, data: "hello" }).finish();
  t.same(script.told(), ["open 0", "0 client 0 hello", "close 0 end-of-capture"]);
});

t.test("a server that answers anew starts its stream anew", async (t) => {
  const script = handshake(new TableScript())
    .tcp({ from: "server", sequence: 9000, acknowledgment: 1001, flags: SYN | ACK })
    .tcp({ from: "server", sequence: 9001, data: "hello" });
  t.same(script.told(), ["open 0", "0 server 0 hello"]);
});

t.test("a new answer after data is of a new connection whose SYN was not captured", async (t) => {
  const known = handshake(new TableScript())
    .tcp({ from: "server", sequence: 5001, data: "old" })
    .tcp({ from: "server", sequence: 90_000, acknowledgment: 1, flags: SYN | ACK })
    .tcp({ from: "server", sequence: 90_001, data: "new" });
  t.same(known.told(), ["open 0", "0 server 0 old", "close 0 end-of-capture", "open 1", "1 server 0 new"]);
  const midstream = new TableScript()
    .tcp({ from: "server", sequence: 5001, data: "old" })
    .tcp({ from: "server", sequence: 5000, flags: SYN | ACK })
    .tcp({ from: "server", sequence: 90_000, acknowledgment: 1, flags: SYN | ACK })
    .tcp({ from: "server", sequence: 90_001, data: "new" });
  t.same(midstream.told(), ["open 0", "0 server 0 old", "close 0 end-of-capture", "open 1", "1 server 0 new"]);
});

t.test("an answer that the capture shows behind its own side's first data opens nothing", async (t) => {
  const script = new TableScript()
    .tcp({ from: "server", sequence: 5006, acknowledgment: 1001, data: "world" })
    .tcp({ from: "server", sequence: 5000, acknowledgment: 1001, flags: SYN | ACK })
    .tcp({ from: "server", sequence: 5011, acknowledgment: 1001, data: "!" });
  t.same(script.told(), ["open 0", "0 server 0 world", "0 server 5 !"]);
});

t.test("a SYN+ACK in the middle of what its side says is a damaged packet and opens nothing", async (t) => {
  const script = handshake(new TableScript())
    .tcp({ from: "server", sequence: 5001, acknowledgment: 1001, data: "hello" })
    .tcp({ from: "server", sequence: 5006, acknowledgment: 1001, flags: SYN | ACK })
    .tcp({ from: "server", sequence: 5006, acknowledgment: 1001, data: "world" });
  t.same(script.told(), ["open 0", "0 server 0 hello", "0 server 5 world"]);
  script
    .tcp({ from: "server", sequence: 5011, acknowledgment: 1001, flags: RST })
    .tcp({ from: "server", sequence: 69_000, acknowledgment: 7001, flags: SYN | ACK });
  t.same(script.told(), ["close 0 rst", "open 1"]);
});

t.test("data on the SYN is the stream's beginning, sent again if the server refused it", async (t) => {
  const taken = new TableScript()
    .tcp({ from: "client", sequence: 1000, flags: SYN, data: "GET " })
    .tcp({ from: "server", sequence: 5000, acknowledgment: 1005, flags: SYN | ACK })
    .tcp({ from: "client", sequence: 1005, data: "/" });
  t.same(taken.told(), ["open 0", "0 client 0 GET ", "0 client 4 /"]);
  const refused = new TableScript()
    .tcp({ from: "client", sequence: 1000, flags: SYN, data: "GET " })
    .tcp({ from: "server", sequence: 5000, acknowledgment: 1001, flags: SYN | ACK })
    .tcp({ from: "client", sequence: 1001, data: "GET /" });
  t.same(refused.told(), ["open 0", "0 client 0 GET ", "0 client 4 /"]);
});

t.test("a reset ends the connection; its data, and what is still sent, are told", async (t) => {
  const script = handshake(new TableScript())
    .tcp({ from: "server", sequence: 5001, flags: RST | ACK, data: "reason" })
    .tcp({ from: "client", sequence: 1001, data: "late" })
    .finish();
  t.same(script.told(), ["open 0", "0 server 0 reason", "0 client 0 late", "close 0 rst"]);
});

t.test("a reset behind both FINs changes nothing", async (t) => {
  const script = handshake(new TableScript())
    .tcp({ from: "client", sequence: 1001, flags: FIN | ACK })
    .tcp({ from: "server", sequence: 5001, flags: FIN | ACK })
    .tcp({ from: "client", sequence: 1002, flags: RST })
    .finish();
  t.same(script.told(), ["open 0", "close 0 fin"]);
});

t.test("a capture of one side alone ends with that side's FIN", async (t) => {
  const script = new TableScript()
    .tcp({ from: "client", sequence: 1000, flags: SYN })
    .tcp({ from: "client", sequence: 1001, data: "hello", flags: FIN | ACK })
    .finish();
  t.same(script.told(), ["open 0", "0 client 0 hello", "close 0 fin"]);
});

t.test("midstream the lower port is the server's, and the stream begins with the first data", async (t) => {
  const script = new TableScript()
    .tcp({ from: "server", sequence: 5000, acknowledgment: 1000, data: "world" })
    .tcp({ from: "client", sequence: 999, acknowledgment: 5005 })
    .tcp({ from: "client", sequence: 1000, acknowledgment: 5005, data: "hello" });
  t.same(script.told(), ["open 0", "0 server 0 world", "0 client 0 hello"]);
  t.match(script.conversations[0], { client: "10.0.0.1:40000", server: "10.0.0.2:443", midstream: true });
});

t.test(
  "midstream a packet without data tells where the stream begins, and what comes out of order has its place",
  async (t) => {
    const ack = () => new TableScript().tcp({ from: "server", sequence: 5000, acknowledgment: 1000 });
    const filled = ack()
      .tcp({ from: "server", sequence: 5005, acknowledgment: 1000, data: "world" })
      .tcp({ from: "server", sequence: 5000, acknowledgment: 1000, data: "hello" });
    t.same(filled.told(), ["open 0", "0 server 0 hello", "0 server 5 world"]);
    const lost = ack().tcp({ from: "server", sequence: 5005, acknowledgment: 1000, data: "world" }).finish();
    t.same(lost.told(), ["open 0", "0 server gap 0+5", "0 server 5 world", "close 0 end-of-capture"]);
    const ended = ack()
      .tcp({ from: "server", sequence: 5005, acknowledgment: 1000, flags: FIN | ACK })
      .tcp({ from: "server", sequence: 5000, acknowledgment: 1000, data: "hello" });
    t.same(ended.told(), ["open 0", "0 server 0 hello"]);
    const overtaken = new TableScript()
      .tcp({ from: "server", sequence: 5005, acknowledgment: 1000, flags: FIN | ACK })
      .tcp({ from: "server", sequence: 5000, acknowledgment: 1000, data: "hello" })
      .tcp({ from: "client", sequence: 1000, acknowledgment: 5006, flags: FIN | ACK });
    t.same(overtaken.finish().told(), ["open 0", "0 server 0 hello", "close 0 fin"]);
    const older = ack()
      .tcp({ from: "server", sequence: 4995, acknowledgment: 1000, data: "hello" })
      .tcp({ from: "server", sequence: 5000, acknowledgment: 1000, data: "world" });
    t.same(older.told(), ["open 0", "0 server 0 hello", "0 server 5 world"]);
  },
);

t.test("a SYN after midstream data is a new connection", async (t) => {
  const script = new TableScript().tcp({ from: "server", sequence: 5000, data: "world" });
  handshake(script, 1, 2);
  t.same(script.told(), ["open 0", "0 server 0 world", "close 0 end-of-capture", "open 1"]);
});

t.test("a SYN that the capture shows after its own connection's ACK or data opens nothing", async (t) => {
  const late = (script: TableScript) =>
    script
      .tcp({ from: "client", sequence: 1000, flags: SYN })
      .tcp({ from: "server", sequence: 5000, acknowledgment: 1001, flags: SYN | ACK });
  const ack = late(new TableScript().tcp({ from: "client", sequence: 1001, acknowledgment: 5001 }));
  t.same(ack.tcp({ from: "client", sequence: 1001, data: "hello" }).told(), ["open 0", "0 client 0 hello"]);
  const data = late(new TableScript().tcp({ from: "client", sequence: 1001, data: "hello" }));
  t.same(data.tcp({ from: "client", sequence: 1006, data: "again" }).told(), [
    "open 0",
    "0 client 0 hello",
    "0 client 5 again",
  ]);
});

t.test("a SYN that the capture shows after its answer's first packet opens nothing", async (t) => {
  const script = new TableScript()
    .tcp({ from: "server", sequence: 5001, acknowledgment: 1001, data: "220" })
    .tcp({ from: "client", sequence: 1003, acknowledgment: 5004, data: "LO" })
    .tcp({ from: "client", sequence: 1000, flags: SYN })
    .tcp({ from: "client", sequence: 1005, acknowledgment: 5004, data: "!" });
  t.same(script.told(), ["open 0", "0 server 0 220", "0 client 0 LO", "0 client 2 !"]);
  t.same(handshake(script, 2000, 9000).told(), ["close 0 end-of-capture", "open 1"]);
});

t.test("a keep-alive behind an ACK and before any data is not of the stream", async (t) => {
  const script = new TableScript()
    .tcp({ from: "client", sequence: 1000, acknowledgment: 5000 })
    .tcp({ from: "client", sequence: 999, acknowledgment: 5000, data: "?" })
    .tcp({ from: "client", sequence: 1000, acknowledgment: 5000, data: "hello" })
    .finish();
  t.same(script.told(), ["open 0", "0 client 0 hello", "close 0 end-of-capture"]);
  t.equal(script.table.unplacedBytes, 1);
});

t.test("a broken header is counted for its conversation and changes nothing in it", async (t) => {
  const broken = (flags: number, sequence: number) => {
    const segment = tcp({ ports: [40000, 443], sequence, flags }, "not data");
    segment[12] = 0x40;
    return ipv4({ source: CLIENT, destination: SERVER }, segment);
  };
  const script = new TableScript().raw(broken(SYN, 77)).raw(broken(SYN, 88));
  handshake(script)
    .tcp({ from: "client", sequence: 1001, data: "hello" })
    .raw(broken(SYN, 99))
    .raw(broken(RST | ACK, 1006))
    .raw(broken(FIN | ACK, 1002))
    .tcp({ from: "client", sequence: 1006, data: " again" })
    .raw(broken(ACK, 1012));
  t.same(script.told(), ["open 0", "0 client 0 hello", "0 client 5  again"]);
  t.match(script.conversations[0], { firstFrame: 1, lastFrame: 11, state: "open" });
});

t.test("a window of zero and its probes bring nothing twice", async (t) => {
  const script = handshake(new TableScript())
    .tcp({ from: "client", sequence: 1001, data: "hello" })
    .tcp({ from: "client", sequence: 1006, data: "w" })
    .tcp({ from: "server", sequence: 5001, acknowledgment: 1006 })
    .tcp({ from: "client", sequence: 1006, data: "world" });
  t.same(script.told(), ["open 0", "0 client 0 hello", "0 client 5 w", "0 client 6 orld"]);
});

t.test("segments cut off by the snapshot length give what is there, and the FIN stands behind the rest", async (t) => {
  const script = handshake(new TableScript())
    .tcp({ from: "client", sequence: 1001, data: "hello world", cutBytes: 6 })
    .tcp({ from: "client", sequence: 1012, data: "again", cutBytes: 5, flags: FIN | ACK })
    .tcp({ from: "server", sequence: 5001, flags: FIN | ACK })
    .finish();
  const gaps = ["0 client gap 5+6", "0 client gap 11+5"];
  t.same(script.told(), ["open 0", "0 client 0 hello", ...gaps, "close 0 fin"]);
  t.equal(script.conversations[0]?.gaps, 1, "holes next to each other count once");
});
