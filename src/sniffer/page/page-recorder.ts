// Gathers what the pages show while a run goes on, in bounded memory: all conversations count for who could read what,
// a number of them is kept with bars, messages and bytes. Those that gave something away stay longest.
import type { SnifferEvent, SummaryEvent } from "../event.js";
import { Verdict } from "../finding/verdict.js";
import type { StreamEvent } from "../stream/stream-event.js";
import { ConversationFacts } from "./conversation-facts.js";
import { ConversationRecord, type RecordRooms } from "./conversation-record.js";
import { ExposureTally } from "./exposure-tally.js";
import { KeptRoom } from "./kept-room.js";
import { knownExposure } from "./known-exposure.js";
import { detailOf, rowOf } from "./page-detail.js";
import { keepFinding, withoutSums } from "./page-finding.js";
import type { PageDetail, PageFinding, PageHead, PageModel, PageRow } from "./page-model.js";
import { sampledBytes } from "./sampled-bytes.js";

export interface PageLimits {
  /** Conversations that are kept with their details. */
  readonly conversations: number;
  /** Bars of all of them. */
  readonly bars: number;
  /** Bars that each may have in any case. */
  readonly barsEach: number;
  /** Messages of all of them, and how many each may have in any case. */
  readonly messages: number;
  readonly messagesEach: number;
  /** Different findings of each, of all of them together, and how many each may have in any case. */
  readonly ownFindings: number;
  readonly ownFindingsEach: number;
  /** Marks of what bytes are, of all streams, and how many each stream may have in any case. */
  readonly marks: number;
  readonly marksEach: number;
  /** Different findings that are listed for the whole capture. */
  readonly findings: number;
  /** Bytes of streams that a report carries. */
  readonly sampleBytes: number;
}

export const PAGE_LIMITS: PageLimits = {
  conversations: 1000,
  bars: 200_000,
  barsEach: 64,
  messages: 20_000,
  messagesEach: 16,
  ownFindings: 20_000,
  ownFindingsEach: 16,
  marks: 200_000,
  marksEach: 64,
  findings: 200,
  sampleBytes: 0x200000,
};

export interface PageSource {
  /** A file's name or an interface's. */
  readonly name: string;
  readonly live: boolean;
}

/** Time of a packet, as the capture has it; null where it has none. */
export interface PacketTime {
  readonly seconds: number | null;
  readonly nanoseconds: number;
}

const NANOSECONDS = 1e9;
const ENDED_STEPS = 32;

export class PageRecorder {
  readonly #source: PageSource;
  readonly #limits: PageLimits;
  readonly #rooms: RecordRooms;
  readonly #records = new Map<number, ConversationRecord>();
  /** Closed and with nothing given away: the first to make room. */
  readonly #dull: number[] = [];
  /** Goes round and round through them. */
  #rounds = this.#records.values();
  /** Closed, and something was given away: they make room where a capture goes on for ever. */
  readonly #telling: number[] = [];
  readonly #changed = new Set<number>();
  readonly #verdict = new Verdict();
  readonly #closedExposure = new ExposureTally();
  readonly #findings = new Map<string, PageFinding>();
  #moreFindings = 0;
  /** Open ones that there was no room for. */
  readonly #others = new Map<number, ConversationFacts>();
  #closed = 0;
  #started: number | undefined;
  #seconds = 0;
  #packets = 0;
  #bytes = 0;
  #summary: SummaryEvent | undefined;

  constructor(source: PageSource, limits: PageLimits = PAGE_LIMITS) {
    this.#source = source;
    this.#limits = limits;
    this.#rooms = {
      bars: new KeptRoom(limits.bars, limits.barsEach),
      messages: new KeptRoom(limits.messages, limits.messagesEach),
      findings: new KeptRoom(limits.ownFindings, limits.ownFindingsEach),
      marks: new KeptRoom(limits.marks, limits.marksEach),
    };
  }

  /** The next packet: what comes until the one after it came of it. */
  packet({ seconds, nanoseconds }: PacketTime, capturedBytes: number): void {
    this.#packets += 1;
    this.#bytes += capturedBytes;
    if (seconds === null) return;
    const now = seconds + nanoseconds / NANOSECONDS;
    this.#started ??= now;
    this.#seconds = Math.max(this.#seconds, now - this.#started);
  }

  /** What reassembly gave; its bytes are copied as far as they are kept. */
  pushStream(event: StreamEvent): void {
    // A flood opens a million conversations that never say anything.
    if (event.kind === "open" || event.kind === "oddity") return;
    const record = this.#records.get(event.conversation.id) ?? this.#open(event);
    if (record === undefined) return;
    record.pushStream(event, this.#seconds);
    this.#changed.add(record.facts.id);
  }

  pushOpened(event: StreamEvent): void {
    if (event.kind !== "close") this.#records.get(event.conversation.id)?.pushOpened(event);
  }

  push(event: SnifferEvent): void {
    this.#verdict.push(event);
    if (event.event === "summary") this.#summary = event;
    if (event.event === "summary" || event.event === "packet") return;
    if (event.event === "finding") this.#keepFinding(event);
    const id = event.event === "conversation" ? event.id : event.conversation;
    const record = id === null ? undefined : this.#records.get(id);
    if (record !== undefined) {
      record.push(event, this.#seconds);
      this.#changed.add(record.facts.id);
    }
    const facts = record?.facts ?? (id === null ? undefined : this.#others.get(id));
    if (record === undefined) facts?.push(event);
    if (event.event === "conversation") this.#close(event.id, facts);
  }

  get packets(): number {
    return this.#packets;
  }

  /** Conversations whose rows changed since this was last asked. */
  takeChanged(): number[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  has(id: number): boolean {
    return this.#records.has(id);
  }

  /** Undefined where it has none, or made room. */
  row(id: number): PageRow | undefined {
    const record = this.#records.get(id);
    return record && rowOf(record);
  }

  head(): PageHead {
    const exposure = new ExposureTally(this.#closedExposure);
    const open = [...this.#records.values()].filter(({ isClosed }) => !isClosed).map(({ facts }) => facts);
    for (const facts of [...open, ...this.#others.values()]) exposure.add(knownExposure(facts));
    const { matrix } = exposure;
    const conversations = this.#closed + open.length + this.#others.size;
    const summary = this.#summary;
    const { level } = matrix.content.passive;
    return {
      source: this.#source.name,
      live: this.#source.live,
      started: this.#started === undefined ? null : new Date(this.#started * 1000).toISOString(),
      seconds: this.#seconds,
      packets: summary?.packets ?? this.#packets,
      bytes: summary?.bytes ?? this.#bytes,
      linkTypes: summary?.link_types ?? [],
      verdict: this.#verdict.headline(level === "readable"),
      caveats: this.#verdict.caveats(),
      level,
      accounted: summary?.accounted,
      damaged: summary?.damaged ?? false,
      skipped: summary?.skipped ?? {},
      conversations,
      leftOut: conversations - this.#records.size,
      matrix,
      findings: [...this.#findings.values()],
      moreFindings: this.#moreFindings,
    };
  }

  rows(): PageRow[] {
    return [...this.#records.values()].map(rowOf);
  }

  detail(id: number): PageDetail | undefined {
    const record = this.#records.get(id);
    return record && detailOf(record, Number.POSITIVE_INFINITY);
  }

  /** All that is kept; of bytes as much as a report may carry, what gave something away first. */
  model(): PageModel {
    let room = this.#limits.sampleBytes;
    const records = [...this.#records.values()];
    const byWorth = [...records].sort((left, right) => right.facts.secrets - left.facts.secrets);
    const details = new Map<number, PageDetail>();
    for (const record of byWorth) {
      const detail = detailOf(record, room);
      room -= detail.samples.reduce((sum, sample) => sum + sampledBytes(sample), 0);
      details.set(record.facts.id, detail);
    }
    return {
      head: this.head(),
      rows: records.map(rowOf),
      details: records.flatMap(({ facts }) => details.get(facts.id) ?? []),
    };
  }

  #open({ kind, conversation }: StreamEvent): ConversationRecord | undefined {
    const { id } = conversation;
    if (kind === "close" || this.#others.has(id)) return undefined;
    if (this.#records.size >= this.#limits.conversations && !this.#makeRoom()) {
      this.#others.set(id, new ConversationFacts(conversation));
      return undefined;
    }
    const record = new ConversationRecord(conversation, this.#seconds, this.#rooms);
    this.#records.set(id, record);
    return record;
  }

  #close(id: number, facts: ConversationFacts | undefined): void {
    this.#closed += 1;
    this.#others.delete(id);
    if (facts === undefined) return;
    this.#closedExposure.add(knownExposure(facts));
    if (this.#records.has(id)) (facts.secrets === 0 ? this.#dull : this.#telling).push(id);
  }

  #makeRoom(): boolean {
    const id = this.#dull.shift() ?? this.#findEnded() ?? (this.#source.live ? this.#telling.shift() : undefined);
    const record = id === undefined ? undefined : this.#records.get(id);
    if (id === undefined || record === undefined) return false;
    record.giveBack();
    this.#records.delete(id);
    if (!record.isClosed) this.#others.set(id, record.facts);
    this.#changed.delete(id);
    return true;
  }

  /** One that has ended though its close is not told yet; only a few are looked at each time. */
  #findEnded(): number | undefined {
    for (let step = 0; step < ENDED_STEPS; step++) {
      const { value: record } = this.#rounds.next();
      if (record === undefined) {
        this.#rounds = this.#records.values();
        continue;
      }
      const { conversation, secrets, id } = record.facts;
      if (conversation.state !== "open" && secrets === 0 && this.#records.has(id)) return id;
    }
    return undefined;
  }

  #keepFinding(event: Extract<SnifferEvent, { event: "finding" }>): void {
    this.#moreFindings += keepFinding(this.#findings, withoutSums(event), (kept) => kept < this.#limits.findings);
  }
}
