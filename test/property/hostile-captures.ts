// Captures made to cost more than they are worth: each is a generator of file bytes, `count` packets or blocks large, so
// that time can be seen to grow with it and memory not to.

export interface HostileCapture {
  readonly name: string;
  readonly file: (count: number) => Iterable<Uint8Array>;
}

const FIN = 0x01;
const SYN = 0x02;
const ACK = 0x10;
const RAW = 101;
const ETHERNET = 1;
const MAX_PACKET_BYTES = 0x40000;

export const hostileCaptures: readonly HostileCapture[] = [
  { name: "half-open connections", file: pcap((at) => tcp({ ...flow(at), flags: SYN })) },
  {
    name: "connections that stop within a ClientHello",
    file: pcap((at) => tcp({ ...flow(at), payload: PART_OF_HELLO })),
  },
  {
    name: "connections that stop in each of two halves",
    file: pcap((at) => tcp({ ...flow(at >> 1), payload: HALVES[at & 1] })),
  },
  { name: "connections that end at once", file: pcap((at) => tcp({ ...flow(at), flags: SYN | FIN, payload: A })) },
  { name: "one pair of ports used again and again", file: pcap((at) => tcp({ sequence: at * 1000, flags: SYN })) },
  { name: "UDP ports", file: pcap((at) => udp({ ...flow(at), payload: A })) },
  { name: "holes without end", file: pcap((at) => tcp({ sequence: 2 * at, payload: A })) },
  { name: "holes that are acknowledged", file: pcap(acknowledgedHoles) },
  {
    name: "segments from the last to the first",
    file: pcap(backwards),
  },
  { name: "segments anywhere", file: pcap((at) => tcp({ sequence: scattered(at) % 0x1000000, payload: A })) },
  { name: "sequence numbers that jump", file: pcap((at) => tcp({ sequence: scattered(at), payload: A })) },
  {
    name: "overlaps of growing size",
    file: pcap((at) => tcp({ sequence: 1, payload: FILLER.subarray(0, at % 1400) })),
  },
  {
    name: "overlaps behind a hole",
    file: pcap((at) => tcp({ sequence: at === 0 ? 1 : 9 + (at % 700), payload: FILLER })),
  },
  { name: "ends that data follows", file: pcap((at) => tcp({ sequence: at, flags: FIN | ACK, payload: A })) },
  { name: "fragments of datagrams that never end", file: pcap((at) => ip(17, FILLER.subarray(0, 64), at, 0x2000)) },
  {
    name: "fragments of one datagram",
    file: pcap((at) => ip(17, FILLER.subarray(0, 8), 1, 0x2000 | (scattered(at) % 8000))),
  },
  {
    name: "fragments in turns",
    file: pcap((at) => ip(17, FILLER.subarray(0, 8), at % 1024, 0x2000 | (((at >> 10) * 2) % 8000))),
  },
  { name: "empty TLS records", file: pcap((at) => tcp({ sequence: at * 50, payload: EMPTY_RECORDS })) },
  { name: "handshakes of 16 MB", file: pcap((at) => tcp({ sequence: at * 1405, payload: ENDLESS_HANDSHAKE })) },
  { name: "HTTP requests of one line", file: pcap((at) => tcp({ sequence: at * REQUESTS.length, payload: REQUESTS })) },
  {
    name: "an HTTP header without end",
    file: pcap((at) => tcp({ sequence: at * 1400, payload: at === 0 ? HEAD : FILLER })),
  },
  { name: "one byte a segment", file: pcap((at) => tcp({ sequence: at, payload: A })) },
  { name: "link headers within each other", file: pcap(() => NEST, ETHERNET) },
  { name: "tunnels within each other", file: pcap(() => TUNNELS) },
  { name: "lengths that lie", file: pcap((at) => lying(at)) },
  { name: "types that nobody knows", file: pcap((at) => etherType(0x0600 + (at % 0xf000)), ETHERNET) },
  { name: "packets without a byte", file: pcap(() => NOTHING) },
  { name: "packets as large as there may be", file: (count) => pcap(() => LARGEST, ETHERNET)(Math.ceil(count / 4000)) },
  { name: "interfaces", file: interfaces },
  { name: "sections", file: sections },
];

const NOTHING = Buffer.alloc(0);
const A = Buffer.from("a");
const FILLER = Buffer.alloc(1400, "x");
const HEAD = Buffer.from("GET / HTTP/1.1\r\nX: ".padEnd(1400, "x"));
const REQUESTS = Buffer.from("GET / HTTP/1.1\r\n\r\n".repeat(70));
const EMPTY_RECORDS = Buffer.from("1603030000".repeat(10), "hex");
const ENDLESS_HANDSHAKE = Buffer.concat([Buffer.from("160303057801ffffff", "hex"), Buffer.alloc(1396, 7)]);
const PART_OF_HELLO = Buffer.concat([
  Buffer.from("16030102000100 01fc0303".replace(" ", ""), "hex"),
  Buffer.alloc(400, 9),
]);
const HALVES = [PART_OF_HELLO.subarray(0, 3), PART_OF_HELLO.subarray(3)] as const;

/** Six labels of MPLS behind sixty VLAN tags, and so on, all in one frame. */
const NEST = ethernet(0x8100, Buffer.from("00018100".repeat(350), "hex"));
const TUNNELS = ip(4, nested(60));
const LARGEST = ethernet(0x0800, Buffer.alloc(MAX_PACKET_BYTES - 14, 0x45));

interface Flow {
  readonly source?: number;
  readonly ports?: readonly [number, number];
}

interface Segment extends Flow {
  readonly sequence?: number;
  readonly acknowledgment?: number;
  readonly flags?: number;
  readonly payload?: Uint8Array | undefined;
}

/** Another pair of ends for each number. */
function flow(at: number): Flow {
  return { source: 0x0a000000 + (at >>> 15), ports: [1024 + (at & 0x7fff), 443] };
}

function acknowledgedHoles(at: number): Buffer {
  const sequence = 2 * (at >> 1);
  return (at & 1) === 0
    ? tcp({ sequence, payload: A })
    : tcp({ source: 0x0a000002, ports: [443, 40_000], acknowledgment: sequence + 1 });
}

function backwards(at: number): Buffer {
  return at === 0 ? tcp({ flags: SYN }) : tcp({ sequence: 4_000_000 - 2 * at, payload: A });
}

function lying(at: number): Buffer {
  const packet = tcp({ ...flow(at % 100), sequence: at, payload: FILLER.subarray(0, 20) });
  const lie = scattered(at);
  const place = [0, 2, 3, 9, 32][at % 5] ?? 0;
  packet[place] = lie & 0xff;
  return packet;
}

/** Knuth's multiplicative hash: numbers that follow each other end up far apart. */
function scattered(at: number): number {
  return Math.imul(at, 2_654_435_761) >>> 0;
}

function tcp({ source = 0x0a000001, ports = [40_000, 443], ...segment }: Segment): Buffer {
  const { sequence = 0, acknowledgment = 0, flags = ACK, payload = NOTHING } = segment;
  const header = Buffer.alloc(20 + payload.length);
  header.writeUInt16BE(ports[0], 0);
  header.writeUInt16BE(ports[1], 2);
  header.writeUInt32BE(sequence >>> 0, 4);
  header.writeUInt32BE(acknowledgment >>> 0, 8);
  header[12] = 0x50;
  header[13] = flags;
  header.set(payload, 20);
  return ip(6, header, 0, 0, source);
}

function udp({ source = 0x0a000001, ports = [40_000, 443], payload = NOTHING }: Segment): Buffer {
  const header = Buffer.alloc(8 + payload.length);
  header.writeUInt16BE(ports[0], 0);
  header.writeUInt16BE(ports[1], 2);
  header.writeUInt16BE(header.length, 4);
  header.set(payload, 8);
  return ip(17, header, 0, 0, source);
}

function ip(protocol: number, payload: Uint8Array, identification = 0, fragment = 0, source = 0x0a000001): Buffer {
  const packet = Buffer.alloc(20 + payload.length);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length & 0xffff, 2);
  packet.writeUInt16BE(identification & 0xffff, 4);
  packet.writeUInt16BE(fragment, 6);
  packet[9] = protocol;
  // A flood has more datagrams than identifications.
  packet.writeUInt32BE((source + (identification >>> 16) * 256) >>> 0, 12);
  packet.writeUInt32BE(source === 0x0a000002 ? 0x0a000001 : 0x0a000002, 16);
  packet.set(payload, 20);
  return packet;
}

function nested(depth: number): Buffer {
  return depth === 0 ? tcp({ payload: A }) : ip(4, nested(depth - 1));
}

function ethernet(type: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.alloc(12, 2), Buffer.from([type >> 8, type & 0xff]), payload]);
}

function etherType(type: number): Buffer {
  return ethernet(type, FILLER.subarray(0, 46));
}

/** A packet each millisecond. */
function pcap(packet: (at: number) => Uint8Array, linkType = RAW): HostileCapture["file"] {
  return function* (count) {
    const head = Buffer.alloc(24);
    head.writeUInt32LE(0xa1b2c3d4, 0);
    head.writeUInt16LE(2, 4);
    head.writeUInt16LE(4, 6);
    head.writeUInt32LE(MAX_PACKET_BYTES, 16);
    head.writeUInt32LE(linkType, 20);
    yield head;
    for (let at = 0; at < count; at++) yield record(packet(at), at);
  };
}

function record(bytes: Uint8Array, at: number): Buffer {
  const written = Buffer.alloc(16 + bytes.length);
  written.writeUInt32LE(1_700_000_000 + Math.floor(at / 1000), 0);
  written.writeUInt32LE((at % 1000) * 1000, 4);
  written.writeUInt32LE(bytes.length, 8);
  written.writeUInt32LE(bytes.length, 12);
  written.set(bytes, 16);
  return written;
}

const SECTION = block(0x0a0d0d0a, Buffer.from("4d3c2b1a01000000ffffffffffffffff", "hex"));
const INTERFACE = block(1, Buffer.from("6500000000000000", "hex"));

function* interfaces(count: number): Iterable<Uint8Array> {
  yield SECTION;
  for (let at = 0; at < count; at++) yield INTERFACE;
}

function* sections(count: number): Iterable<Uint8Array> {
  for (let at = 0; at < count; at++) yield Buffer.concat([SECTION, INTERFACE]);
}

function block(type: number, body: Uint8Array): Buffer {
  const written = Buffer.alloc(12 + body.length);
  written.writeUInt32LE(type, 0);
  written.writeUInt32LE(written.length, 4);
  written.set(body, 8);
  written.writeUInt32LE(written.length, written.length - 4);
  return written;
}
