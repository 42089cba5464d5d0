// Finds a packet's flow by its addresses and ports, in either direction, without making a key for each packet.

import type { Side } from "../event.js";
import type { DecodedPacket } from "../packet/decoded-packet.js";

/** Who talks. One array for both addresses: a flood makes very many of these. */
export interface FlowEnds {
  /** 6 or 17. */
  readonly transport: number;
  /** The client's address, then the server's: 8 or 32 bytes. */
  readonly addresses: Uint8Array;
  readonly clientPort: number;
  readonly serverPort: number;
}

/** `hash` and `sameHash` are the index's: nobody else touches them. */
export interface Indexed<Flow> {
  readonly ends: FlowEnds;
  hash: number;
  sameHash: Flow | undefined;
}

export class FlowIndex<Flow extends Indexed<Flow>> {
  readonly #first = new Map<number, Flow>();
  readonly #seed: number;
  /** Packets of a flow come in bursts. */
  #latest: Flow | undefined;

  /** A seed that nobody can guess keeps a capture from being made of flows that all share a hash. */
  constructor(seed = 0) {
    this.#seed = seed;
  }

  /** The flow of this packet. */
  find(packet: DecodedPacket): Flow | undefined {
    const latest = this.#latest;
    if (latest !== undefined && sideOf(packet, latest.ends) !== undefined) return latest;
    let flow = this.#first.get(hashPacket(packet, this.#seed));
    while (flow !== undefined && sideOf(packet, flow.ends) === undefined) flow = flow.sameHash;
    this.#latest = flow;
    return flow;
  }

  add(flow: Flow): void {
    flow.hash = hashEnds(flow.ends, this.#seed);
    flow.sameHash = this.#first.get(flow.hash);
    this.#first.set(flow.hash, flow);
  }

  /** The flow must be in the index. */
  remove(flow: Flow): void {
    if (this.#latest === flow) this.#latest = undefined;
    const first = this.#first.get(flow.hash);
    if (first !== flow) unlink(first, flow);
    else if (flow.sameHash === undefined) this.#first.delete(flow.hash);
    else this.#first.set(flow.hash, flow.sameHash);
    flow.sameHash = undefined;
  }
}

/** Which end sent this packet; undefined when it is of another flow. */
export function sideOf(packet: DecodedPacket, ends: FlowEnds): Side | undefined {
  const { addressBytes, sourcePort, destinationPort } = packet;
  if (ends.transport !== packet.transport || ends.addresses.length !== 2 * addressBytes) return undefined;
  const { clientPort, serverPort } = ends;
  if (sourcePort === clientPort && destinationPort === serverPort && addressesAre(packet, ends, 0)) return "client";
  if (sourcePort === serverPort && destinationPort === clientPort && addressesAre(packet, ends, addressBytes)) {
    return "server";
  }
  return undefined;
}

/** Whether the packet's source is the address at `sourceAt` of both, and its destination the other. */
function addressesAre(packet: DecodedPacket, { addresses }: FlowEnds, sourceAt: number): boolean {
  const { addressBytes } = packet;
  const destinationAt = addressBytes - sourceAt;
  for (let index = 0; index < addressBytes; index++) {
    if (packet.addresses[packet.sourceAt + index] !== addresses[sourceAt + index]) return false;
    if (packet.addresses[packet.destinationAt + index] !== addresses[destinationAt + index]) return false;
  }
  return true;
}

function unlink<Flow extends Indexed<Flow>>(first: Flow | undefined, flow: Flow): void {
  let before = first;
  while (before !== undefined && before.sameHash !== flow) before = before.sameHash;
  if (before !== undefined) before.sameHash = flow.sameHash;
}

function hashPacket(packet: DecodedPacket, seed: number): number {
  const { addresses, addressBytes, transport } = packet;
  const source = hashEnd(addresses, packet.sourceAt, addressBytes, packet.sourcePort, seed);
  const destination = hashEnd(addresses, packet.destinationAt, addressBytes, packet.destinationPort, seed);
  return combine(source, destination, transport);
}

function hashEnds({ transport, addresses, clientPort, serverPort }: FlowEnds, seed: number): number {
  const length = addresses.length / 2;
  const client = hashEnd(addresses, 0, length, clientPort, seed);
  return combine(client, hashEnd(addresses, length, length, serverPort, seed), transport);
}

/** Word by word, each mixed as MurmurHash3 mixes its blocks. */
function hashEnd(bytes: Uint8Array, at: number, length: number, port: number, seed: number): number {
  let hash = mix(seed, port);
  for (let index = at; index < at + length; index += 4) {
    const high = ((bytes[index] ?? 0) << 24) | ((bytes[index + 1] ?? 0) << 16);
    hash = mix(hash, high | ((bytes[index + 2] ?? 0) << 8) | (bytes[index + 3] ?? 0));
  }
  return hash ^ (hash >>> 15);
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** The same for both directions. */
function combine(left: number, right: number, transport: number): number {
  const both = Math.imul((left + right) ^ Math.imul(left ^ right, 0x9e3779b1), 0x85ebca6b) ^ transport;
  return both ^ (both >>> 13);
}
