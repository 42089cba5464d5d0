// Frames to bytes: what stands before the payload is written once, at its exact size; the payload itself is not touched.
import { varintLength } from "../bytes/varint.js";
import type { MetadataEntry, Status } from "../gen/earshot/call/v1/call.js";
import { bodyHeadBytes, detailBytes, entryBytes, notEncodable, payloadOf, statusBytes, uint32 } from "./body-size.js";
import { FieldWriter, fieldBytes, textBytes, uint32FieldBytes } from "./field-writer.js";
import type { Frame, FrameKind, HelloFrame } from "./frame.js";
import { methodBytes } from "./known-methods.js";
import { WIRE_LIMITS } from "./limits.js";

/** `head` then `payload` is the frame with its prefix. `payload` is the frame's own, not a copy. */
export interface EncodedFrame {
  readonly head: Uint8Array;
  readonly payload: Uint8Array;
}

export interface FrameOptions {
  /** Lets a peer that does not know the body skip the frame. An unknown frame is always marked so. */
  readonly ignorable?: boolean;
  /** Zeros that hide the true length. The frame grows by these and 2 to 5 bytes more. */
  readonly paddingBytes?: number;
  /** Decides on the padding instead, by how long the frame is. */
  readonly padder?: PaddingChoice;
}

export interface PaddingChoice {
  /** The padding field, tag and length included, for a frame that has so many bytes without it: 0, or from 2 up. */
  fieldBytes(frameBytes: number): number;
}

export const NO_OPTIONS: FrameOptions = {};
/** Field number << 3 | 2; 0 where no body is written. */
const BODY_TAGS: Readonly<Record<FrameKind, number>> = {
  request: 0x22,
  response: 0x2a,
  data: 0x32,
  cancel: 0x3a,
  credit: 0x42,
  ping: 0x4a,
  go_away: 0x52,
  hello: 0x5a,
  unknown: 0,
};
const PAYLOAD_TAG = 0x7a;

/** @throws WireError `not_encodable`, blame us, for what every peer would refuse. */
export function encodeFrame(frame: Frame, options: FrameOptions = NO_OPTIONS): EncodedFrame {
  const plan = planFrame(frame, options);
  const head = Buffer.allocUnsafe(plan.headBytes);
  writeHead(plan, head, 0);
  return { head, payload: plan.payload };
}

/** What is known of a frame before a byte is written. */
export interface FramePlan {
  readonly frame: Frame;
  readonly options: FrameOptions;
  readonly payload: Uint8Array;
  /** Tag and length included; 0: the frame has none. */
  readonly paddingFieldBytes: number;
  /** Of the body without payload; of the frame without prefix; of all that stands before the payload. */
  readonly bodyHeadBytes: number;
  readonly frameBytes: number;
  readonly headBytes: number;
}

/** Sizes a frame. @throws WireError `not_encodable`, blame us. */
export function planFrame(frame: Frame, options: FrameOptions): FramePlan {
  const payload = payloadOf(frame);
  const bodyHead = bodyHeadBytes(frame);
  let frameBytes = uint32FieldBytes(uint32(frame.streamId, "streamId"));
  frameBytes += isIgnorable(frame, options) ? 2 : 0;
  frameBytes += frame.kind === "unknown" ? 0 : fieldBytes(bodyHead + payload.length);
  const paddingFieldBytes = options === NO_OPTIONS ? 0 : paddingFieldBytesOf(options, frameBytes);
  frameBytes += paddingFieldBytes;
  if (frameBytes > WIRE_LIMITS.maxFrameBytes) {
    throw notEncodable(`a frame of ${frameBytes} bytes, more than a prefix can say`);
  }
  const headBytes = varintLength(frameBytes) + frameBytes - payload.length;
  return { frame, options, payload, paddingFieldBytes, bodyHeadBytes: bodyHead, frameBytes, headBytes };
}

function paddingFieldBytesOf({ padder, paddingBytes }: FrameOptions, frameBytes: number): number {
  if (padder !== undefined) {
    return padder.fieldBytes(frameBytes);
  }
  return paddingBytes === undefined ? 0 : fieldBytes(uint32(paddingBytes, "paddingBytes"));
}

/** Writes plan.headBytes bytes at `at`. */
export function writeHead(plan: FramePlan, into: Buffer, at: number): void {
  const { frame, options, payload } = plan;
  const writer = new FieldWriter(into, at);
  writer.varint(plan.frameBytes);
  writer.uint32(0x08, frame.streamId);
  writer.bool(0x10, isIgnorable(frame, options));
  if (plan.paddingFieldBytes > 0) {
    writer.zeros(0x1a, plan.paddingFieldBytes);
  }
  const tag = BODY_TAGS[frame.kind];
  if (tag === 0) {
    return;
  }
  writer.open(tag, plan.bodyHeadBytes + payload.length);
  writeBody(writer, frame);
  if (payload.length > 0) {
    writer.open(PAYLOAD_TAG, payload.length);
  }
}

function isIgnorable(frame: Frame, options: FrameOptions): boolean {
  return options.ignorable === true || frame.kind === "unknown";
}

function writeBody(writer: FieldWriter, frame: Frame): void {
  switch (frame.kind) {
    case "request":
      writer.optionalBytes(0x0a, methodBytes(frame.method));
      writer.uint32(0x10, frame.timeoutMs);
      writer.bool(0x18, frame.open);
      writer.uint32(0x20, frame.credit);
      writeMetadata(writer, 0x2a, frame.metadata);
      return;
    case "response":
      writeStatus(writer, frame.status);
      writeMetadata(writer, 0x12, frame.metadata);
      return;
    case "data":
      writer.bool(0x08, frame.end);
      return;
    case "cancel":
      writer.uint32(0x08, frame.code);
      writer.optionalText(0x12, frame.reason);
      return;
    case "credit":
      writer.uint32(0x08, frame.bytes);
      return;
    case "ping":
      writer.uint64(0x08, frame.token);
      writer.bool(0x10, frame.ack);
      return;
    case "go_away":
      writer.uint32(0x08, frame.code);
      writer.optionalText(0x12, frame.message);
      writer.uint32(0x18, frame.lastStreamId);
      writer.uint32(0x20, frame.graceMs);
      return;
    case "hello":
      writeHello(writer, frame);
  }
}

function writeMetadata(writer: FieldWriter, tag: number, entries: readonly MetadataEntry[]): void {
  for (const entry of entries) {
    writer.open(tag, entryBytes(entry));
    writer.optionalText(0x0a, entry.key);
    if (entry.value?.$case === "text") {
      writer.text(0x12, entry.value.value, textBytes(entry.value.value));
    } else if (entry.value !== undefined) {
      writer.bytes(0x1a, entry.value.value);
    }
  }
}

function writeStatus(writer: FieldWriter, status: Status | undefined): void {
  if (status === undefined) {
    return;
  }
  writer.open(0x0a, statusBytes(status));
  writer.uint32(0x08, status.code);
  writer.optionalText(0x12, status.message);
  for (const { typeUrl, value } of status.details) {
    writer.open(0x1a, detailBytes(typeUrl, value));
    writer.optionalText(0x0a, typeUrl);
    writer.optionalBytes(0x12, value);
  }
}

function writeHello(writer: FieldWriter, hello: HelloFrame): void {
  writer.uint32(0x08, hello.minor);
  writer.uint32(0x10, hello.maxFrameBytes);
  writer.uint32(0x18, hello.maxStreams);
  writer.uint32(0x20, hello.streamWindowBytes);
  writer.uint32(0x28, hello.minPingIntervalMs);
  writer.optionalBytes(0x32, hello.schemaSha256);
  for (const feature of hello.features) {
    writer.text(0x3a, feature, textBytes(feature));
  }
}
