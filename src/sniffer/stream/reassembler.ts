// One direction of a TCP connection put in order (RFC 9293, section 3.10): disorder, overlaps, loss, the wrap of sequence
// numbers. Where bytes were sent twice, the first to arrive are kept.
//
//   delivered ──────────────▶│ hole │ held │ hole │ held
//                            └ next
import { advanceSequence, sequenceDistance } from "./sequence.js";

export interface ReassemblyLimits {
  /** Bytes held behind a hole, per direction. */
  readonly maxHeldBytes: number;
  /** Segments held behind a hole, per direction. */
  readonly maxHeldSegments: number;
  /** A segment further ahead than this is not of this connection: the largest window there is (RFC 7323) is 1 GiB. */
  readonly maxAheadBytes: number;
  /** Once the receiver has acknowledged a hole, so many more segments are awaited in case the capture is out of order. */
  readonly patienceSegments: number;
}

export const DEFAULT_REASSEMBLY_LIMITS: ReassemblyLimits = {
  maxHeldBytes: 4 * 1024 * 1024,
  maxHeldSegments: 4096,
  maxAheadBytes: 1024 * 1024 * 1024,
  patienceSegments: 64,
};

/** Where results go, in the order of the stream. `bytes` is only valid during the call. */
export interface ReassemblySink {
  bytes(offset: number, bytes: Uint8Array, frame: number): void;
  gap(offset: number, length: number, frame: number): void;
  oddity(what: string, offset: number, length: number, frame: number): void;
}

interface Held {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class Reassembler {
  readonly #limits: ReassemblyLimits;
  readonly #sink: ReassemblySink;
  /** Sequence number of the next byte to deliver; undefined until one is known. */
  #next: number | undefined;
  /** The same byte's offset in the stream. */
  #offset = 0;
  /** Sorted by offset, without overlaps. */
  #held: Held[] = [];
  #heldBytes = 0;
  #finOffset: number | undefined;
  #segmentsSinceAcknowledged = 0;
  #retransmittedBytes = 0;
  #unplacedBytes = 0;

  constructor(sink: ReassemblySink, limits: ReassemblyLimits = DEFAULT_REASSEMBLY_LIMITS) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** True once the sequence number of the first byte is known. */
  get started(): boolean {
    return this.#next !== undefined;
  }

  /** True when all up to the FIN has been delivered. */
  get finished(): boolean {
    return this.#finOffset !== undefined && this.#offset >= this.#finOffset;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Bytes that came again and were dropped. */
  get retransmittedBytes(): number {
    return this.#retransmittedBytes;
  }

  /** Bytes that have no place: behind the FIN, or far outside any window. */
  get unplacedBytes(): number {
    return this.#unplacedBytes;
  }

  /** The stream's first byte has this sequence number: the SYN's plus one. Later calls change nothing. */
  start(sequence: number): void {
    this.#next ??= sequence >>> 0;
  }

  /** Takes a segment's payload. Without a known start, the stream starts here. */
  push(sequence: number, bytes: Uint8Array, frame: number): void {
    if (bytes.length === 0) return;
    this.start(sequence);
    const ahead = sequenceDistance(this.#next ?? sequence, sequence);
    const offset = this.#offset + ahead;
    if (ahead > this.#limits.maxAheadBytes || offset + bytes.length < 0) {
      this.#unplaced(bytes.length, "segment far outside the window", Math.max(offset, 0), frame);
      return;
    }
    this.#place(offset, bytes, frame);
    if (this.#held.length > 0) this.#segmentsSinceAcknowledged++;
    this.#keepWithinLimits(frame);
  }

  /** The FIN stands at this sequence number: nothing has a place behind it. */
  end(sequence: number): void {
    this.start(sequence);
    this.#finOffset ??= this.#offset + sequenceDistance(this.#next ?? sequence, sequence);
  }

  /** The receiver has everything before this sequence number: a hole there is one of the capture, not of the stream. */
  acknowledged(sequence: number, frame: number): void {
    const first = this.#held[0];
    if (first === undefined || this.#next === undefined) return;
    const acknowledgedOffset = this.#offset + sequenceDistance(this.#next, sequence);
    if (acknowledgedOffset < first.offset) this.#segmentsSinceAcknowledged = 0;
    else if (this.#segmentsSinceAcknowledged > this.#limits.patienceSegments) this.#skipHole(frame);
  }

  /** Gives up all holes and delivers what is held. */
  flush(frame: number): void {
    while (this.#held.length > 0) this.#skipHole(frame);
    const missing = (this.#finOffset ?? 0) - this.#offset;
    if (missing > 0 && missing <= this.#limits.maxAheadBytes) this.#skip(missing, frame);
  }

  #place(offset: number, bytes: Uint8Array, frame: number): void {
    const end = offset + bytes.length;
    const limit = this.#finOffset ?? end;
    if (end > limit) {
      const kept = Math.max(0, limit - offset);
      this.#unplaced(bytes.length - kept, "data behind the end of the stream", limit, frame);
      if (kept > 0) this.#place(offset, bytes.subarray(0, kept), frame);
      return;
    }
    const old = Math.min(Math.max(this.#offset - offset, 0), bytes.length);
    this.#retransmittedBytes += old;
    if (old === bytes.length) return;
    const fresh = bytes.subarray(old);
    if (offset + old === this.#offset && this.#held.length === 0) this.#deliver(fresh, frame);
    else {
      this.#hold(offset + old, fresh, frame);
      this.#deliverHeld(frame);
    }
  }

  /** Keeps copies of the parts that no held segment covers. */
  #hold(offset: number, bytes: Uint8Array, frame: number): void {
    const end = offset + bytes.length;
    let index = this.#firstEndingAfter(offset);
    let at = offset;
    while (at < end) {
      const next = this.#held[index];
      const freeUntil = Math.min(end, next?.offset ?? end);
      if (at < freeUntil) {
        this.#held.splice(index, 0, { offset: at, bytes: bytes.slice(at - offset, freeUntil - offset) });
        this.#heldBytes += freeUntil - at;
        index++;
        at = freeUntil;
      }
      const covering = this.#held[index];
      if (at >= end || covering === undefined) continue;
      const coveredUntil = Math.min(end, covering.offset + covering.bytes.length);
      this.#dropCovered(covering, bytes.subarray(at - offset, coveredUntil - offset), at, frame);
      at = coveredUntil;
      index++;
    }
  }

  #dropCovered(kept: Held, again: Uint8Array, at: number, frame: number): void {
    this.#retransmittedBytes += again.length;
    const first = kept.bytes.subarray(at - kept.offset, at - kept.offset + again.length);
    if (again.some((byte, index) => byte !== first[index])) {
      this.#sink.oddity("retransmission with other bytes", at, again.length, frame);
    }
  }

  /** Most segments arrive near the end, so the search begins there. */
  #firstEndingAfter(offset: number): number {
    let index = this.#held.length;
    for (; index > 0; index--) {
      const before = this.#held[index - 1];
      if (before === undefined || before.offset + before.bytes.length <= offset) break;
    }
    return index;
  }

  #deliverHeld(frame: number): void {
    let count = 0;
    for (const held of this.#held) {
      if (held.offset !== this.#offset) break;
      this.#heldBytes -= held.bytes.length;
      this.#deliver(held.bytes, frame);
      count++;
    }
    if (count > 0) {
      this.#held.splice(0, count);
      this.#segmentsSinceAcknowledged = 0;
    }
  }

  #deliver(bytes: Uint8Array, frame: number): void {
    const offset = this.#offset;
    this.#advance(bytes.length);
    this.#sink.bytes(offset, bytes, frame);
  }

  #skipHole(frame: number): void {
    const first = this.#held[0];
    if (first === undefined) return;
    this.#skip(first.offset - this.#offset, frame);
    this.#deliverHeld(frame);
  }

  #skip(length: number, frame: number): void {
    const offset = this.#offset;
    this.#advance(length);
    this.#sink.gap(offset, length, frame);
  }

  #advance(length: number): void {
    this.#offset += length;
    this.#next = advanceSequence(this.#next ?? 0, length);
  }

  #keepWithinLimits(frame: number): void {
    const { maxHeldBytes, maxHeldSegments } = this.#limits;
    while (this.#heldBytes > maxHeldBytes || this.#held.length > maxHeldSegments) this.#skipHole(frame);
  }

  #unplaced(length: number, what: string, offset: number, frame: number): void {
    this.#unplacedBytes += length;
    this.#sink.oddity(what, offset, length, frame);
  }
}
