// Turns a decoded frame into the message event and into findings of what it gave away, masked where the schema says so.
import type { MetadataEntry, Status } from "../../gen/earshot/call/v1/call.js";
import type { DecodedFrame, Frame, RequestFrame, ResponseFrame } from "../../wire/frame.js";
import { statusName } from "../../wire/status-code.js";
import type { FindingEvent, MessageEvent, Side } from "../event.js";
import { type DecodedMessage, decodeMessage, type NotedField, redactedText } from "./decode-message.js";
import { shownHex } from "./field-value.js";
import { isSecretField } from "./http-credentials.js";
import type { MessageShape, MethodShape, Schema } from "./schema.js";

/** What is known around a frame: whose it is, which call it belongs to, where its payload lies. */
export interface FrameContext {
  readonly conversation: number;
  readonly side: Side;
  readonly frame: number;
  /** Null where the request was not seen. */
  readonly method: string | null;
  readonly schema: Schema | undefined;
  /** Stream offset of the payload; undefined when it is not known to the byte. */
  readonly payloadOffset: number | undefined;
  /** Stream offset of a text within the frame, where it can be found. */
  readonly locate: (text: string) => number | undefined;
}

export interface FrameReport {
  readonly message: MessageEvent;
  readonly findings: FindingEvent[];
}

export function describeFrame(decoded: DecodedFrame, context: FrameContext): FrameReport {
  const { frame } = decoded;
  const message: MessageEvent = {
    event: "message",
    conversation: context.conversation,
    side: context.side,
    frame: context.frame,
    kind: frame.kind,
    stream_id: frame.streamId,
    method: context.method,
    fields: {},
  };
  const findings: FindingEvent[] = [];
  if (frame.kind === "request" || frame.kind === "response")
    describeMetadata(decoded, frame, context, message, findings);
  if (frame.kind === "response") describeStatus(frame.status, context.schema, message);
  if (frame.kind === "cancel") message.status = statusName(frame.code);
  message.fields = carriesPayload(frame)
    ? describePayload(decoded, frame.payload, context, findings)
    : describeControl(frame);
  return { message, findings };
}

function carriesPayload(frame: Frame): frame is Extract<Frame, { payload: Uint8Array }> {
  return frame.kind === "request" || frame.kind === "response" || frame.kind === "data";
}

// --- Payloads

function describePayload(
  decoded: DecodedFrame,
  payload: Uint8Array,
  context: FrameContext,
  findings: FindingEvent[],
): Record<string, unknown> {
  if (payload.length === 0) return {};
  // Without the request nobody knows which fields are secret: then nothing but numbers and lengths is shown.
  if (context.method === null) return { payload: `[${payload.length} bytes of a call whose request was not seen]` };
  const method = context.schema?.method(context.method);
  const message = decodeMessage(payload, payloadShape(method, context.side));
  for (const noted of message.noted) findings.push(readable(decoded, noted, context));
  if (message.damage !== undefined) findings.push(damaged(decoded, message.damage, context));
  return shownFields(message);
}

function shownFields(message: DecodedMessage): Record<string, unknown> {
  return message.cut ? { ...message.fields, "…": "the rest is not shown" } : message.fields;
}

function payloadShape(method: MethodShape | undefined, side: Side): MessageShape | undefined {
  return side === "client" ? method?.request : method?.response;
}

function readable(decoded: DecodedFrame, noted: NotedField, context: FrameContext): FindingEvent {
  const offset = context.payloadOffset;
  const place =
    offset === undefined
      ? { offset: decoded.offset, length: decoded.length }
      : { offset: offset + noted.offset, length: noted.length };
  return {
    ...findingBase(context),
    visibility: "readable",
    what: NAMES.has(noted.name) ? "username" : noted.name.replaceAll("_", " "),
    value: noted.text ?? redactedText(noted.length),
    field: noted.path,
    evidence: { frame: context.frame, ...place },
  };
}

const NAMES = new Set(["username", "user_name", "user", "login", "account_name"]);

function damaged(decoded: DecodedFrame, damage: { what: string; offset: number }, context: FrameContext): FindingEvent {
  const offset = context.payloadOffset === undefined ? decoded.offset : context.payloadOffset + damage.offset;
  return {
    ...findingBase(context),
    visibility: "damaged",
    what: `the payload of a ${decoded.frame.kind} does not fit its schema from here on: ${damage.what}`,
    evidence: { frame: context.frame, offset, length: decoded.offset + decoded.length - offset },
  };
}

function findingBase(context: FrameContext): Pick<FindingEvent, "event" | "conversation" | "side"> {
  return { event: "finding", conversation: context.conversation, side: context.side };
}

// --- Metadata and status

function describeMetadata(
  decoded: DecodedFrame,
  frame: RequestFrame | ResponseFrame,
  context: FrameContext,
  message: MessageEvent,
  findings: FindingEvent[],
): void {
  if (frame.metadata.length === 0) return;
  const shown: [string, string][] = [];
  for (const entry of frame.metadata) {
    const secret = isSecretField(entry.key.toLowerCase());
    shown.push([entry.key, secret ? maskedValue(entry) : metadataText(entry)]);
    if (secret) findings.push(tokenFinding(decoded, entry, context));
  }
  message.metadata = Object.fromEntries(shown);
}

function metadataText({ value }: MetadataEntry): string {
  if (value === undefined) return "";
  return value.$case === "text" ? value.value : shownHex(value.value);
}

/** The scheme is no secret: "Bearer [redacted: 43 bytes]". */
function maskedValue(entry: MetadataEntry): string {
  const { scheme, secret } = splitCredentials(entry);
  return scheme + redactedText(Buffer.byteLength(secret));
}

function splitCredentials(entry: MetadataEntry): { scheme: string; secret: string } {
  const text = metadataText(entry);
  const scheme = /^(Bearer|Basic|Digest|Token) +/i.exec(text)?.[0] ?? "";
  return { scheme, secret: text.slice(scheme.length) };
}

function tokenFinding(decoded: DecodedFrame, entry: MetadataEntry, context: FrameContext): FindingEvent {
  const { scheme, secret } = splitCredentials(entry);
  const length = Buffer.byteLength(secret);
  const offset = context.locate(secret);
  return {
    ...findingBase(context),
    visibility: "readable",
    what: /^bearer/i.test(scheme) ? "session token" : `${entry.key} in metadata`,
    value: redactedText(length),
    field: `metadata.${entry.key}`,
    evidence: {
      frame: context.frame,
      ...(offset === undefined ? { offset: decoded.offset, length: decoded.length } : { offset, length }),
    },
  };
}

function describeStatus(status: Status | undefined, schema: Schema | undefined, message: MessageEvent): void {
  message.status = statusName(status?.code ?? 0);
  if (status === undefined) return;
  if (status.message !== "") message.status_message = status.message;
  if (status.details.length === 0) return;
  message.details = status.details.map(({ typeUrl, value }) => {
    const name = typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
    return { "@type": name, ...shownFields(decodeMessage(value, schema?.message(name))) };
  });
}

// --- Frames about the connection

function describeControl(frame: Exclude<Frame, { payload: Uint8Array }>): Record<string, unknown> {
  switch (frame.kind) {
    case "cancel":
      return { code: frame.code, reason: frame.reason };
    case "credit":
      return { bytes: frame.bytes };
    case "ping":
      return { token: frame.token.toString(), ack: frame.ack };
    case "go_away":
      return {
        code: statusName(frame.code),
        message: frame.message,
        last_stream_id: frame.lastStreamId,
        grace_ms: frame.graceMs,
      };
    case "hello":
      return {
        minor: frame.minor,
        max_frame_bytes: frame.maxFrameBytes,
        max_streams: frame.maxStreams,
        stream_window_bytes: frame.streamWindowBytes,
        min_ping_interval_ms: frame.minPingIntervalMs,
        schema_sha256: shownHex(frame.schemaSha256),
        features: frame.features,
      };
    case "unknown":
      return { body_field: frame.bodyField };
  }
}
