// What a live capture looks like from outside, whichever way the packets come.
import type { RawPacket } from "../packet/raw-packet.js";

/** What to capture. */
export interface LiveOrder {
  readonly interfaceName: string;
  /** BPF words, or empty. */
  readonly filter: string;
  readonly snapBytes: number | undefined;
  readonly maxPackets: number | undefined;
  readonly seconds: number | undefined;
}

export interface LiveSource {
  /** Resolves when packets are being captured, to a line that says what and how. Rejects with LiveError. */
  start(receive: (packet: RawPacket) => void): Promise<string>;
  /** Resolves when the last packet was received. */
  stop(): Promise<void>;
  /** Resolves when the source ended by itself; rejects with LiveError when it broke. */
  readonly ended: Promise<void>;
  /** Packets that the source itself says it lost; undefined where it cannot tell. */
  readonly drops: number | undefined;
}
