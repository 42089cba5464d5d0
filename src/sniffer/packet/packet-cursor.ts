// Where the packet at hand lies. One object is moved from packet to packet: an object or a view for each would cost more
// than reading the headers does.
import type { RawPacket } from "./raw-packet.js";

const EMPTY = new Uint8Array(0);
/** The packet's memory may be used again as soon as the next one is pulled. */
export const NOWHERE = -1;

/** What it says is valid until it is moved on. */
export class PacketCursor {
  /** 1-based, as tshark counts. */
  frame = 0;
  /** Seconds since 1970 and nanoseconds within; null in captures that carry no time (pcapng simple packets). */
  seconds: number | null = null;
  nanoseconds = 0;
  /** LINKTYPE_ number of the interface it came in on. */
  linkType = 0;
  originalLength = 0;
  /** The captured bytes are those of `memory` from `start` to `end`. */
  memory: Uint8Array = EMPTY;
  start = 0;
  end = 0;
  /** Where `start` stands in a memory that lasts for a while (see PacketMemory), or NOWHERE. */
  position = NOWHERE;

  get capturedLength(): number {
    return this.end - this.start;
  }

  /** Moves to a packet that stands by itself. */
  set(raw: RawPacket): this {
    this.frame = raw.frame;
    this.seconds = raw.seconds;
    this.nanoseconds = raw.nanoseconds;
    this.linkType = raw.linkType;
    this.originalLength = raw.originalLength;
    this.memory = raw.bytes;
    this.start = 0;
    this.end = raw.bytes.length;
    this.position = NOWHERE;
    return this;
  }

  /** Gives up what lies behind the first `bytes`, as a snapshot length does. */
  cut(bytes: number): void {
    this.end = Math.min(this.end, this.start + bytes);
  }

  /** The packet as an object of its own; `bytes` is a view and lasts as long as the memory does. */
  packet(): RawPacket {
    const { frame, seconds, nanoseconds, linkType, originalLength } = this;
    return { frame, seconds, nanoseconds, linkType, originalLength, bytes: this.memory.subarray(this.start, this.end) };
  }
}
