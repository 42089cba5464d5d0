// One direction of a TCP connection put in order (RFC 9293, section 3.10): disorder, overlaps, loss, the wrap of sequence
// numbers. Where bytes were sent twice, the first to arrive are kept. An end that data follows was none.
//
//   delivered ──────────────▶│ hole │ held │ hole │ held
//                            └ next
import { NOWHERE } from "../packet/packet-cursor.js";
import { type HeldCost, HeldSegments } from "./held-segments.js";
import { NO_RECORD, type RecentBytes } from "./recent-bytes.js";
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

/**
 * Where results go, in the order of the stream. `bytes` is only valid during the call; `position` says where it stands in
 * a PacketMemory, or NOWHERE.
 */
export interface ReassemblySink {
  bytes(offset: number, bytes: Uint8Array, frame: number, position: number): void;
  gap(offset: number, length: number, frame: number): void;
  oddity(what: string, offset: number, length: number, frame: number): void;
}

const OTHER_BYTES = "retransmission with other bytes";

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
  readonly #held: HeldSegments;
  #finOffset: number | undefined;
  /** Nothing but the FIN tells where the stream is: what it overtook stands before it. */
  #isEndOnly = false;
  #packetsSinceHole = 0;
  #acknowledged: Acknowledged | undefined;
  readonly #recent: RecentBytes;
  #lastRecord = NO_RECORD;
  #retransmittedBytes = 0;
  #unplacedBytes = 0;

  constructor(sink: ReassemblySink, limits: ReassemblyLimits, recent: RecentBytes, heldInAll?: HeldCost) {
    this.#held = new HeldSegments(heldInAll);
    this.#sink = sink;
    this.#limits = limits;
    this.#recent = recent;
  }

  /** Sequence number of the stream's first byte, once it is known. */
  get firstSequence(): number | undefined {
    return this.#first;
  }

  /** Whether this stands so near to where the stream began or goes on. */
  isNear(sequence: number, bytes: number): boolean {
    const near = (known = sequence) => Math.abs(sequenceDistance(known, sequence)) <= bytes;
    return this.#first !== undefined && (near(this.#first) || near(this.#next));
  }

  /** True once bytes have come. */
  get hasBegun(): boolean {
    return this.#offset > 0 || this.#held.count > 0;
  }

  /** True when all up to the FIN has been delivered. */
  get finished(): boolean {
    return this.#finOffset !== undefined && this.#offset >= this.#finOffset;
  }

  /** What holding segments behind holes costs in memory. */
  get heldCostBytes(): number {
    return this.#held.costBytes;
  }

  /** Bytes that came again and were dropped. */
  get retransmittedBytes(): number {
    return this.#retransmittedBytes;
  }

  /** Bytes that have no place: a keep-alive's behind the FIN or before any data, or far outside any window. */
  get unplacedBytes(): number {
    return this.#unplacedBytes;
  }

  /** The stream's first byte has this sequence number: the SYN's plus one. Changes nothing once bytes have come. */
  start(sequence: number): void {
    if (this.hasBegun) return;
    if (this.#next !== undefined) this.#moveEnd(sequenceDistance(sequence, this.#next));
    this.#first = sequence >>> 0;
    this.#next = this.#first;
  }

  /**
   * Takes a segment's payload. Without a known start, the stream starts here. `cutBytes` followed it on the wire, but the
   * capture left them out: nobody can fill that hole, so it is told at once.
   */
  push(sequence: number, bytes: Uint8Array, frame: number, cutBytes = 0, position = NOWHERE): void {
    if (bytes.length + cutBytes === 0) return;
    if (this.#next === undefined || (this.#isEndOnly && sequenceDistance(this.#next, sequence) < 0))
      this.start(sequence);
    this.#isEndOnly = false;
    const ahead = sequenceDistance(this.#next ?? sequence, sequence);
    const offset = this.#offset + ahead;
    if (Math.abs(ahead) > this.#limits.maxAheadBytes) {
      this.#unplaced(bytes.length, "segment far outside the window", Math.max(offset, 0), frame);
      return;
    }
    this.#place(offset, bytes, cutBytes, frame, position);
    if (this.#held.count > 0) this.#packetsSinceHole++;
    this.#keepWithinLimits(frame);
  }

  /** Counts bytes that come before the stream begins. */
  leaveOut(bytes: number): void {
    this.#unplacedBytes += bytes;
  }

  /** Where in the stream this segment stands if it is simply the next one: -1 if it is not. */
  offsetOfNext(sequence: number): number {
    const isNext = sequence === this.#next && this.#held.count === 0 && this.#finOffset === undefined;
    return isNext ? this.#offset : -1;
  }

  /** Takes the next segment by its place in a PacketMemory: its bytes are not delivered. */
  pass(length: number, position: number): void {
    this.#lastRecord = this.#recent.rememberAt(this.#lastRecord, this.#offset, length, position);
    this.#advance(length);
  }

  /** The FIN stands at this sequence number: nothing has a place behind it. */
  end(sequence: number): void {
    if (this.#next === undefined) {
      this.start(sequence);
      this.#isEndOnly = true;
    }
    const ahead = sequenceDistance(this.#next ?? sequence, sequence);
    // One in the middle of what was delivered is old or forged: believing it would end a stream that goes on.
    if (ahead >= 0 && ahead <= this.#limits.maxAheadBytes) this.#finOffset ??= this.#offset + ahead;
  }

  /** The receiver has everything before this sequence number: a hole there is one of the capture, not of the stream. */
  acknowledged(sequence: number, frame: number): void {
    const first = this.#held.first;
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
    while (this.#held.count > 0) this.#skipHole(frame);
    const missing = (this.#finOffset ?? 0) - this.#offset;
    if (missing > 0 && missing <= this.#limits.maxAheadBytes) this.#skip(missing, frame);
  }

  #place(offset: number, bytes: Uint8Array, cutBytes: number, frame: number, position: number): void {
    const behind = offset + bytes.length - (this.#finOffset ?? Number.POSITIVE_INFINITY);
    if (behind > 0) {
      // A keep-alive of a side that has ended stands in the FIN's own place (RFC 9293, section 3.8.4).
      if (bytes.length === 1 && behind === 1) {
        this.#unplacedBytes += 1;
        return;
      }
      // A forged FIN would hide all that follows, and what a receiver ignores can be read on the wire all the same.
      this.#sink.oddity("data behind the end of the stream", offset + bytes.length - behind, behind, frame);
      this.#finOffset = undefined;
    }
    const room = (this.#finOffset ?? Number.POSITIVE_INFINITY) - offset - bytes.length;
    this.#placeWithin(offset, bytes, Math.min(cutBytes, room), frame, position);
  }

  /** In a capture out of order, the FIN may have come before the SYN that says where the stream begins. */
  #moveEnd(bytes: number): void {
    if (this.#finOffset === undefined) return;
    const offset = this.#finOffset + bytes;
    this.#finOffset = offset >= 0 && offset <= this.#limits.maxAheadBytes ? offset : undefined;
  }

  #placeWithin(offset: number, bytes: Uint8Array, cutBytes: number, frame: number, position: number): void {
    const known = Math.max(this.#offset - offset, 0);
    const old = Math.min(known, bytes.length);
    if (old > 0) this.#dropOld(offset, bytes.length === old ? bytes : bytes.subarray(0, old), frame);
    if (known >= bytes.length + cutBytes) return;
    const fresh = old === 0 ? bytes : bytes.subarray(old);
    const cut = Math.min(cutBytes, bytes.length + cutBytes - known);
    if (offset + known === this.#offset && this.#held.count === 0) {
      if (fresh.length > 0) this.#deliver(fresh, frame, position === NOWHERE ? NOWHERE : position + old);
      if (cut > 0) this.#skip(cut, frame);
      return;
    }
    const isNewHole = this.#held.count === 0;
    this.#held.hold(offset + known, fresh, (again, at, differs) => {
      this.#retransmittedBytes += again.length;
      if (differs) this.#sink.oddity(OTHER_BYTES, at, again.length, frame);
    });
    if (cut > 0) this.#held.holdCut(offset + known + fresh.length, cut);
    const isFilled = this.#deliverHeld(frame) > 0;
    // What was acknowledged while another hole was open says nothing of how long this one has been waited for.
    if (isNewHole || isFilled) this.#acknowledged = undefined;
  }

  #dropOld(offset: number, again: Uint8Array, frame: number): void {
    this.#retransmittedBytes += again.length;
    // A keep-alive may bring any byte in the place of the last one (RFC 9293, section 3.8.4).
    const isKeepAlive = again.length === 1 && offset === this.#offset - 1;
    if (!isKeepAlive && this.#recent.differs(this.#lastRecord, offset, again)) {
      this.#sink.oddity(OTHER_BYTES, offset, again.length, frame);
    }
  }

  /** Gives the number of held segments that followed. */
  #deliverHeld(frame: number): number {
    const followers = this.#held.takeFrom(this.#offset);
    for (const { bytes, cutBytes } of followers) {
      if (bytes.length > 0) this.#deliver(bytes, frame, NOWHERE);
      if (cutBytes > 0) this.#skip(cutBytes, frame);
    }
    return followers.length;
  }

  #deliver(bytes: Uint8Array, frame: number, position: number): void {
    const offset = this.#offset;
    this.#lastRecord = this.#recent.remember(this.#lastRecord, offset, bytes, position);
    this.#advance(bytes.length);
    this.#sink.bytes(offset, bytes, frame, position);
  }

  #skipHolesBefore(offset: number, frame: number): void {
    for (let first = this.#held.first; first !== undefined && first.offset <= offset; first = this.#held.first) {
      this.#skipHole(frame);
    }
  }

  #skipHole(frame: number): void {
    const first = this.#held.first;
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
    while (this.heldCostBytes > maxHeldBytes || this.#held.count > maxHeldSegments) this.#skipHole(frame);
  }

  #unplaced(length: number, what: string, offset: number, frame: number): void {
    this.#unplacedBytes += length;
    this.#sink.oddity(what, offset, length, frame);
  }
}
