// What every observer of plaintext looks like, and how it says that another protocol takes over midway.
import { ResultQueue } from "../../bytes/result-queue.js";
import type { Stage } from "../../bytes/stage.js";
import type { FindingEvent, Side, SnifferEvent, Visibility } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import type { MessageTally } from "./message-tally.js";

export interface MessageObserver extends Stage<StreamEvent, SnifferEvent> {
  /** Sums to the bytes pushed, less those from the handover on. */
  readonly tally: MessageTally;
  /**
   * Set when what follows belongs to another protocol, such as TLS behind STARTTLS: the stream offsets from which on.
   * Only the event just pushed may reach over them; nothing may be pushed afterwards.
   */
  readonly handover?: Handover | undefined;
}

export type Handover = Record<Side, number>;

export type BytesEvent = Extract<StreamEvent, { kind: "bytes" }>;
export type PassedEvent = Extract<StreamEvent, { kind: "passed" }>;
export type GapEvent = Extract<StreamEvent, { kind: "gap" }>;

const MAX_HOLES_TOLD = 32;

/** Events that wait for `next`, and the short way to say a finding. */
export class EventQueue {
  readonly #conversation: Conversation;
  readonly #events = new ResultQueue<SnifferEvent>();
  #holes = 0;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  say(event: SnifferEvent): void {
    this.#events.push(event);
  }

  find(side: Side, visibility: Visibility, what: string, evidence: FindingEvent["evidence"]): void {
    this.say({ event: "finding", conversation: this.#conversation.id, side, visibility, what, evidence });
  }

  /** Bytes that were not captured; said for the first few holes, since a bad capture has thousands. */
  hole({ side, offset, length, frame }: GapEvent, consequence: string): void {
    this.#holes += 1;
    if (this.#holes > MAX_HOLES_TOLD) return;
    const last = this.#holes === MAX_HOLES_TOLD ? "; further holes of this conversation are not told" : "";
    const what = `${length} bytes were not captured${consequence}${last}`;
    this.find(side, "damaged", what, { frame, offset, length });
  }

  /** What a message gave away: `field` says where in it, `value` is masked where it must not be shown. */
  reveal(side: Side, found: { what: string; value: string; field: string }, evidence: FindingEvent["evidence"]): void {
    const { id } = this.#conversation;
    this.say({ event: "finding", conversation: id, side, visibility: "readable", ...found, evidence });
  }

  next(): SnifferEvent | undefined {
    return this.#events.next();
  }
}
