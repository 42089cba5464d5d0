// What goes over the streams of HTTP/2 (RFC 9113, 8): requests and responses as messages, gRPC's calls with their
// messages and status (gRPC, "PROTOCOL-HTTP2"), and the credentials that any of them give away.
import { statusName } from "../../wire/status-code.js";
import type { MessageEvent, Side } from "../event.js";
import { BodyCredentials } from "./body-credentials.js";
import { type GrpcContext, isGrpc, sayGrpcMessage } from "./grpc-event.js";
import { type GrpcMessage, GrpcMessages, KeptBytes, TRAILERS_FLAG } from "./grpc-messages.js";
import type { HeaderField } from "./hpack-decoder.js";
import { fieldCredentials, shownTarget, targetCredentials } from "./http-credentials.js";
import { http2ErrorName } from "./http2-frame.js";
import type { HeaderBlock } from "./http2-header-blocks.js";
import { headerValue, metadataOf, ownText, percentDecoded, type TextField, trailerFields } from "./http2-metadata.js";
import type { EventQueue } from "./message-observer.js";

export interface ExchangeLimits {
  /** Streams that are open at the same time; the oldest are forgotten beyond. */
  readonly maxStreams: number;
  /** What all unfinished messages and bodies together may hold. */
  readonly maxKeptBytes: number;
  readonly maxMessageBytes: number;
}

interface Exchange {
  readonly streamId: number;
  /** As events name it; null where the request was not seen. */
  readonly method: string | null;
  readonly messages: Record<Side, GrpcMessages> | undefined;
  readonly encoding: Record<Side, string>;
  readonly contentType: Record<Side, string>;
  readonly ended: Record<Side, boolean>;
  readonly body: BodyCredentials | undefined;
  metadata: Record<string, string>;
}

const RESERVED_BODY_BYTES = 0x4000;

export class Http2Exchanges {
  readonly #queue: EventQueue;
  readonly #context: GrpcContext;
  readonly #limits: ExchangeLimits;
  readonly #kept: KeptBytes;
  readonly #exchanges = new Map<number, Exchange>();
  #lastFrame = 0;

  constructor(queue: EventQueue, context: GrpcContext, limits: ExchangeLimits) {
    this.#queue = queue;
    this.#context = context;
    this.#limits = limits;
    this.#kept = new KeptBytes(limits.maxKeptBytes);
  }

  headers(side: Side, block: HeaderBlock, frame: number): void {
    const id = block.promisedId ?? block.streamId;
    if (headerValue(block.fields, ":method") !== undefined) this.#request(side, id, block.fields, frame);
    else if (headerValue(block.fields, ":status") !== undefined) this.#response(side, block, frame);
    else this.#trailers(side, block, frame);
    for (const field of block.fields) this.#reveal(side, field, frame);
    if (block.endsStream) this.#end(side, id, frame);
  }

  data(side: Side, data: { streamId: number; bytes: Uint8Array; offset: number }, frame: number): void {
    const exchange = this.#exchanges.get(data.streamId);
    if (exchange === undefined) return;
    if (side === "client") exchange.body?.push(data.bytes, data.offset);
    const messages = exchange.messages?.[side];
    if (messages === undefined || messages.lost) return;
    for (let at = 0; at < data.bytes.length; ) {
      const read = messages.read(data.bytes, at, data.offset);
      at = read.at;
      if (read.message !== undefined) this.#message(side, exchange, read.message, frame);
    }
  }

  #message(side: Side, exchange: Exchange, message: GrpcMessage, frame: number): void {
    if ((message.flags & TRAILERS_FLAG) !== 0) {
      this.#status(side, exchange, trailerFields(message.payload?.bytes), frame);
      return;
    }
    const { streamId, method } = exchange;
    const [encoding, contentType] = [exchange.encoding[side], exchange.contentType[side]];
    this.#lastFrame = frame;
    sayGrpcMessage(this.#queue, this.#context, { side, frame, streamId, method, encoding, contentType, message });
  }

  ended(side: Side, streamId: number, frame: number): void {
    this.#end(side, streamId, frame);
  }

  /** DATA of this stream is missing: where its messages begin is unknown. */
  hole(side: Side, streamId: number): void {
    this.#exchanges.get(streamId)?.messages?.[side].lose();
  }

  reset(side: Side, streamId: number, code: number, frame: number): void {
    const exchange = this.#exchanges.get(streamId);
    const status = http2ErrorName(code);
    const method = exchange?.method ?? null;
    this.#say(side, frame, { kind: "cancel", stream_id: streamId, method, status, fields: { code } });
    if (exchange !== undefined) this.#forget(exchange, frame);
  }

  finish(): void {
    for (const exchange of this.#exchanges.values()) this.#forget(exchange, this.#lastFrame);
  }

  #request(side: Side, id: number, fields: readonly HeaderField[], frame: number): void {
    const verb = headerValue(fields, ":method") ?? "";
    const path = headerValue(fields, ":path");
    const contentType = headerValue(fields, "content-type") ?? "";
    const grpc = isGrpc(contentType);
    const method = ownText(grpc ? (path ?? "").replace(/^\//, "") : verb);
    this.#remember({
      streamId: id,
      method,
      messages: grpc ? this.#messages() : undefined,
      encoding: { client: headerValue(fields, "grpc-encoding") ?? "", server: "" },
      contentType: { client: ownText(contentType), server: ownText(contentType) },
      // A promised request has no body of the client's.
      ended: { client: side === "server", server: false },
      body: grpc ? undefined : this.#body(contentType),
      metadata: {},
    });
    const target = path ?? headerValue(fields, ":authority") ?? "";
    const shown = grpc
      ? {}
      : { target: shownTarget(target), version: "HTTP/2", ...shownFields(fields, REQUEST_FIELDS) };
    const metadata = grpc ? { metadata: metadataOf(fields) } : {};
    this.#say(side, frame, { kind: "request", stream_id: id, method, ...metadata, fields: shown });
  }

  #response(side: Side, block: HeaderBlock, frame: number): void {
    const { streamId, fields } = block;
    const exchange = this.#exchanges.get(streamId) ?? this.#unseen(fields, streamId);
    const method = exchange?.method ?? null;
    const contentType = headerValue(fields, "content-type") ?? "";
    const status = headerValue(fields, ":status") ?? "";
    if (exchange?.messages !== undefined && isGrpc(contentType) && !status.startsWith("1")) {
      exchange.contentType[side] = ownText(contentType);
      exchange.encoding[side] = ownText(headerValue(fields, "grpc-encoding") ?? "");
      exchange.metadata = metadataOf(fields);
      if (headerValue(fields, "grpc-status") !== undefined) this.#status(side, exchange, fields, frame);
      return;
    }
    const shown = { version: "HTTP/2", ...shownFields(fields, RESPONSE_FIELDS) };
    this.#say(side, frame, { kind: "response", stream_id: streamId, method, status, fields: shown });
  }

  #trailers(side: Side, { streamId, fields }: HeaderBlock, frame: number): void {
    const exchange = this.#exchanges.get(streamId);
    if (exchange?.messages !== undefined && headerValue(fields, "grpc-status") !== undefined) {
      this.#status(side, exchange, fields, frame);
    }
  }

  #status(side: Side, exchange: Exchange, fields: readonly TextField[], frame: number): void {
    const code = headerValue(fields, "grpc-status") ?? "";
    const text = percentDecoded(headerValue(fields, "grpc-message") ?? "");
    this.#say(side, frame, {
      kind: "response",
      stream_id: exchange.streamId,
      method: exchange.method,
      status: /^\d{1,9}$/.test(code) ? statusName(Number(code)) : ownText(code),
      ...(text === "" ? {} : { status_message: text }),
      metadata: { ...exchange.metadata, ...metadataOf(fields) },
      fields: {},
    });
  }

  #say(side: Side, frame: number, said: Omit<MessageEvent, "event" | "conversation" | "side" | "frame">): void {
    this.#lastFrame = frame;
    this.#queue.say({ event: "message", conversation: this.#context.conversation, side, frame, ...said });
  }

  /** Evidence is the value as it stands there: in Huffman's code, or the number of an entry that was said before. */
  #reveal(side: Side, field: HeaderField, frame: number): void {
    const found = fieldCredentials(field.name, field.value);
    if (field.name === ":path") found.push(...targetCredentials(field.value));
    for (const { what, value, field: where, at, length } of found) {
      const exact = field.verbatim && field.length === field.value.length;
      const place = exact ? { offset: field.offset + at, length } : { offset: field.offset, length: field.length };
      this.#queue.reveal(side, { what, value, field: where }, { frame, ...place });
    }
  }

  #messages(): Record<Side, GrpcMessages> {
    const { maxMessageBytes } = this.#limits;
    return {
      client: new GrpcMessages(this.#kept, maxMessageBytes),
      server: new GrpcMessages(this.#kept, maxMessageBytes),
    };
  }

  #body(contentType: string): BodyCredentials | undefined {
    if (this.#kept.used + RESERVED_BODY_BYTES > this.#kept.maxBytes) return undefined;
    const body = BodyCredentials.of(contentType);
    if (body !== undefined) this.#kept.used += RESERVED_BODY_BYTES;
    return body;
  }

  /** A response whose request was not seen; only gRPC's is worth remembering. */
  #unseen(fields: readonly HeaderField[], streamId: number): Exchange | undefined {
    const contentType = headerValue(fields, "content-type") ?? "";
    if (!isGrpc(contentType)) return undefined;
    const exchange: Exchange = {
      streamId,
      method: null,
      messages: this.#messages(),
      encoding: { client: "", server: "" },
      contentType: { client: ownText(contentType), server: ownText(contentType) },
      ended: { client: true, server: false },
      body: undefined,
      metadata: {},
    };
    this.#remember(exchange);
    return exchange;
  }

  #remember(exchange: Exchange): void {
    const before = this.#exchanges.get(exchange.streamId);
    if (before !== undefined) this.#release(before);
    this.#exchanges.set(exchange.streamId, exchange);
    if (this.#exchanges.size <= this.#limits.maxStreams) return;
    const oldest = this.#exchanges.values().next().value;
    if (oldest !== undefined) this.#release(oldest);
  }

  #end(side: Side, streamId: number, frame: number): void {
    const exchange = this.#exchanges.get(streamId);
    if (exchange === undefined) return;
    exchange.ended[side] = true;
    if (exchange.ended.client && exchange.ended.server) this.#forget(exchange, frame);
    else if (side === "client") this.#revealBody(exchange, frame);
  }

  #forget(exchange: Exchange, frame: number): void {
    if (!exchange.ended.client) this.#revealBody(exchange, frame);
    this.#release(exchange);
  }

  #release(exchange: Exchange): void {
    if (exchange.body !== undefined) this.#kept.used -= RESERVED_BODY_BYTES;
    exchange.messages?.client.lose();
    exchange.messages?.server.lose();
    this.#exchanges.delete(exchange.streamId);
  }

  #revealBody(exchange: Exchange, frame: number): void {
    for (const { what, value, field, offset, length } of exchange.body?.found() ?? []) {
      this.#queue.reveal("client", { what, value, field }, { frame, offset, length });
    }
  }
}

/** What is shown under the names that HTTP/1 gives them. */
const REQUEST_FIELDS = [
  [":authority", "host"],
  ["host", "host"],
  ["user-agent", "user-agent"],
  ["content-type", "content-type"],
] as const;
const RESPONSE_FIELDS = [
  ["server", "server"],
  ["content-type", "content-type"],
] as const;

function shownFields(
  fields: readonly HeaderField[],
  names: readonly (readonly [string, string])[],
): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, as] of names) {
    const value = headerValue(fields, name);
    if (value !== undefined) shown[as] ??= value;
  }
  return shown;
}
