import t from "tap";
import type { DecodedPacket } from "../../../src/sniffer/packet/decoded-packet.js";
import { type FlowEnds, FlowIndex, type Indexed, sideOf } from "../../../src/sniffer/stream/flow-index.js";
import { CLIENT6, decode, ipv4, ipv6, RAW, SERVER6, tcp, udp } from "../packet/packet-bytes.js";

class Flow implements Indexed<Flow> {
  readonly ends: FlowEnds;
  hash = 0;
  sameHash: Flow | undefined;

  constructor(ends: FlowEnds) {
    this.ends = ends;
  }
}

type Address = readonly number[];
const flow = (client: Address, server: Address, clientPort: number, serverPort: number, transport = 6) =>
  new Flow({ transport, addresses: Uint8Array.from([...client, ...server]), clientPort, serverPort });

const packet = (source: Address, destination: Address, ...ports: [number, number]): DecodedPacket =>
  decode(RAW, ipv4({ source, destination }, tcp({ ports })));

const A = [10, 0, 0, 1];
const B = [10, 0, 0, 2];

t.test("a flow is found by the packets of both sides and by no others", async (t) => {
  const index = new FlowIndex<Flow>();
  const own = flow(A, B, 40000, 443);
  index.add(own);
  const found: [DecodedPacket, string | undefined][] = [
    [packet(A, B, 40000, 443), "client"],
    [packet(B, A, 443, 40000), "server"],
    [packet(A, B, 443, 40000), undefined],
    [packet(B, A, 40000, 443), undefined],
    [packet(A, B, 40000, 444), undefined],
    [packet(A, [10, 0, 0, 3], 40000, 443), undefined],
    [decode(RAW, ipv4({ protocol: 17, source: A, destination: B }, udp([40000, 443]))), undefined],
    [decode(RAW, ipv6(6, tcp({ ports: [40000, 443] }))), undefined],
  ];
  for (const [seen, side] of found) {
    t.equal(index.find(seen), side === undefined ? undefined : own);
    t.equal(sideOf(seen, own.ends), side);
  }
});

t.test("IPv6 addresses are compared whole", async (t) => {
  const index = new FlowIndex<Flow>();
  const own = flow(CLIENT6, SERVER6, 40000, 443);
  index.add(own);
  t.equal(index.find(decode(RAW, ipv6(6, tcp({ ports: [40000, 443] })))), own);
});

t.test("flows with the same hash are kept apart, whichever of them is removed", async (t) => {
  const ports = collidingPorts();
  for (const gone of ports) {
    const index = new FlowIndex<Flow>();
    const flows = new Map(ports.map((pair) => [pair, flow(A, B, ...pair)]));
    for (const each of flows.values()) index.add(each);
    t.equal(new Set([...flows.values()].map(({ hash }) => hash)).size, 1, "they do share a hash");
    const removed = flows.get(gone);
    if (removed !== undefined) index.remove(removed);
    for (const [pair, each] of flows) {
      t.equal(index.find(packet(A, B, ...pair)), pair === gone ? undefined : each);
    }
  }
});

/** Two port pairs whose flows share a hash: among this many pairs there are some. */
function collidingPorts(): [number, number][] {
  const index = new FlowIndex<Flow>();
  const byHash = new Map<number, [number, number]>();
  for (let number = 0; number < 1_000_000; number++) {
    const pair: [number, number] = [number & 0x3ff, 1024 + (number >> 10)];
    const each = flow(A, B, ...pair);
    index.add(each);
    const same = byHash.get(each.hash);
    if (same !== undefined) return [same, pair];
    byHash.set(each.hash, pair);
  }
  throw new Error("no two pairs share a hash");
}
