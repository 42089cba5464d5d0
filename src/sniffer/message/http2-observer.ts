// Watches HTTP/2 (RFC 9113) from its preface on: frames of both directions, header fields, and what goes over the
// streams. Where a frame is lost, what is still known goes on: boundaries, if the hole lay within one frame, but no
// header fields of that direction, since each block builds on all before it.
import type { MessageEvent, Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import type { Inflate } from "./grpc-event.js";
import { type ExchangeLimits, Http2Exchanges } from "./http2-exchanges.js";
import {
  FrameFlag,
  FrameType,
  type Http2FrameHead,
  http2ErrorName,
  SETTING_HEADER_TABLE_SIZE,
  SETTING_MAX_FRAME_SIZE,
  settingName,
} from "./http2-frame.js";
import { type FrameOutput, Http2FrameReader } from "./http2-frame-reader.js";
import { type HeaderBlockLimits, HeaderBlocks } from "./http2-header-blocks.js";
import { type BytesEvent, EventQueue, type GapEvent, type MessageObserver } from "./message-observer.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";
import type { Schema } from "./schema.js";

export interface Http2Limits extends HeaderBlockLimits, ExchangeLimits {
  /** Of a frame other than DATA. */
  readonly maxFrameKeptBytes: number;
}

const DEFAULT_HTTP2_LIMITS: Http2Limits = {
  maxTableBytes: 0x100000,
  maxListBytes: 0x40000,
  maxBlockBytes: 0x40000,
  maxBlockFrames: 1024,
  maxStreams: 1024,
  maxKeptBytes: 0x400000,
  maxMessageBytes: 0x100000,
  maxFrameKeptBytes: 0x40000,
};

export interface Http2ObserverOptions {
  readonly schema?: () => Schema | undefined;
  readonly inflate?: Inflate;
  readonly limits?: Partial<Http2Limits>;
}

const PREFACE_BYTES = 24;
const MAX_SETTINGS_SHOWN = 32;
const MAX_DEBUG_CHARACTERS = 256;

export class Http2Observer implements MessageObserver {
  readonly #queue: EventQueue;
  readonly #id: number;
  readonly #sides: Record<Side, Http2Side>;
  readonly #exchanges: Http2Exchanges;
  #ended = false;

  constructor(conversation: Conversation, options: Http2ObserverOptions = {}) {
    const limits = { ...DEFAULT_HTTP2_LIMITS, ...options.limits };
    this.#queue = new EventQueue(conversation);
    this.#id = conversation.id;
    this.#sides = { client: new Http2Side(limits, PREFACE_BYTES), server: new Http2Side(limits, 0) };
    const context = {
      conversation: conversation.id,
      schema: () => options.schema?.(),
      inflate: options.inflate ?? (() => undefined),
      maxMessageBytes: limits.maxMessageBytes,
    };
    this.#exchanges = new Http2Exchanges(this.#queue, context, limits);
  }

  push(event: StreamEvent): void {
    if (event.kind === "bytes") this.#bytes(this.#sides[event.side], event);
    else if (event.kind === "gap") this.#gap(this.#sides[event.side], event);
  }

  next(): SnifferEvent | undefined {
    return this.#queue.next();
  }

  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#exchanges.finish();
    for (const from of ["client", "server"] as const) {
      const { reader, last } = this.#sides[from];
      const length = reader.pendingBytes;
      if (length === 0) continue;
      const evidence = { frame: last.frame, offset: last.end - length, length };
      this.#queue.find(from, "damaged", "the stream ended within a frame", evidence);
    }
  }

  get tally(): MessageTally {
    const tally = emptyMessageTally();
    for (const side of Object.values(this.#sides)) {
      tally.padding += side.reader.paddingBytes;
      tally.plaintext += side.readBytes - side.reader.paddingBytes;
      tally.gap += side.gapBytes;
      tally.not_understood += side.notUnderstoodBytes;
    }
    return tally;
  }

  #bytes(side: Http2Side, event: BytesEvent): void {
    side.last = { frame: event.frame, end: event.offset + event.bytes.length };
    let at = side.skipPreface(event.bytes.length);
    while (at < event.bytes.length && !side.reader.dead) {
      const read = side.reader.read(event.bytes, at, event.offset);
      if (read.output !== undefined) this.#output(side, event, read.output);
      if (!side.reader.dead) at = read.at;
    }
    side.readBytes += at;
    side[side.gapped ? "gapBytes" : "notUnderstoodBytes"] += event.bytes.length - at;
  }

  #gap(side: Http2Side, event: GapEvent): void {
    if (side.reader.dead) return;
    const outcome = side.prefaceLeft > 0 ? undefined : side.reader.skip(event.length);
    if (outcome === undefined) {
      side.reader.stop();
      side.gapped = true;
      this.#queue.hole(event, ": frame boundaries are unknown from here on");
    } else if (isOfFields(outcome.lost)) {
      side.blocks.lose();
      this.#queue.hole(event, ": header fields of this side are unknown from here on");
    } else {
      this.#exchanges.hole(event.side, outcome.lost.streamId);
      this.#queue.hole(event, " within a frame");
    }
  }

  #output(side: Http2Side, event: BytesEvent, output: FrameOutput): void {
    if (output.kind === "fault") {
      this.#fault(side, event, output.what, output.offset);
      return;
    }
    const fault = side.blocks.fault(output.head);
    if (fault !== undefined) this.#fault(side, event, fault, output.head.offset);
    else if (output.kind === "frame") this.#frame(side, event, output.head, output.payload);
    else if (output.kind === "data") this.#data(event, output);
    else if (isOfFields(output.head)) {
      side.blocks.lose();
      this.#loseFields(event, output.why, output.head);
    }
  }

  #fault(side: Http2Side, event: BytesEvent, what: string, offset: number): void {
    side.reader.stop();
    const evidence = { frame: event.frame, offset, length: event.offset + event.bytes.length - offset };
    this.#queue.find(event.side, "damaged", `not HTTP/2 from here on: ${what}`, evidence);
  }

  #loseFields(event: BytesEvent, why: string, head: Http2FrameHead): void {
    const what = `header fields of this side are unknown from here on: ${why}`;
    const evidence = {
      frame: event.frame,
      offset: head.offset,
      length: event.offset + event.bytes.length - head.offset,
    };
    this.#queue.find(event.side, "damaged", what, evidence);
  }

  #data(event: BytesEvent, { head, bytes, offset, ends }: Extract<FrameOutput, { kind: "data" }>): void {
    this.#exchanges.data(event.side, { streamId: head.streamId, bytes, offset }, event.frame);
    if (ends && (head.flags & FrameFlag.END_STREAM) !== 0) {
      this.#exchanges.ended(event.side, head.streamId, event.frame);
    }
  }

  #frame(side: Http2Side, event: BytesEvent, head: Http2FrameHead, payload: Uint8Array): void {
    switch (head.type) {
      case FrameType.RST_STREAM:
        this.#exchanges.reset(event.side, head.streamId, u32(payload, 0), event.frame);
        break;
      case FrameType.SETTINGS:
        if ((head.flags & FrameFlag.ACK) === 0) this.#settings(event, payload);
        break;
      case FrameType.GOAWAY:
        this.#goAway(event, payload);
        break;
      default:
        this.#fields(side, event, head, payload);
    }
  }

  #fields(side: Http2Side, event: BytesEvent, head: Http2FrameHead, payload: Uint8Array): void {
    const outcome = side.blocks.push(head, payload);
    if (outcome.kind === "block") this.#exchanges.headers(event.side, outcome.block, event.frame);
    else if (outcome.kind === "fault") this.#fault(side, event, outcome.what, head.offset);
    else if (outcome.kind === "lost") this.#loseFields(event, outcome.what, outcome.head);
  }

  /** What a side announces is what the other may then do. */
  #settings(event: BytesEvent, payload: Uint8Array): void {
    const other = this.#sides[event.side === "client" ? "server" : "client"];
    const shown: [string, number][] = [];
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const id = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0);
      const value = u32(payload, at + 2);
      if (id === SETTING_HEADER_TABLE_SIZE) other.blocks.decoder.allowTable(value);
      if (id === SETTING_MAX_FRAME_SIZE) other.reader.maxFrameBytes = Math.max(other.reader.maxFrameBytes, value);
      if (shown.length < MAX_SETTINGS_SHOWN) shown.push([settingName(id), value]);
    }
    this.#say(event, "hello", Object.fromEntries(shown));
  }

  #goAway(event: BytesEvent, payload: Uint8Array): void {
    const message = Buffer.from(payload.subarray(8, 8 + MAX_DEBUG_CHARACTERS)).toString("latin1");
    const lastStream = u32(payload, 0) & 0x7fffffff;
    this.#say(event, "go_away", { code: http2ErrorName(u32(payload, 4)), message, last_stream_id: lastStream });
  }

  #say(event: BytesEvent, kind: MessageEvent["kind"], fields: Record<string, unknown>): void {
    const { side, frame } = event;
    this.#queue.say({
      event: "message",
      conversation: this.#id,
      side,
      frame,
      kind,
      stream_id: 0,
      method: null,
      fields,
    });
  }
}

class Http2Side {
  readonly reader: Http2FrameReader;
  readonly blocks: HeaderBlocks;
  prefaceLeft: number;
  gapped = false;
  readBytes = 0;
  gapBytes = 0;
  notUnderstoodBytes = 0;
  last = { frame: 0, end: 0 };

  constructor(limits: Http2Limits, prefaceBytes: number) {
    this.reader = new Http2FrameReader(limits.maxFrameKeptBytes);
    this.blocks = new HeaderBlocks(limits);
    this.prefaceLeft = prefaceBytes;
  }

  skipPreface(length: number): number {
    if (this.reader.dead) return 0;
    const skipped = Math.min(this.prefaceLeft, length);
    this.prefaceLeft -= skipped;
    return skipped;
  }
}

function isOfFields({ type }: Http2FrameHead): boolean {
  return type === FrameType.HEADERS || type === FrameType.PUSH_PROMISE || type === FrameType.CONTINUATION;
}

function u32(bytes: Uint8Array, at: number): number {
  const byte = (index: number): number => bytes[at + index] ?? 0;
  return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) >>> 0;
}
