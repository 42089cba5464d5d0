// One packet as a source gives it, before anything is decoded.

/** `bytes` is only valid until the next packet is pulled. */
export interface RawPacket {
  /** 1-based, as tshark counts. */
  frame: number;
  /** Seconds since 1970 and nanoseconds within; null in captures that carry no time (pcapng simple packets). */
  seconds: number | null;
  nanoseconds: number;
  /** LINKTYPE_ number of the interface it came in on. */
  linkType: number;
  originalLength: number;
  bytes: Uint8Array;
}
