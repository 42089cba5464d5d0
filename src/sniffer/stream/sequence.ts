// Sequence numbers wrap at 2^32 (RFC 9293, section 3.4): they are compared by their signed distance.

/** How far `to` lies ahead of `from`: -2^31 to 2^31 - 1. From 0xffffffff to 0 it is 1. */
export function sequenceDistance(from: number, to: number): number {
  return (to - from) | 0;
}

/** A sequence number this many bytes further on. */
export function advanceSequence(sequence: number, bytes: number): number {
  return (sequence + bytes) >>> 0;
}
