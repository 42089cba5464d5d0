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

  /** The flow of this packet. */
  find(packet: DecodedPacket): Flow | undefined {
    let flow = this.#first.get(hashPacket(packet));
    while (flow !== undefined && sideOf(packet, flow.ends) === undefined) flow = flow.sameHash;
    return flow;
  }

  add(flow: Flow): void {
    flow.hash = hashEnds(flow.ends);
    flow.sameHash = this.#first.get(flow.hash);
    this.#first.set(flow.hash, flow);
  }

  /** The flow must be in the index. */
  remove(flow: Flow): void {
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

function hashPacket(packet: DecodedPacket): number {
  const { addresses, addressBytes, transport } = packet;
  const source = hashEnd(addresses, packet.sourceAt, addressBytes, packet.sourcePort);
  return combine(source, hashEnd(addresses, packet.destinationAt, addressBytes, packet.destinationPort), transport);
}

function hashEnds({ transport, addresses, clientPort, serverPort }: FlowEnds): number {
  const length = addresses.length / 2;
  const client = hashEnd(addresses, 0, length, clientPort);
  return combine(client, hashEnd(addresses, length, length, serverPort), transport);
}

/** FNV-1a over the address and the port. */
function hashEnd(bytes: Uint8Array, at: number, length: number, port: number): number {
  let hash = 0x811c9dc5 ^ port;
  for (let index = at; index < at + length; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  return Math.imul(hash ^ (port >> 8), 0x01000193);
}

/** The same for both directions. */
function combine(left: number, right: number, transport: number): number {
  return ((left + right) ^ Math.imul(left ^ right, 0x9e3779b1) ^ transport) | 0;
}
