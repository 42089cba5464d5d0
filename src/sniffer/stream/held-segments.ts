// Segments of one direction that came before those ahead of them, kept until the hole is filled. The first to arrive wins.

/** What an object, its array and its place in the list cost beside the bytes: one-byte segments must not outgrow a limit. */
const SEGMENT_COST_BYTES = 512;

const EMPTY = new Uint8Array(0);

/** Bytes behind a hole, or (with `cutBytes`) the place of bytes that were on the wire but are not in the capture. */
export interface HeldSegment {
  /** In the stream. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly cutBytes: number;
}

/** Called with the part of new bytes that is held already, at this offset; `differs` when it is other bytes. */
type Covered = (again: Uint8Array, offset: number, differs: boolean) => void;

/** What all held segments of a table cost together. */
export interface HeldCost {
  bytes: number;
}

export class HeldSegments {
  readonly #inAll: HeldCost;
  /** Sorted by offset, without overlaps. */
  #segments: HeldSegment[] = [];
  #bytes = 0;

  constructor(inAll: HeldCost = { bytes: 0 }) {
    this.#inAll = inAll;
  }

  get first(): HeldSegment | undefined {
    return this.#segments[0];
  }

  get count(): number {
    return this.#segments.length;
  }

  /** Memory that is taken, with what keeping each segment costs. */
  get costBytes(): number {
    return this.#bytes + this.#segments.length * SEGMENT_COST_BYTES;
  }

  /** Keeps copies of the parts that no held segment covers. */
  hold(offset: number, bytes: Uint8Array, covered: Covered): void {
    const end = offset + bytes.length;
    let index = this.#firstEndingAfter(offset);
    let at = offset;
    while (at < end) {
      const freeUntil = Math.min(end, this.#segments[index]?.offset ?? end);
      if (at < freeUntil) {
        this.#insert(index, at, bytes.slice(at - offset, freeUntil - offset), 0);
        index++;
        at = freeUntil;
      }
      const kept = this.#segments[index];
      if (at >= end || kept === undefined) continue;
      const coveredUntil = Math.min(end, endOf(kept));
      const again = bytes.subarray(at - offset, coveredUntil - offset);
      covered(again, at, differsFrom(kept, again, at));
      at = coveredUntil;
      index++;
    }
  }

  /** Notes that these bytes are not in the capture, up to the next held segment: what is there came from elsewhere. */
  holdCut(offset: number, cutBytes: number): void {
    const index = this.#firstEndingAfter(offset);
    const free = Math.min(cutBytes, (this.#segments[index]?.offset ?? Number.POSITIVE_INFINITY) - offset);
    if (free > 0) this.#insert(index, offset, EMPTY, free);
  }

  /** Takes out the segments that follow each other without a hole from this offset on. */
  takeFrom(offset: number): readonly HeldSegment[] {
    let end = offset;
    let count = 0;
    for (const segment of this.#segments) {
      if (segment.offset !== end) break;
      end = endOf(segment);
      this.#bytes -= segment.bytes.length;
      this.#inAll.bytes -= segment.bytes.length + SEGMENT_COST_BYTES;
      count++;
    }
    return count === 0 ? [] : this.#segments.splice(0, count);
  }

  #insert(index: number, offset: number, bytes: Uint8Array, cutBytes: number): void {
    this.#segments.splice(index, 0, { offset, bytes, cutBytes });
    this.#bytes += bytes.length;
    this.#inAll.bytes += bytes.length + SEGMENT_COST_BYTES;
  }

  /** Most segments arrive at the end; for the rest, thousands may be held. */
  #firstEndingAfter(offset: number): number {
    const last = this.#segments.at(-1);
    let high = this.#segments.length;
    if (last === undefined || endOf(last) <= offset) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const segment = this.#segments[middle];
      if (segment === undefined || endOf(segment) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function endOf(segment: HeldSegment): number {
  return segment.offset + segment.bytes.length + segment.cutBytes;
}

function differsFrom(kept: HeldSegment, again: Uint8Array, at: number): boolean {
  const start = at - kept.offset;
  for (let index = 0; index < again.length && start + index < kept.bytes.length; index++) {
    if (kept.bytes[start + index] !== again[index]) return true;
  }
  return false;
}
