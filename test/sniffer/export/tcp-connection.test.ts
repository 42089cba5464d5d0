import t from "tap";
import { TcpConnection } from "../../../src/sniffer/export/tcp-connection.js";
import { DecodedPacket } from "../../../src/sniffer/packet/decoded-packet.js";

const BITS: Readonly<Record<string, number>> = { F: 0x01, S: 0x02, R: 0x04, ".": 0x10 };

interface Segment {
  readonly from: "o" | "r";
  /** As tcpdump has them: "S", "S.", "F.", "R", ".". */
  readonly flags: string;
  readonly sequence: number;
  readonly acknowledgment?: number;
  readonly length?: number;
  readonly window?: number;
}

/** The connection that these make; "r" is the responder. */
function follow(segments: readonly Segment[], flipped = false): TcpConnection {
  const connection = new TcpConnection(flipped);
  for (const { from, flags, sequence, acknowledgment = 0, length = 0, window = 100 } of segments) {
    const packet = new DecodedPacket();
    packet.flags = [...flags].reduce((sum, letter) => sum | (BITS[letter] ?? 0), 0);
    packet.sequence = sequence >>> 0;
    packet.acknowledgment = acknowledgment >>> 0;
    packet.window = window;
    connection.push(packet, from === "o", length);
  }
  return connection;
}

const told = (segments: readonly Segment[], flipped = false) => {
  const { state, history, originator, responder } = follow(segments, flipped);
  return [state, history, originator.size(responder), responder.size(originator)];
};

const SYN: Segment = { from: "o", flags: "S", sequence: 100 };
const SYN_ACK: Segment = { from: "r", flags: "S.", sequence: 900, acknowledgment: 101 };
const THIRD: Segment = { from: "o", flags: ".", sequence: 101, acknowledgment: 901 };
const ASK: Segment = { from: "o", flags: ".", sequence: 101, acknowledgment: 901, length: 20 };
const ANSWER: Segment = { from: "r", flags: ".", sequence: 901, acknowledgment: 121, length: 50 };
const FIN_O: Segment = { from: "o", flags: "F.", sequence: 121, acknowledgment: 951 };
const FIN_R: Segment = { from: "r", flags: "F.", sequence: 951, acknowledgment: 122 };
const LAST: Segment = { from: "o", flags: ".", sequence: 122, acknowledgment: 952 };

t.test("the states of conn.log", async (t) => {
  const opened = [SYN, SYN_ACK, THIRD];
  t.same(told([SYN]), ["S0", "S", 0, 0]);
  t.same(told([SYN, SYN]), ["S0", "S", 0, 0], "the same SYN again is told once");
  t.same(told([SYN, { ...SYN, sequence: 500 }]), ["S0", "SS", 0, 0]);
  t.same(told([SYN, SYN_ACK]), ["S1", "Sh", 0, 0]);
  t.same(told([...opened, ASK, ANSWER]), ["S1", "ShADd", 20, 50]);
  t.same(told([...opened, ASK, ANSWER, FIN_O, FIN_R, LAST]), ["SF", "ShADdFf", 20, 50]);
  t.same(told([...opened, ASK, ANSWER, FIN_O]), ["S2", "ShADdF", 20, 50]);
  t.same(told([...opened, ASK, ANSWER, { ...FIN_R, acknowledgment: 121 }]), ["S3", "ShADdf", 20, 50]);
  t.same(told([SYN, { from: "r", flags: "R.", sequence: 0, acknowledgment: 101 }]), ["REJ", "Sr", 0, 0]);
  t.same(told([SYN, { from: "o", flags: "R", sequence: 101 }]), ["RSTOS0", "SR", 0, 0]);
  t.same(told([...opened, ASK, { from: "o", flags: "R", sequence: 121 }]), ["RSTO", "ShADR", 20, 0]);
  t.same(told([...opened, ASK, { from: "r", flags: "R", sequence: 901 }]), ["RSTR", "ShADr", 20, 0]);
  t.same(told([SYN, { ...FIN_O, sequence: 101 }]), ["SH", "SF", 0, 0]);
  t.same(told([SYN_ACK, { ...FIN_R, sequence: 901 }], true), ["SHR", "^hf", 0, 0]);
  t.same(told([SYN_ACK, { from: "r", flags: "R", sequence: 901 }], true), ["RSTRH", "^hr", 0, 0]);
  t.same(told([ASK, ANSWER]), ["OTH", "Dd", 20, 50]);
});

t.test("numbers that wrap, and data that comes again", async (t) => {
  const at = 0xfffffff0;
  const segments: Segment[] = [
    { from: "o", flags: "S", sequence: at },
    { from: "r", flags: "S.", sequence: 5, acknowledgment: at + 1 },
    { from: "o", flags: ".", sequence: at + 1, acknowledgment: 6, length: 100 },
    { from: "o", flags: ".", sequence: at + 1, acknowledgment: 6, length: 100 },
    { from: "r", flags: ".", sequence: 6, acknowledgment: at + 101 },
    { from: "o", flags: "F.", sequence: at + 101, acknowledgment: 6, length: 10 },
  ];
  t.same(told(segments), ["S2", "ShDTaF", 110, 0]);
});

t.test("what comes often is told ever more rarely", async (t) => {
  const again = Array.from({ length: 100 }, (): Segment => ASK);
  t.match(follow([SYN, SYN_ACK, ASK, ...again]).history, /^ShDTTT$/);
  const shut = Array.from({ length: 10 }, (): Segment => ({ ...ANSWER, length: 0, window: 0 }));
  t.match(follow([SYN, SYN_ACK, THIRD, ...shut]).history, /^ShAawW?w$/i);
});

t.test("a RST behind both FINs changes nothing, one behind one FIN does", async (t) => {
  const whole = [SYN, SYN_ACK, THIRD, ASK, ANSWER, FIN_O, FIN_R];
  t.equal(told([...whole, { from: "o", flags: "R", sequence: 122 }])[0], "SF");
  t.equal(told([...whole.slice(0, 6), { from: "o", flags: "R", sequence: 122 }])[0], "RSTO");
  t.equal(
    told([...whole.slice(0, 6), { from: "o", flags: "R", sequence: 122 }, FIN_R])[0],
    "SF",
    "a normal end after all",
  );
});

t.test("packets behind both closes do not count for how long it lasted", async (t) => {
  const connection = follow([SYN, SYN_ACK, THIRD, FIN_O, FIN_R]);
  t.equal(connection.lasts, true);
  t.equal(follow([SYN, SYN_ACK, THIRD, FIN_O, FIN_R, LAST]).lasts, false);
});

t.test("flags that exclude each other", async (t) => {
  t.equal(told([{ ...SYN, flags: "SF" }])[1], "Q");
  t.equal(told([{ ...SYN, flags: "FR" }])[1], "I");
});
