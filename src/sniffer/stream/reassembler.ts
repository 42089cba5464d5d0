// One direction of a TCP connection put in order (RFC 9293, section 3.10): disorder, overlaps, loss, the wrap of sequence
// numbers. Where bytes were sent twice, the first to arrive are kept.
//
//   delivered ──────────────▶│ hole │ held │ hole │ held
//                            └ next
import { advanceSequence, sequenceDistance } from "./sequence.js";

export interface ReassemblyLimits {
  /** Bytes held behind holes, per direction; each segment counts 512 more, which is what keeping it costs. */
  readonly maxHeldBytes: number;
  /** Segments held behind a hole, per direction. */
  readonly maxHeldSegments: number;
  /** A segment further off than this is not of this connection: the largest window there is (RFC 7323) is 1 GiB. */
  readonly maxAheadBytes: number;
  /** Once the receiver has acknowledged a hole, so many more packets are awaited in case the capture is out of order. */
  readonly patiencePackets: number;
}

export const DEFAULT_REASSEMBLY_LIMITS: ReassemblyLimits = {
  maxHeldBytes: 8 * 1024 * 1024,
  maxHeldSegments: 8192,
  maxAheadBytes: 1024 * 1024 * 1024,
  patiencePackets: 64,
};

/** Where results go, in the order of the stream. `bytes` is only valid during the call. */
export interface ReassemblySink {
  bytes(offset: number, bytes: Uint8Array, frame: number): void;
  gap(offset: number, length: number, frame: number): void;
  oddity(what: string, offset: number, length: number, frame: number): void;
}

/** What an object, its array and its place in the list cost beside the bytes: one-byte segments must not outgrow a limit. */
const HELD_SEGMENT_COST_BYTES = 512;

const EMPTY = new Uint8Array(0);

/** Bytes behind a hole, or (with `cutBytes`) the place of bytes that were on the wire but are not in the capture. */
interface Held {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly cutBytes: number;
}

/** The receiver had everything before `offset` when packet number `at` of this direction's count was seen. */
interface Acknowledged {
  readonly offset: number;
  readonly at: number;
}

export class Reassembler {
  readonly #limits: ReassemblyLimits;
  readonly #sink: ReassemblySink;
  /** Sequence number of the stream's first byte. */
  #first: number | undefined;
  /** Sequence number of the next byte to deliver; undefined until one is known. */
  #next: number | undefined;
  /** The same byte's offset in the stream. */
  #offset = 0;
  /** Sorted by offset, without overlaps. */
  #held: Held[] = [];
  #heldBytes = 0;
  #finOffset: number | undefined;
  #packetsSinceHole = 0;
  #acknowledged: Acknowledged | undefined;
  #retransmittedBytes = 0;
  #unplacedBytes = 0;

  constructor(sink: ReassemblySink, limits: ReassemblyLimits = DEFAULT_REASSEMBLY_LIMITS) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** Sequence number of the stream's first byte, once it is known. */
  get firstSequence(): number | undefined {
    return this.#first;
  }

  /** True when all up to the FIN has been delivered. */
  get finished(): boolean {
    return this.#finOffset !== undefined && this.#offset >= this.#finOffset;
  }

  /** What holding segments behind holes costs in memory. */
  get heldCostBytes(): number {
    return this.#heldBytes + this.#held.length * HELD_SEGMENT_COST_BYTES;
  }

  /** Bytes that came again and were dropped. */
  get retransmittedBytes(): number {
    return this.#retransmittedBytes;
  }

  /** Bytes that have no place: behind the FIN, or far outside any window. */
  get unplacedBytes(): number {
    return this.#unplacedBytes;
  }

  /** The stream's first byte has this sequence number: the SYN's plus one. Changes nothing once bytes have come. */
  start(sequence: number): void {
    if (this.#offset > 0 || this.#held.length > 0) return;
    this.#first = sequence >>> 0;
    this.#next = this.#first;
  }

  /**
   * Takes a segment's payload. Without a known start, the stream starts here. `cutBytes` followed it on the wire, but the
   * capture left them out: nobody can fill that hole, so it is told at once.
   */
  push(sequence: number, bytes: Uint8Array, frame: number, cutBytes = 0): void {
    if (bytes.length + cutBytes === 0) return;
    if (this.#next === undefined) this.start(sequence);
    const ahead = sequenceDistance(this.#next ?? sequence, sequence);
    const offset = this.#offset + ahead;
    if (Math.abs(ahead) > this.#limits.maxAheadBytes) {
      this.#unplaced(bytes.length, "segment far outside the window", Math.max(offset, 0), frame);
      return;
    }
    this.#place(offset, bytes, cutBytes, frame);
    if (this.#held.length > 0) this.#packetsSinceHole++;
    this.#keepWithinLimits(frame);
  }

  /** The FIN stands at this sequence number: nothing has a place behind it. */
  end(sequence: number): void {
    if (this.#next === undefined) this.start(sequence);
    this.#finOffset ??= this.#offset + sequenceDistance(this.#next ?? sequence, sequence);
  }

  /** The receiver has everything before this sequence number: a hole there is one of the capture, not of the stream. */
  acknowledged(sequence: number, frame: number): void {
    const first = this.#held[0];
    if (first === undefined || this.#next === undefined) return;
    const offset = this.#offset + sequenceDistance(this.#next, sequence);
    this.#packetsSinceHole++;
    if (offset < first.offset) return;
    const now = { offset, at: this.#packetsSinceHole };
    const since = this.#acknowledged;
    if (since === undefined || since.offset < first.offset) {
      this.#acknowledged = now;
    } else if (now.at - since.at >= this.#limits.patiencePackets) {
      this.#acknowledged = now;
      this.#skipHolesBefore(since.offset, frame);
    }
  }

  /** Gives up all holes and delivers what is held. */
  flush(frame: number): void {
    while (this.#held.length > 0) this.#skipHole(frame);
    const missing = (this.#finOffset ?? 0) - this.#offset;
    if (missing > 0 && missing <= this.#limits.maxAheadBytes) this.#skip(missing, frame);
  }

  #place(offset: number, bytes: Uint8Array, cutBytes: number, frame: number): void {
    const room = (this.#finOffset ?? Number.POSITIVE_INFINITY) - offset;
    if (bytes.length > room) {
      const kept = Math.max(0, room);
      this.#unplaced(bytes.length - kept, "data behind the end of the stream", offset + kept, frame);
      if (kept > 0) this.#placeWithin(offset, bytes.subarray(0, kept), 0, frame);
      return;
    }
    this.#placeWithin(offset, bytes, Math.min(cutBytes, room - bytes.length), frame);
  }

  #placeWithin(offset: number, bytes: Uint8Array, cutBytes: number, frame: number): void {
    const known = Math.max(this.#offset - offset, 0);
    const old = Math.min(known, bytes.length);
    this.#retransmittedBytes += old;
    if (known >= bytes.length + cutBytes) return;
    const fresh = old === 0 ? bytes : bytes.subarray(old);
    const cut = Math.min(cutBytes, bytes.length + cutBytes - known);
    if (offset + known === this.#offset && this.#held.length === 0) {
      if (fresh.length > 0) this.#deliver(fresh, frame);
      if (cut > 0) this.#skip(cut, frame);
      return;
    }
    const isNewHole = this.#held.length === 0;
    this.#hold(offset + known, fresh, frame);
    if (cut > 0) this.#holdCut(offset + known + fresh.length, cut);
    const isFilled = this.#deliverHeld(frame) > 0;
    // What was acknowledged while another hole was open says nothing of how long this one has been waited for.
    if (isNewHole || isFilled) this.#acknowledged = undefined;
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
        const copy = bytes.slice(at - offset, freeUntil - offset);
        this.#held.splice(index, 0, { offset: at, bytes: copy, cutBytes: 0 });
        this.#heldBytes += copy.length;
        index++;
        at = freeUntil;
      }
      const covering = this.#held[index];
      if (at >= end || covering === undefined) continue;
      const coveredUntil = Math.min(end, endOf(covering));
      this.#dropCovered(covering, bytes.subarray(at - offset, coveredUntil - offset), at, frame);
      at = coveredUntil;
      index++;
    }
  }

  /** Only up to the next held segment: what is there came from elsewhere. */
  #holdCut(offset: number, cutBytes: number): void {
    const index = this.#firstEndingAfter(offset);
    const free = Math.min(cutBytes, (this.#held[index]?.offset ?? Number.POSITIVE_INFINITY) - offset);
    if (free > 0) this.#held.splice(index, 0, { offset, bytes: EMPTY, cutBytes: free });
  }

  #dropCovered(kept: Held, again: Uint8Array, at: number, frame: number): void {
    this.#retransmittedBytes += again.length;
    const first = kept.bytes.subarray(at - kept.offset, at - kept.offset + again.length);
    if (first.some((byte, index) => byte !== again[index])) {
      this.#sink.oddity("retransmission with other bytes", at, again.length, frame);
    }
  }

  /** Most segments arrive near the end, so the search begins there. */
  #firstEndingAfter(offset: number): number {
    let index = this.#held.length;
    for (; index > 0; index--) {
      const before = this.#held[index - 1];
      if (before === undefined || endOf(before) <= offset) break;
    }
    return index;
  }

  /** Gives the number of held segments that followed. */
  #deliverHeld(frame: number): number {
    let count = 0;
    for (const held of this.#held) {
      if (held.offset !== this.#offset) break;
      this.#heldBytes -= held.bytes.length;
      if (held.bytes.length > 0) this.#deliver(held.bytes, frame);
      if (held.cutBytes > 0) this.#skip(held.cutBytes, frame);
      count++;
    }
    if (count > 0) this.#held.splice(0, count);
    return count;
  }

  #deliver(bytes: Uint8Array, frame: number): void {
    const offset = this.#offset;
    this.#advance(bytes.length);
    this.#sink.bytes(offset, bytes, frame);
  }

  #skipHolesBefore(offset: number, frame: number): void {
    for (let first = this.#held[0]; first !== undefined && first.offset <= offset; first = this.#held[0]) {
      this.#skipHole(frame);
    }
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
    while (this.heldCostBytes > maxHeldBytes || this.#held.length > maxHeldSegments) this.#skipHole(frame);
  }

  #unplaced(length: number, what: string, offset: number, frame: number): void {
    this.#unplacedBytes += length;
    this.#sink.oddity(what, offset, length, frame);
  }
}

function endOf(held: Held): number {
  return held.offset + held.bytes.length + held.cutBytes;
}
