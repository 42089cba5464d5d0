// Turns one message of a gRPC call into an event: fields by schema where there is one, else by number with guesses;
// what the schema says is secret becomes a finding with its place.
import type { FindingEvent, Side } from "../event.js";
import { type DecodedMessage, decodeMessage, type NotedField, redactedText } from "./decode-message.js";
import { COMPRESSED_FLAG, type GrpcMessage } from "./grpc-messages.js";
import type { EventQueue } from "./message-observer.js";
import type { Schema } from "./schema.js";
import type { SpreadBytes } from "./spread-bytes.js";

export interface GrpcContext {
  readonly conversation: number;
  readonly schema: () => Schema | undefined;
  readonly inflate: Inflate;
  readonly maxMessageBytes: number;
}

/** Undefined where the bytes are not of this encoding ("gzip", "deflate"), or become more than `maxBytes`. */
export type Inflate = (bytes: Uint8Array, encoding: string, maxBytes: number) => Uint8Array | undefined;

export interface GrpcSaid {
  readonly side: Side;
  readonly frame: number;
  readonly streamId: number;
  readonly method: string | null;
  readonly encoding: string;
  readonly contentType: string;
  readonly message: GrpcMessage;
}

const PREFIX_BYTES = 5;

export function isGrpc(contentType: string): boolean {
  return /^application\/grpc(?:$|[+;]|-web(?:$|[+;]))/i.test(contentType);
}

export function sayGrpcMessage(queue: EventQueue, context: GrpcContext, said: GrpcSaid): void {
  const { side, frame, streamId, method } = said;
  const decoded = decode(context, said);
  const fields = typeof decoded === "string" ? { payload: `[${decoded}]` } : shownFields(decoded.message);
  const base = { conversation: context.conversation, side, frame };
  queue.say({ event: "message", ...base, kind: "data", stream_id: streamId, method, fields });
  if (typeof decoded === "string") return;
  for (const noted of decoded.message.noted) queue.say(readable(base, said.message, noted, decoded.places));
  if (decoded.message.damage !== undefined) queue.say(damaged(base, said.message, decoded.message.damage));
}

/** In words where it is not decoded; `places` where the decoded bytes are those of the stream. */
function decode(
  context: GrpcContext,
  { side, method, encoding, contentType, message }: GrpcSaid,
): string | { message: DecodedMessage; places: SpreadBytes | undefined } {
  const { payload, length, flags } = message;
  if (payload === undefined) return `${length} bytes, more than is kept`;
  if (!/^application\/grpc(?:-web)?(?:$|;|\+proto)/i.test(contentType)) return `${length} bytes of ${contentType}`;
  // Without the request nobody knows which fields are secret: then nothing but lengths is shown.
  if (method === null) return `${length} bytes of a call whose request was not seen`;
  const types = context.schema()?.method(method);
  const shape = side === "client" ? types?.request : types?.response;
  const isCompressed = (flags & COMPRESSED_FLAG) !== 0;
  const bytes = isCompressed ? context.inflate(payload.bytes, encoding, context.maxMessageBytes) : payload.bytes;
  if (bytes === undefined) return `${length} bytes, compressed: ${encoding || "unknown"}`;
  const decoded = decodeMessage(bytes, shape);
  // gRPC carries anything; without a schema what is no protobuf is not damaged.
  if (shape === undefined && decoded.damage !== undefined) return `${length} bytes that are not protobuf`;
  return { message: decoded, places: isCompressed ? undefined : payload };
}

function shownFields({ fields, cut }: DecodedMessage): Record<string, unknown> {
  return cut ? { ...fields, "…": "the rest is not shown" } : fields;
}

type Base = Pick<FindingEvent, "conversation" | "side"> & { frame: number };

function readable(
  { conversation, side, frame }: Base,
  message: GrpcMessage,
  noted: NotedField,
  places: SpreadBytes | undefined,
): FindingEvent {
  const place = places?.place(noted.offset, noted.length) ?? wholePlace(message);
  return {
    event: "finding",
    conversation,
    side,
    visibility: "readable",
    what: noted.text === undefined ? noted.name.replaceAll("_", " ") : "username",
    value: noted.text ?? redactedText(noted.length),
    field: noted.path,
    evidence: { frame, ...place },
  };
}

function damaged(
  { conversation, side, frame }: Base,
  message: GrpcMessage,
  damage: { what: string; offset: number },
): FindingEvent {
  const what = `a message of gRPC does not fit its schema from here on: ${damage.what}`;
  const place = wholePlace(message);
  return { event: "finding", conversation, side, visibility: "damaged", what, evidence: { frame, ...place } };
}

function wholePlace({ offset, length, payload }: GrpcMessage): { offset: number; length: number } {
  if (payload === undefined || payload.length === 0) return { offset, length: PREFIX_BYTES + length };
  const body = payload.place(0, payload.length);
  return { offset, length: body.offset + body.length - offset };
}
