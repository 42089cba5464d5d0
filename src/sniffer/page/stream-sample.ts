// The bytes of one side that a page can show: the first ones, and those around what was found further on.
import { toBase64 } from "./bar-list.js";
import { type Disclosure, disclosed } from "./byte-disclosure.js";
import type { SamplePiece, Span, SpanClass } from "./page-model.js";
import { PieceList, type StreamPiece } from "./piece-list.js";

export interface SampleLimits {
  /** Bytes from the stream's beginning. */
  readonly headBytes: number;
  /** Bytes kept for a while behind that, in case something is found in them. */
  readonly recentBytes: number;
  /** Places further on that are kept. */
  readonly places: number;
  /** Bytes of such a place, with what stands around it. */
  readonly placeBytes: number;
}

const SAMPLE_LIMITS: SampleLimits = { headBytes: 4096, recentBytes: 16_384, places: 8, placeBytes: 512 };

/** What it means is not known from its place alone: shown as far as `Disclosure` goes. */
const DOUBTFUL: ReadonlySet<SpanClass | undefined> = new Set(["plaintext", "not_understood"]);

const UNSHOWN: ReadonlySet<SpanClass | undefined> = new Set(["secret", "withheld"]);

/** What stands around a place is shown too. */
const MARGIN_BYTES = 64;

export interface Range {
  readonly offset: number;
  readonly length: number;
}

export interface MarkedRange extends Range {
  readonly class: SpanClass;
}

/** What bytes are, and which of them may be shown. */
export interface Reading {
  /** Of bytes without a mark. */
  readonly base: SpanClass;
  /** Later ones lie over earlier ones. */
  readonly marks: readonly MarkedRange[];
  readonly disclosure: Disclosure;
  /** Known to be harmless whatever the protocol. */
  readonly harmless: readonly Range[];
}

/** What is held for a while goes in so many pieces. */
const RECENT_PIECES = 8;

export class StreamSample {
  readonly #limits: SampleLimits;
  readonly #head: PieceList;
  readonly #recent: PieceList;
  readonly #places: StreamPiece[] = [];
  #pinned = 0;

  constructor(limits: SampleLimits = SAMPLE_LIMITS) {
    this.#limits = limits;
    this.#head = new PieceList(limits.headBytes);
    this.#recent = new PieceList(Math.ceil(limits.recentBytes / RECENT_PIECES));
  }

  /** Copies what it keeps. */
  push(offset: number, bytes: Uint8Array): void {
    const { headBytes, recentBytes } = this.#limits;
    const head = bytes.subarray(0, headBytes - this.#head.bytes);
    this.#head.push(offset, head);
    const last = bytes.subarray(Math.max(head.length, bytes.length - recentBytes));
    this.#recent.push(offset + bytes.length - last.length, last);
    this.#recent.keepLast(recentBytes);
  }

  /** Keeps what lies there, and around it. */
  pin({ offset, length }: Range): void {
    if (this.#pinned >= this.#limits.places) return;
    const from = offset - MARGIN_BYTES;
    const to = Math.min(offset + length + MARGIN_BYTES, from + this.#limits.placeBytes);
    const before = this.#places.length;
    for (const piece of this.#recent.pieces) {
      const [begin, end] = [Math.max(from, piece.offset), Math.min(to, piece.offset + piece.bytes.length)];
      if (begin >= end) continue;
      this.#places.push({ offset: begin, bytes: piece.bytes.slice(begin - piece.offset, end - piece.offset) });
    }
    // A place may lie across pieces.
    if (this.#places.length > before) this.#pinned += 1;
  }

  /** No more places will be asked for: what was held for them goes. */
  settle(): void {
    this.#recent.clear();
  }

  /** `maxBytes` of what is kept, in the order of the stream. */
  pieces(maxBytes: number, reading: Reading): SamplePiece[] {
    let room = maxBytes;
    const shown: SamplePiece[] = [];
    for (const piece of joinPieces([...this.#head.pieces, ...this.#places])) {
      const bytes = piece.bytes.slice(0, room);
      room -= bytes.length;
      if (bytes.length > 0) shown.push(encodePiece({ offset: piece.offset, bytes }, reading));
    }
    return shown;
  }
}

/** Sorted, and those that touch or overlap made one. */
function joinPieces(pieces: readonly StreamPiece[]): StreamPiece[] {
  const joined: StreamPiece[] = [];
  for (const piece of [...pieces].sort((left, right) => left.offset - right.offset)) {
    const last = joined.at(-1);
    const end = last === undefined ? -1 : last.offset + last.bytes.length;
    if (last === undefined || piece.offset > end) joined.push(piece);
    else if (piece.offset + piece.bytes.length > end) {
      const rest = piece.bytes.subarray(end - piece.offset);
      joined[joined.length - 1] = { offset: last.offset, bytes: Buffer.concat([last.bytes, rest]) };
    }
  }
  return joined;
}

function encodePiece({ offset, bytes }: StreamPiece, reading: Reading): SamplePiece {
  const classes: SpanClass[] = new Array(bytes.length).fill(reading.base);
  // `fill` counts negative numbers from the end.
  const within = (range: Range): [number, number] => [
    Math.max(0, range.offset - offset),
    Math.max(0, range.offset + range.length - offset),
  ];
  for (const mark of reading.marks) classes.fill(mark.class, ...within(mark));
  const mayShow = disclosed(bytes, offset, reading.disclosure);
  for (const range of reading.harmless) mayShow.fill(1, ...within(range));
  for (const [index, name] of classes.entries()) {
    if (mayShow[index] === 0 && DOUBTFUL.has(name)) classes[index] = "withheld";
  }
  const shown = bytes.map((byte, index) => (UNSHOWN.has(classes[index]) ? 0 : byte));
  return { offset, data: toBase64(shown), spans: spansOf(offset, classes) };
}

function spansOf(offset: number, classes: readonly SpanClass[]): Span[] {
  const spans: { offset: number; length: number; class: SpanClass }[] = [];
  for (const [index, name] of classes.entries()) {
    const last = spans.at(-1);
    if (last?.class === name) last.length += 1;
    else spans.push({ offset: offset + index, length: 1, class: name });
  }
  return spans;
}
