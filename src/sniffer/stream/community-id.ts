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
  const text = Buffer.allocUnsafe(8 + 2 * low.length);
  text.writeUInt16BE(0);
  text.set(low, 2);
  text.set(high, 2 + low.length);
  const tail = 2 + 2 * low.length;
  text.writeUInt16BE(protocol << 8, tail);
  text.writeUInt16BE(lowPort, tail + 2);
  text.writeUInt16BE(highPort, tail + 4);
  return `1:${hash("sha1", text, "base64")}`;
}
