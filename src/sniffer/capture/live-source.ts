// What a live capture looks like from outside, whichever way the packets come.
import type { RawPacket } from "../packet/raw-packet.js";
import type { User } from "./user-rights.js";

/** What to capture. */
export interface LiveOrder {
  readonly interfaceName: string;
  /** BPF words, or empty. */
  readonly filter: string;
  readonly snapBytes: number | undefined;
  readonly maxPackets: number | undefined;
  readonly seconds: number | undefined;
  /** Packets come as soon as they are seen, at the price of losing some under load. */
  readonly immediate: boolean;
  /** Whose rights are enough once it captures; undefined: those of whoever started it. */
  readonly user: User | undefined;
}

export interface LiveSource {
  /** Resolves when packets are being captured, to a line that says what and how. Rejects with LiveError. */
  start(receive: (packet: RawPacket) => void): Promise<string>;
  /** Resolves when the last packet was received; `atOnce`: none is wanted any more. */
  stop(atOnce?: boolean): Promise<void>;
  /** Resolves when the source ended by itself; rejects with LiveError when it broke. */
  readonly ended: Promise<void>;
  /** Packets that the source itself says it lost; undefined where it cannot tell. */
  readonly drops: number | undefined;
  /** Brings `drops` up to date, soon; where it is missing, it always is. */
  askDrops?(): void;
}
