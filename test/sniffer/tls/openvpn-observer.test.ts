import t, { type Test } from "tap";
import type { Side, SnifferEvent } from "../../../src/sniffer/event.js";
import { OpenvpnObserver } from "../../../src/sniffer/tls/openvpn-observer.js";
import { TlsObserver } from "../../../src/sniffer/tls/tls-observer.js";
import { byteByByte } from "../../helpers/stage-feeding.js";
import { of } from "../played-capture.js";
import { clientHelloRecord, extension, handshake, record, serverHelloRecord, vector } from "./hello-bytes.js";
import { type Datagram, watchDatagrams } from "./watched-datagrams.js";
import { conversation, sumOf } from "./watched-talk.js";

const RESET_CLIENT = 7;
const RESET_SERVER = 8;
const CONTROL = 4;
const ACKNOWLEDGEMENT = 5;
const DATA = 6;
const SESSION = Buffer.alloc(8, 0x5e);
const NOTHING = new Uint8Array(0);

const HELLO = clientHelloRecord({ extensions: [extension.serverName("vpn.example")] });
const FLIGHT = Buffer.concat([
  serverHelloRecord({ cipherSuite: 0xc02c }),
  record(0x16, handshake(11, vector(3, vector(3, Buffer.alloc(900, 0x30))))),
]);

interface Piece {
  readonly opcode: number;
  readonly number?: number;
  readonly payload?: Uint8Array;
  readonly acknowledged?: number;
  readonly keyId?: number;
}

/** With --tls-auth where there is an HMAC. */
function packet(
  hmacBytes: number,
  { opcode, number, payload = NOTHING, acknowledged = 0, keyId = 0 }: Piece,
): Uint8Array {
  const first = Buffer.from([(opcode << 3) | keyId]);
  if (opcode === DATA) return Buffer.concat([first, payload]);
  const replay = hmacBytes === 0 ? [] : [Buffer.alloc(hmacBytes, 0xaa), Buffer.alloc(8, 1)];
  const remote = acknowledged === 0 ? NOTHING : SESSION;
  const acknowledgements = [Buffer.from([acknowledged]), Buffer.alloc(4 * acknowledged), remote];
  const end = number === undefined ? NOTHING : Buffer.from([0, 0, 0, number]);
  return Buffer.concat([first, SESSION, ...replay, ...acknowledgements, end, payload]);
}

const pieces: readonly (readonly [Side, Piece])[] = [
  ["client", { opcode: RESET_CLIENT, number: 0 }],
  ["server", { opcode: RESET_SERVER, number: 0, acknowledged: 1 }],
  ["client", { opcode: ACKNOWLEDGEMENT, acknowledged: 1 }],
  ["client", { opcode: CONTROL, number: 1, payload: HELLO }],
  ["server", { opcode: CONTROL, number: 1, payload: FLIGHT.subarray(0, 500), acknowledged: 1 }],
  ["server", { opcode: CONTROL, number: 2, payload: FLIGHT.subarray(500) }],
  ["client", { opcode: DATA, payload: Buffer.alloc(50, 0xdd) }],
];

const newObserver = (talk: ReturnType<typeof conversation>) => new OpenvpnObserver(talk, new TlsObserver(talk));

function checkTold(t: Test, events: readonly SnifferEvent[]): void {
  t.match(of(events, "client_hello"), [{ sni: "vpn.example" }]);
  t.match(of(events, "server_hello"), [{ cipher_suite: "0xc02c" }]);
  t.match(of(events, "certificate"), [{ side: "server" }]);
  t.match(JSON.stringify(events), /OpenVPN's data is encrypted: 1 packet, 51 bytes/);
}

function overUdp(datagrams: readonly Datagram[]) {
  return watchDatagrams((talk) => newObserver({ ...talk, protocol: "udp" }), datagrams);
}

const datagram = (hmacBytes: number, [side, piece]: readonly [Side, Piece]): Datagram => ({
  side,
  bytes: packet(hmacBytes, piece),
});

for (const hmacBytes of [0, 16, 20, 32, 48, 64]) {
  t.test(`over UDP, with an HMAC of ${hmacBytes} bytes, the control channel's TLS is read`, async (t) => {
    const datagrams = pieces.map((piece) => datagram(hmacBytes, piece));
    const { events, tally } = overUdp(datagrams);
    checkTold(t, events);
    t.equal(tally.ciphertext, 51);
    t.equal(tally.not_understood, 0);
  });
}

t.test("over TCP each packet comes behind its length, however the stream is cut", async (t) => {
  const said = pieces.map(([side, piece]) => ({ side, bytes: vector(2, packet(20, piece)) }));
  const cut = said.flatMap(({ side, bytes }) => [...byteByByte(bytes)].map((part) => ({ side, bytes: part })));
  for (const datagrams of [said, cut]) {
    const { events } = watchDatagrams(newObserver, datagrams);
    checkTold(t, events);
    t.match(of(events, "client_hello"), [{ frame: datagrams === said ? 4 : /./ }]);
  }
});

t.test("pieces that come twice or out of order are put in order", async (t) => {
  const [reset, answer, acknowledgement, hello, first, second, data] = pieces.map((piece) => datagram(0, piece));
  const shuffled = [reset, reset, answer, second, second, acknowledgement, hello, hello, first, data];
  const { events } = overUdp(shuffled.filter((each) => each !== undefined));
  checkTold(t, events);
});

t.test("keys that are renewed are not read, nor is anything behind a hole", async (t) => {
  const renewed = datagram(0, ["client", { opcode: CONTROL, keyId: 1, number: 0, payload: HELLO }]);
  const { events, tally } = overUdp([...pieces.map((piece) => datagram(0, piece)), renewed]);
  t.equal(of(events, "client_hello").length, 1);
  t.equal(tally.not_understood, renewed.bytes.length);

  const talk = conversation();
  const observer = newObserver(talk);
  const reset = vector(2, packet(0, { opcode: RESET_CLIENT, number: 0 }));
  const hole = { conversation: talk, side: "client", frame: 1 } as const;
  observer.push({ kind: "bytes", ...hole, offset: 0, bytes: reset });
  observer.push({ kind: "gap", ...hole, offset: reset.length, length: 9 });
  observer.push({ kind: "bytes", ...hole, offset: reset.length + 9, bytes: HELLO });
  t.equal(observer.tally.not_understood, HELLO.length);
  t.equal(sumOf(observer.tally), reset.length + HELLO.length);
});

t.test("pieces that wait for a lost one are bounded", async (t) => {
  const begun = pieces.slice(0, 2).map((piece) => datagram(0, piece));
  const waiting = Array.from({ length: 40 }, (_, index) =>
    datagram(0, ["client", { opcode: CONTROL, number: index + 2, payload: Buffer.alloc(100) }]),
  );
  const { tally } = overUdp([...begun, ...waiting]);
  t.equal(tally.gap, 1600);
});

t.test("cut and flipped anywhere: nothing is thrown, every byte is counted", async (t) => {
  const whole = pieces.map((piece) => datagram(20, piece));
  for (let at = 0; at < 200; at++) {
    overUdp(
      whole.map(({ side, bytes }) => {
        const flipped = Uint8Array.from(bytes);
        if (at < bytes.length) flipped[at] = (flipped[at] ?? 0) ^ 0xff;
        return { side, bytes: at % 2 === 0 ? flipped : flipped.subarray(0, at) };
      }),
    );
  }
  t.pass("the tally is checked after every datagram");
});
