// Finds a packet's flow by its addresses and ports, in either direction, without making a key for each packet.
import type { DecodedPacket } from "../packet/decoded-packet.js";

/** One side's address and port. */
export interface Endpoint {
  readonly address: Uint8Array;
  readonly port: number;
}

export interface Indexed {
  readonly transport: number;
  /** Whoever is the client. */
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export class FlowIndex<Flow extends Indexed> {
  readonly #buckets = new Map<number, Flow[]>();

  /** The flow of this packet, and whether the packet goes from its client to its server. */
  find(packet: DecodedPacket): { flow: Flow; forward: boolean } | undefined {
    for (const flow of this.#buckets.get(hashPacket(packet)) ?? []) {
      if (flow.transport !== packet.transport || flow.from.address.length !== packet.addressBytes) continue;
      if (matches(packet, flow.from, flow.to)) return { flow, forward: true };
      if (matches(packet, flow.to, flow.from)) return { flow, forward: false };
    }
    return undefined;
  }

  add(flow: Flow): void {
    const key = hashFlow(flow);
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) this.#buckets.set(key, [flow]);
    else bucket.push(flow);
  }

  remove(flow: Flow): void {
    const key = hashFlow(flow);
    const rest = (this.#buckets.get(key) ?? []).filter((other) => other !== flow);
    if (rest.length === 0) this.#buckets.delete(key);
    else this.#buckets.set(key, rest);
  }
}

function matches(packet: DecodedPacket, source: Endpoint, destination: Endpoint): boolean {
  return (
    packet.sourcePort === source.port &&
    packet.destinationPort === destination.port &&
    equalAt(packet.addresses, packet.sourceAt, source.address) &&
    equalAt(packet.addresses, packet.destinationAt, destination.address)
  );
}

function equalAt(bytes: Uint8Array, at: number, address: Uint8Array): boolean {
  for (let index = 0; index < address.length; index++) {
    if (bytes[at + index] !== address[index]) return false;
  }
  return true;
}

function hashPacket(packet: DecodedPacket): number {
  const { addresses, sourceAt, destinationAt, addressBytes } = packet;
  const source = hashEndpoint(addresses, sourceAt, addressBytes, packet.sourcePort);
  return combine(
    source,
    hashEndpoint(addresses, destinationAt, addressBytes, packet.destinationPort),
    packet.transport,
  );
}

function hashFlow({ transport, from, to }: Indexed): number {
  const source = hashEndpoint(from.address, 0, from.address.length, from.port);
  return combine(source, hashEndpoint(to.address, 0, to.address.length, to.port), transport);
}

/** FNV-1a over the address and the port. */
function hashEndpoint(bytes: Uint8Array, at: number, length: number, port: number): number {
  let hash = 0x811c9dc5 ^ port;
  for (let index = at; index < at + length; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  return Math.imul(hash ^ (port >> 8), 0x01000193);
}

/** The same for both directions. */
function combine(left: number, right: number, transport: number): number {
  return ((left + right) ^ Math.imul(left ^ right, 0x9e3779b1) ^ transport) | 0;
}
