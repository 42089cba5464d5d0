// Community ID version 1 with seed 0: one name for a conversation in every tool (github.com/corelight/community-id-spec).
import { hash } from "node:crypto";

export interface FlowTuple {
  readonly protocol: number;
  /** 4 or 16 bytes each. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export function communityId(flow: FlowTuple): string {
  const { source, destination, sourcePort, destinationPort, protocol } = flow;
  const order = Buffer.compare(source, destination) || sourcePort - destinationPort;
  const [low, high, lowPort, highPort] =
    order <= 0
      ? [source, destination, sourcePort, destinationPort]
      : [destination, source, destinationPort, sourcePort];
  const tail = Buffer.from([protocol, 0, lowPort >> 8, lowPort & 0xff, highPort >> 8, highPort & 0xff]);
  const text = hash("sha1", Buffer.concat([Buffer.alloc(2), low, high, tail]), "base64");
  return `1:${text}`;
}
