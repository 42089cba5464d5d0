// Watches a stream of messages of somebody's own, each behind its length as one varint (Java's writeDelimitedTo, Go's
// protodelim): which of the given messages it is, nobody says, so the first ones that fit wholly decide.
import { ByteQueue } from "../../bytes/byte-queue.js";
import type { MessageEvent, Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { type DecodedMessage, decodeMessage, redactedText } from "./decode-message.js";
import { type BytesEvent, EventQueue, type GapEvent, type Handover, type MessageObserver } from "./message-observer.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";
import { OpaqueObserver } from "./opaque-observer.js";
import type { MessageShape } from "./schema.js";

const MAX_MESSAGE_BYTES = 0x100000;
const MAX_PREFIX_BYTES = 4;
/** Decoding a large first message once for each of thousands of candidates would take for ever. */
const MAX_CANDIDATES = 512;

export class DelimitedObserver implements MessageObserver {
  readonly #queue: EventQueue;
  readonly #conversation: Conversation;
  readonly #opaque: OpaqueObserver;
  readonly #candidates: readonly MessageShape[];
  readonly #sides: Record<Side, DelimitedSide> = { client: new DelimitedSide(), server: new DelimitedSide() };

  constructor(conversation: Conversation, candidates: readonly MessageShape[]) {
    this.#conversation = conversation;
    this.#queue = new EventQueue(conversation);
    this.#candidates = candidates.slice(0, MAX_CANDIDATES);
    this.#opaque = new OpaqueObserver(conversation, "unknown");
  }

  push(event: StreamEvent): void {
    if (event.kind === "gap") this.#gap(event);
    else if (event.kind === "bytes") this.#bytes(event);
  }

  next(): SnifferEvent | undefined {
    return this.#queue.next() ?? this.#opaque.next();
  }

  finish(): void {}

  /** TLS may begin midway here as in any stream of an unknown protocol. */
  get handover(): Handover | undefined {
    return this.#opaque.handover;
  }

  get tally(): MessageTally {
    const { client, server } = this.#sides;
    const plaintext = client.plainBytes + server.plainBytes;
    return { ...emptyMessageTally(), plaintext, not_understood: this.#opaque.tally.not_understood - plaintext };
  }

  #gap(event: GapEvent): void {
    this.#sides[event.side].lost = true;
    this.#opaque.push(event);
  }

  #bytes(event: BytesEvent): void {
    this.#opaque.push(event);
    const side = this.#sides[event.side];
    if (this.#opaque.handover !== undefined || side.lost) return;
    // Copied: what stays in the queue outlives the event.
    side.queue.push(event.bytes.slice());
    for (let bytes = side.take(); bytes !== undefined; bytes = side.take()) {
      if (!this.#message(side, event, bytes)) return;
    }
  }

  #message(side: DelimitedSide, event: BytesEvent, bytes: Uint8Array): boolean {
    side.shape ??= this.#candidates.find((shape) => bytes.length > 0 && fits(decodeMessage(bytes, shape)));
    const decoded = side.shape && decodeMessage(bytes, side.shape);
    if (side.shape === undefined || decoded === undefined || decoded.damage !== undefined) {
      side.lost = true;
      side.queue.clear();
      return false;
    }
    const end = event.offset + event.bytes.length - side.queue.length;
    side.plainBytes += bytes.length + prefixLength(bytes.length);
    this.#queue.say(this.#describe(event, side.shape, decoded));
    this.#reveal(event, decoded, end - bytes.length);
    return true;
  }

  #describe(event: BytesEvent, shape: MessageShape, decoded: DecodedMessage): MessageEvent {
    return {
      event: "message",
      conversation: this.#conversation.id,
      side: event.side,
      frame: event.frame,
      kind: "data",
      stream_id: 0,
      method: null,
      fields: { "@type": shape.name, ...decoded.fields },
    };
  }

  #reveal(event: BytesEvent, decoded: DecodedMessage, start: number): void {
    for (const { name, path, text, offset, length } of decoded.noted) {
      const found = { what: name.replaceAll("_", " "), value: text ?? redactedText(length), field: path };
      this.#queue.reveal(event.side, found, { frame: event.frame, offset: start + offset, length });
    }
  }
}

/** Wholly read, and by names alone: a field that goes by number is one that the schema does not have. */
function fits(decoded: DecodedMessage): boolean {
  const names = Object.keys(decoded.fields);
  return decoded.damage === undefined && names.length > 0 && !names.some((name) => /^\d/.test(name));
}

class DelimitedSide {
  readonly queue = new ByteQueue();
  shape: MessageShape | undefined;
  lost = false;
  plainBytes = 0;

  /** The next whole message; marks the side lost where no message can stand. */
  take(): Uint8Array | undefined {
    if (this.lost) return undefined;
    let length = 0;
    for (let at = 0; at < MAX_PREFIX_BYTES; at += 1) {
      const byte = this.queue.peek(at);
      if (byte === undefined) return undefined;
      length |= (byte & 0x7f) << (7 * at);
      if (byte >= 0x80) continue;
      if (length > MAX_MESSAGE_BYTES || prefixLength(length) !== at + 1) break;
      if (this.queue.length < at + 1 + length) return undefined;
      this.queue.skip(at + 1);
      return this.queue.take(length);
    }
    this.lost = true;
    this.queue.clear();
    return undefined;
  }
}

function prefixLength(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : 4;
}
