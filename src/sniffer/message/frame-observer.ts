// Watches one conversation of our protocol: a decoder a direction, the method of each call remembered by its id, since
// replies do not repeat it. Behind a hole or damage frame boundaries are unknown: that is said, not guessed.
import { ResultQueue } from "../../bytes/result-queue.js";
import type { Stage } from "../../bytes/stage.js";
import type { DecodedFrame, Frame } from "../../wire/frame.js";
import { FrameDecoder } from "../../wire/frame-decoder.js";
import { WIRE_LIMITS } from "../../wire/limits.js";
import { WireError } from "../../wire/wire-error.js";
import type { FindingEvent, Side, SnifferEvent, Visibility } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { describeFrame } from "./frame-event.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";
import type { Schema } from "./schema.js";

export interface FrameObserverOptions {
  /** Called when the first payload must be decoded, since reading schemas takes time. */
  readonly schema?: () => Schema | undefined;
  /** However much a Hello allows: what one frame may make us hold. */
  readonly maxFrameBytes?: number;
}

type BytesEvent = Extract<StreamEvent, { kind: "bytes" }>;

const DEFAULT_MAX_FRAME_BYTES = 0x400000;
/** A client that opens calls without end, and a capture that misses the answers, must not grow the table. */
const MAX_REMEMBERED_CALLS = 4096;

export class FrameObserver implements Stage<StreamEvent, SnifferEvent> {
  readonly #conversation: Conversation;
  readonly #options: FrameObserverOptions;
  readonly #directions: Record<Side, Direction>;
  readonly #methods = new Map<number, string>();
  readonly #events = new ResultQueue<SnifferEvent>();
  #ended = false;

  constructor(conversation: Conversation, options: FrameObserverOptions = {}) {
    this.#conversation = conversation;
    this.#options = options;
    const lost = conversation.midstream ? "midstream" : undefined;
    this.#directions = { client: new Direction(lost), server: new Direction(lost) };
  }

  push(event: StreamEvent): void {
    if (event.kind === "bytes") this.#bytes(this.#directions[event.side], event);
    else if (event.kind === "gap") this.#gap(this.#directions[event.side], event);
    else if (event.kind === "close") this.finish();
  }

  next(): SnifferEvent | undefined {
    return this.#events.next();
  }

  /** Says which frames were left unfinished. A close event does the same; the second of both does nothing. */
  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const side of ["client", "server"] as const) {
      const direction = this.#directions[side];
      if (direction.lost === undefined && direction.pendingBytes > 0) {
        direction.decoder.finish();
        this.#drain(direction, side, undefined);
      }
    }
  }

  get tally(): MessageTally {
    const tally = emptyMessageTally();
    for (const direction of Object.values(this.#directions)) {
      tally.plaintext += direction.plaintext;
      tally.padding += direction.padding;
      tally.gap += direction.gap;
      tally.not_understood += direction.notUnderstood;
      // A frame that is not complete yet is readable as far as it came, unless the stream proved to be something else.
      tally.plaintext += direction.pendingBytes;
    }
    return tally;
  }

  #bytes(direction: Direction, event: BytesEvent): void {
    if (direction.lost !== undefined) {
      if (direction.lost === "gap") direction.gap += event.bytes.length;
      else direction.notUnderstood += event.bytes.length;
      return;
    }
    direction.start ??= event.offset;
    direction.pendingBytes += event.bytes.length;
    direction.last = { frame: event.frame, end: event.offset + event.bytes.length };
    direction.decoder.push(event.bytes);
    this.#drain(direction, event.side, event);
  }

  #gap(direction: Direction, event: Extract<StreamEvent, { kind: "gap" }>): void {
    if (direction.lost !== undefined) return;
    direction.lose("gap");
    const what = `${event.length} bytes were not captured: frame boundaries are unknown from here on`;
    this.#find(event.side, "damaged", what, event.frame, event.offset, event.length);
  }

  /** Without an event the stream has ended: nothing but an error can come. */
  #drain(direction: Direction, side: Side, event: BytesEvent | undefined): void {
    try {
      for (let frame = direction.decoder.next(); frame !== undefined; frame = direction.decoder.next()) {
        if (event !== undefined) this.#frame(direction, side, frame, event);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#damage(direction, side, error);
    }
  }

  #damage(direction: Direction, side: Side, error: WireError): void {
    const { frame } = direction.last;
    const offset = (direction.start ?? 0) + error.offset;
    const length = Math.max(0, direction.last.end - offset);
    if (error.code === "truncated") {
      this.#find(side, "damaged", "the stream ended within a frame", frame, offset, length);
      return;
    }
    direction.notUnderstood += direction.pendingBytes;
    direction.lose("damage");
    this.#find(side, "damaged", `not frames from here on: ${error.message} (${error.code})`, frame, offset, length);
  }

  #frame(direction: Direction, side: Side, relative: DecodedFrame, event: BytesEvent): void {
    const decoded = { ...relative, offset: relative.offset + (direction.start ?? 0) };
    const { frame } = decoded;
    direction.settle(decoded);
    // Cover traffic: padding and nothing else.
    if (frame.kind === "unknown" && frame.bodyField === 0) return;
    if (frame.kind === "hello") this.#raiseLimit(side, frame.maxFrameBytes);
    if (frame.kind === "request") this.#remember(frame.streamId, frame.method);
    const { message, findings } = describeFrame(decoded, {
      conversation: this.#conversation.id,
      side,
      frame: event.frame,
      method: frame.kind === "request" ? frame.method : (this.#methods.get(frame.streamId) ?? null),
      schema: this.#options.schema?.(),
      payloadOffset: payloadOffset(decoded, event),
      locate: (text) => locateText(decoded, event, text),
    });
    if (frame.kind === "response" || frame.kind === "cancel") this.#methods.delete(frame.streamId);
    // One by one: a hostile frame may make many findings, and spread arguments are bounded by the stack.
    this.#events.push(message);
    for (const finding of findings) this.#events.push(finding);
  }

  /** A Hello says what its sender accepts, so it is the other side that may now send longer frames. */
  #raiseLimit(side: Side, bytes: number): void {
    const other = this.#directions[side === "client" ? "server" : "client"].decoder;
    const most = this.#options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
    other.maxFrameBytes = Math.max(WIRE_LIMITS.floorFrameBytes, Math.min(bytes, most));
  }

  #remember(streamId: number, method: string): void {
    if (this.#methods.size >= MAX_REMEMBERED_CALLS) {
      const oldest = this.#methods.keys().next();
      if (!oldest.done) this.#methods.delete(oldest.value);
    }
    this.#methods.set(streamId, method);
  }

  #find(side: Side, visibility: Visibility, what: string, frame: number, offset: number, length: number): void {
    const evidence = { frame, offset, length };
    const finding: FindingEvent = {
      event: "finding",
      conversation: this.#conversation.id,
      side,
      visibility,
      what,
      evidence,
    };
    this.#events.push(finding);
  }
}

/** One side's bytes: what of them was frames, and why no more are read. */
class Direction {
  readonly decoder = new FrameDecoder();
  /** Stream offset of the decoder's first byte. */
  start: number | undefined;
  lost: "midstream" | "gap" | "damage" | undefined;
  /** Pushed and not yet part of a frame. */
  pendingBytes = 0;
  plaintext = 0;
  padding = 0;
  gap = 0;
  notUnderstood = 0;
  /** Packet that brought the last bytes, and the stream offset behind them. */
  last = { frame: 0, end: 0 };

  constructor(lost: "midstream" | undefined) {
    this.lost = lost;
  }

  settle(decoded: DecodedFrame): void {
    this.pendingBytes -= decoded.length;
    this.padding += decoded.paddingBytes;
    this.plaintext += decoded.length - decoded.paddingBytes;
  }

  lose(why: "gap" | "damage"): void {
    if (why === "gap") this.plaintext += this.pendingBytes;
    this.pendingBytes = 0;
    this.lost = why;
  }
}

/**
 * Payloads are views: of the chunk when the frame lay in one, else of a buffer that begins with the frame. Either way
 * the view's own place tells where the payload lies in the stream.
 */
function payloadOffset(decoded: DecodedFrame, event: BytesEvent): number | undefined {
  const { frame } = decoded;
  if (!hasPayload(frame) || frame.payload.length === 0) return undefined;
  const { payload } = frame;
  const offset =
    payload.buffer === event.bytes.buffer
      ? event.offset + payload.byteOffset - event.bytes.byteOffset
      : decoded.offset + prefixBytes(decoded) + payload.byteOffset;
  const inside = offset >= decoded.offset && offset + payload.length <= decoded.offset + decoded.length;
  return inside ? offset : undefined;
}

function hasPayload(frame: Frame): frame is Extract<Frame, { payload: Uint8Array }> {
  return "payload" in frame;
}

function prefixBytes(decoded: DecodedFrame): number {
  for (let bytes = 1; bytes < WIRE_LIMITS.maxPrefixBytes; bytes += 1) {
    if (decoded.length - bytes < 2 ** (7 * bytes)) return bytes;
  }
  return WIRE_LIMITS.maxPrefixBytes;
}

/** Only where the whole frame lies in the chunk at hand. */
function locateText(decoded: DecodedFrame, event: BytesEvent, text: string): number | undefined {
  const start = decoded.offset - event.offset;
  if (start < 0) return undefined;
  const { buffer, byteOffset } = event.bytes;
  const at = Buffer.from(buffer, byteOffset + start, decoded.length).indexOf(text);
  return at < 0 ? undefined : decoded.offset + at;
}
