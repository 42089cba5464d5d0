// One side's bytes as the pages may show them: some of them, with what each is, and without what must not be shown.
import type { Disclosure } from "./byte-disclosure.js";
import type { KeptRoom } from "./kept-room.js";
import type { SamplePiece, SpanClass } from "./page-model.js";
import { type MarkedRange, type Range, StreamSample } from "./stream-sample.js";

export interface MarkLimits {
  /** Marks of what bytes are: behind the last, they are of the stream's base class. */
  readonly marks: number;
  /** Secrets: if there are more, nothing of the side is shown at all. */
  readonly secrets: number;
}

const MARK_LIMITS: MarkLimits = { marks: 2000, secrets: 4000 };

export interface MarkedStreamView {
  /** Of bytes without a mark. */
  readonly base: SpanClass;
  readonly disclosure: Disclosure;
  /**
   * Secrets in it are looked for, so that what nobody could read to the end (behind a hole, or unfinished where the
   * conversation `isOpen`) is withheld.
   */
  readonly watched: boolean;
  readonly isOpen: boolean;
}

export class MarkedStream {
  readonly #room: KeptRoom;
  readonly #limits: MarkLimits;
  readonly #sample = new StreamSample();
  readonly #marks: MarkedRange[] = [];
  readonly #secrets: MarkedRange[] = [];
  readonly #harmless: Range[] = [];
  #holdsTooMany = false;
  #until = 0;
  #understoodUntil = 0;
  #firstGap: number | undefined;

  /** `room`: of all streams together, for marks and for what may be shown. */
  constructor(room: KeptRoom, limits: MarkLimits = MARK_LIMITS) {
    this.#room = room;
    this.#limits = limits;
  }

  /** Where the stream ends so far. */
  get until(): number {
    return this.#until;
  }

  push(offset: number, bytes: Uint8Array): void {
    this.#sample.push(offset, bytes);
    this.#until = offset + bytes.length;
  }

  gap(offset: number, length: number): void {
    this.#firstGap ??= offset;
    this.#until = offset + length;
  }

  mark(range: MarkedRange): void {
    const { length } = this.#marks;
    if (length < this.#limits.marks && this.#room.take(length)) this.#marks.push(range);
  }

  /** Something is said of these bytes: they are kept where they still can be. */
  pin(range: Range): void {
    this.#sample.pin(range);
  }

  /** The conversation is over: nothing more will be found in what went by. */
  settle(): void {
    this.#sample.settle();
  }

  /** These must not be shown. */
  hide({ offset, length }: Range): void {
    if (this.#secrets.length >= this.#limits.secrets) this.#holdsTooMany = true;
    else this.#secrets.push({ offset, length, class: "secret" });
  }

  /** These may be shown whatever the protocol, such as a user's name. */
  allow(range: Range): void {
    const { length } = this.#harmless;
    if (length < this.#limits.marks && this.#room.take(length)) this.#harmless.push(range);
  }

  /** Nothing more is asked of it: what it has of the room is for others. */
  giveBack(): void {
    this.#room.giveBack(this.#marks.length + this.#harmless.length);
  }

  /** Whatever came so far was looked at. */
  understood(): void {
    this.#understoodUntil = this.#until;
  }

  /** At most `maxBytes`. */
  pieces(maxBytes: number, { base, disclosure, watched, isOpen }: MarkedStreamView): SamplePiece[] {
    if (this.#holdsTooMany) return [];
    const from = Math.min(this.#firstGap ?? Number.POSITIVE_INFINITY, isOpen ? this.#understoodUntil : this.#until);
    const withheld: MarkedRange = { offset: from, length: Math.max(0, this.#until - from), class: "withheld" };
    const marks = watched ? [...this.#marks, withheld, ...this.#secrets] : [...this.#marks, ...this.#secrets];
    return this.#sample.pieces(maxBytes, { base, marks, disclosure, harmless: this.#harmless });
  }
}
