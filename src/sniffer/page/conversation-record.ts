// What the pages keep of one conversation, within bounds: its bars, what was found, what was said, and some of its bytes.
import type { AssessmentEvent, FindingEvent, RecordEvent, Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { BarList } from "./bar-list.js";
import { ConversationFacts, isMasked } from "./conversation-facts.js";
import { HandshakeStory } from "./handshake-story.js";
import type { KeptRoom } from "./kept-room.js";
import { MarkedStream } from "./marked-stream.js";
import { keepFinding } from "./page-finding.js";
import { pageMessage } from "./page-message.js";
import type { Bar, BarClass, PageFinding, PageMessage, SpanClass } from "./page-model.js";

/** How many of each are kept for one conversation. */
export interface RecordLimits {
  readonly findings: number;
  readonly messages: number;
}

const RECORD_LIMITS: RecordLimits = { findings: 200, messages: 500 };

const RECORD_HEADER_BYTES = 5;

/** Shared by all conversations. */
export interface RecordRooms {
  readonly bars: KeptRoom;
  readonly messages: KeptRoom;
  readonly findings: KeptRoom;
  readonly marks: KeptRoom;
}

class SideRecord {
  readonly captured: MarkedStream;
  readonly opened: MarkedStream;
  /** Where the first record begins; before it, and where there are none, segments are shown. */
  firstRecord: number | undefined;
  /** Where the record after the last one begins. */
  recordsUntil = 0;

  constructor(marks: KeptRoom) {
    this.captured = new MarkedStream(marks);
    this.opened = new MarkedStream(marks);
  }
}

export class ConversationRecord {
  readonly facts: ConversationFacts;
  readonly story = new HandshakeStory();
  readonly records = new BarList();
  readonly segments = new BarList();
  readonly findings = new Map<string, PageFinding>();
  readonly messages: PageMessage[] = [];
  readonly sides: Readonly<Record<Side, SideRecord>>;
  /** Seconds since the capture's start. */
  readonly startSeconds: number;
  lastSeconds: number;
  moreFindings = 0;
  moreMessages = 0;
  assessment: AssessmentEvent | undefined;
  isClosed = false;
  readonly #limits: RecordLimits;
  readonly #rooms: RecordRooms;
  readonly #mayKeepFinding = (kept: number): boolean => kept < this.#limits.findings && this.#rooms.findings.take(kept);

  constructor(conversation: Conversation, startSeconds: number, rooms: RecordRooms, limits = RECORD_LIMITS) {
    this.facts = new ConversationFacts(conversation);
    this.startSeconds = startSeconds;
    this.lastSeconds = startSeconds;
    this.#rooms = rooms;
    this.sides = { client: new SideRecord(rooms.marks), server: new SideRecord(rooms.marks) };
    this.#limits = limits;
  }

  /** Takes what reassembly gave, before it is understood; `seconds` since the capture's start. */
  pushStream(event: StreamEvent, seconds: number): void {
    this.lastSeconds = seconds;
    if (event.kind === "bytes") {
      this.sides[event.side].captured.push(event.offset, event.bytes);
      this.#segment(event, "not_understood", event.bytes.length, seconds);
    } else if (event.kind === "gap") {
      this.sides[event.side].captured.gap(event.offset, event.length);
      this.#segment(event, "gap", event.length, seconds);
    }
  }

  /** Takes what keys opened. */
  pushOpened(event: StreamEvent): void {
    if (event.kind === "bytes") this.sides[event.side].opened.push(event.offset, event.bytes);
    else if (event.kind === "gap") this.sides[event.side].opened.gap(event.offset, event.length);
  }

  push(event: SnifferEvent, seconds: number): void {
    this.facts.push(event);
    this.story.push(event);
    if (event.event === "record") this.#record(event, seconds);
    else if (event.event === "message") this.#message(event);
    else if (event.event === "finding") this.#finding(event);
    else if (event.event === "assessment") this.assessment = event;
    else if (event.event === "conversation") this.#close();
  }

  /** All that it has of what all share goes back. */
  giveBack(): void {
    const { bars, messages, findings } = this.#rooms;
    bars.giveBack(this.records.count + this.segments.count);
    messages.giveBack(this.messages.length);
    findings.giveBack(this.findings.size);
    for (const { captured, opened } of Object.values(this.sides)) {
      captured.giveBack();
      opened.giveBack();
    }
  }

  #close(): void {
    this.isClosed = true;
    for (const { captured, opened } of Object.values(this.sides)) {
      captured.settle();
      opened.settle();
    }
  }

  #segment(
    event: { side: Side; offset: number; frame: number },
    kind: BarClass,
    length: number,
    seconds: number,
  ): void {
    const { side, offset, frame } = event;
    // Records say more than the segments that they came in; holes are told all the same.
    if (kind !== "gap" && this.sides[side].firstRecord !== undefined) return;
    const bar: Bar = { side, class: kind, type: 0, frame, time: seconds - this.startSeconds, length };
    if (!this.segments.extendLast(bar)) this.#keepBar(this.segments, bar, offset);
  }

  #record(event: RecordEvent, seconds: number): void {
    const side = this.sides[event.side];
    const offset = event.offset ?? side.recordsUntil;
    const length = event.length + RECORD_HEADER_BYTES;
    side.firstRecord ??= offset;
    side.recordsUntil = offset + length;
    const fragment = fragmentClass(event.byte_class);
    const kind = event.opened === true ? "opened" : fragment;
    const { frame, content_type: type } = event;
    this.#keepBar(
      this.records,
      { side: event.side, class: kind, type, frame, time: seconds - this.startSeconds, length },
      offset,
    );
    side.captured.mark({ offset, length: RECORD_HEADER_BYTES, class: "tls_metadata" });
    side.captured.mark({ offset: offset + RECORD_HEADER_BYTES, length: event.length, class: fragment });
  }

  #message(event: Extract<SnifferEvent, { event: "message" }>): void {
    this.#streamOf(event.side, event.decrypted === true).understood();
    const { length } = this.messages;
    if (length < this.#limits.messages && this.#rooms.messages.take(length)) this.messages.push(pageMessage(event));
    else this.moreMessages += 1;
  }

  #finding(event: FindingEvent): void {
    const { side, evidence, visibility } = event;
    if (side !== null) {
      const stream = this.#streamOf(side, event.decrypted === true);
      if (visibility === "readable") stream.pin(evidence);
      if (visibility === "readable") stream.understood();
      if (isMasked(event)) stream.hide(evidence);
      else if (isWhole(event)) stream.allow(evidence);
    }
    this.moreFindings += keepFinding(this.findings, event, this.#mayKeepFinding);
  }

  #streamOf(side: Side, decrypted: boolean): MarkedStream {
    return decrypted ? this.sides[side].opened : this.sides[side].captured;
  }

  #keepBar(list: BarList, bar: Bar, offset: number): void {
    if (this.#rooms.bars.take(list.count)) list.push(bar, offset);
    else list.leaveOut(bar.length);
  }
}

/** Whether its value is all that stands at its place. */
function isWhole({ visibility, value, evidence }: FindingEvent): boolean {
  return visibility === "readable" && value !== undefined && Buffer.byteLength(value) === evidence.length;
}

function fragmentClass(name: RecordEvent["byte_class"]): BarClass & SpanClass {
  return name === "plaintext" || name === "ciphertext" || name === "tls_metadata" ? name : "not_understood";
}
