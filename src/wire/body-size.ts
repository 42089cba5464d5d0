// Sizes of bodies as they will be encoded, without the payload, and the limits that the peer would refuse them by.
import type { MetadataEntry, Status } from "../gen/earshot/call/v1/call.js";
import { fieldBytes, optionalFieldBytes, textBytes, uint32FieldBytes, uint64FieldBytes } from "./field-writer.js";
import type { Frame, HelloFrame } from "./frame.js";
import { methodBytes } from "./known-methods.js";
import { DEFAULT_FRAME_LIMITS } from "./limits.js";
import { WireError } from "./wire-error.js";

const LIMITS = DEFAULT_FRAME_LIMITS;
const NO_PAYLOAD = new Uint8Array(0);

/** The payload that ends the frame; empty for kinds that have none. */
export function payloadOf(frame: Frame): Uint8Array {
  return "payload" in frame ? frame.payload : NO_PAYLOAD;
}

/**
 * Bytes of the body's fields but for the payload's bytes (its tag and length are counted).
 * @throws WireError `not_encodable`, blame us, for what every peer would refuse.
 */
export function bodyHeadBytes(frame: Frame): number {
  switch (frame.kind) {
    case "request":
      return (
        methodFieldBytes(frame.method) +
        uint32FieldBytes(uint32(frame.timeoutMs, "timeoutMs")) +
        (frame.open ? 2 : 0) +
        uint32FieldBytes(uint32(frame.credit, "credit")) +
        metadataFieldBytes(frame.metadata) +
        payloadHeadBytes(frame.payload)
      );
    case "response":
      return (
        (frame.status === undefined ? 0 : fieldBytes(statusBytes(frame.status))) +
        metadataFieldBytes(frame.metadata) +
        payloadHeadBytes(frame.payload)
      );
    case "data":
      return (frame.end ? 2 : 0) + payloadHeadBytes(frame.payload);
    case "cancel":
      return (
        uint32FieldBytes(uint32(frame.code, "code")) + limitedText(frame.reason, LIMITS.maxTextBytes, "the reason")
      );
    case "credit":
      return uint32FieldBytes(uint32(frame.bytes, "bytes"));
    case "ping":
      return uint64FieldBytes(uint64(frame.token)) + (frame.ack ? 2 : 0);
    case "go_away":
      return (
        uint32FieldBytes(uint32(frame.code, "code")) +
        limitedText(frame.message, LIMITS.maxTextBytes, "the message") +
        uint32FieldBytes(uint32(frame.lastStreamId, "lastStreamId")) +
        uint32FieldBytes(uint32(frame.graceMs, "graceMs"))
      );
    case "hello":
      return helloBytes(frame);
    case "unknown":
      return 0;
  }
}

/** Bytes of one status without tag and length. */
export function statusBytes(status: Status): number {
  if (status.details.length > LIMITS.maxDetails) {
    throw notEncodable(`a status has ${status.details.length} details, more than ${LIMITS.maxDetails}`);
  }
  let sum = uint32FieldBytes(uint32(status.code, "code"));
  sum += limitedText(status.message, LIMITS.maxTextBytes, "the status message");
  for (const { typeUrl, value } of status.details) {
    sum += fieldBytes(detailBytes(typeUrl, value));
  }
  return sum;
}

export function detailBytes(typeUrl: string, value: Uint8Array): number {
  return limitedText(typeUrl, LIMITS.maxTypeUrlBytes, "the type URL of a detail") + optionalFieldBytes(value.length);
}

/** Bytes of one metadata entry without tag and length. A value is written even when empty: presence is its kind. */
export function entryBytes({ key, value }: MetadataEntry): number {
  const keyBytes = optionalFieldBytes(textBytes(key));
  if (value === undefined) {
    return keyBytes;
  }
  return keyBytes + fieldBytes(value.$case === "text" ? textBytes(value.value) : value.value.length);
}

/** A uint32 as given. @throws WireError `not_encodable` for anything that is none. */
export function uint32(value: number, what: string): number {
  if (value >>> 0 !== value) {
    throw notEncodable(`${what} is ${value}: give a whole number from 0 to 4294967295`);
  }
  return value;
}

export function notEncodable(message: string): WireError {
  return new WireError("not_encodable", message, 0, "us");
}

function uint64(value: bigint): bigint {
  if (BigInt.asUintN(64, value) !== value) {
    throw notEncodable("a ping's token does not fit 64 bits");
  }
  return value;
}

function payloadHeadBytes(payload: Uint8Array): number {
  return optionalFieldBytes(payload.length) - payload.length;
}

/** One that is too long is refused before its bytes are kept. */
function methodFieldBytes(method: string): number {
  const length = method.length > LIMITS.maxMethodBytes ? textBytes(method) : methodBytes(method).length;
  return limitedFieldBytes(length, LIMITS.maxMethodBytes, "the method");
}

function limitedText(text: string, maxBytes: number, what: string): number {
  return limitedFieldBytes(textBytes(text), maxBytes, what);
}

function limitedFieldBytes(length: number, maxBytes: number, what: string): number {
  if (length > maxBytes) {
    throw notEncodable(`${what} has ${length} bytes, more than ${maxBytes}`);
  }
  return optionalFieldBytes(length);
}

function metadataFieldBytes(entries: readonly MetadataEntry[]): number {
  let sum = 0;
  let content = 0;
  for (const entry of entries) {
    const length = entryBytes(entry);
    content += length;
    sum += fieldBytes(length);
  }
  if (entries.length > LIMITS.maxMetadataEntries || content > LIMITS.maxMetadataBytes) {
    throw notEncodable(
      `metadata has ${entries.length} entries and ${content} bytes, more than ${LIMITS.maxMetadataEntries} or ${LIMITS.maxMetadataBytes}`,
    );
  }
  return sum;
}

function helloBytes(hello: HelloFrame): number {
  const { schemaSha256, features } = hello;
  if (schemaSha256.length > LIMITS.maxSchemaHashBytes || features.length > LIMITS.maxFeatures) {
    throw notEncodable("a Hello has too many features or too long a schema hash");
  }
  let sum = optionalFieldBytes(schemaSha256.length);
  sum += uint32FieldBytes(uint32(hello.minor, "minor"));
  sum += uint32FieldBytes(uint32(hello.maxFrameBytes, "maxFrameBytes"));
  sum += uint32FieldBytes(uint32(hello.maxStreams, "maxStreams"));
  sum += uint32FieldBytes(uint32(hello.streamWindowBytes, "streamWindowBytes"));
  sum += uint32FieldBytes(uint32(hello.minPingIntervalMs, "minPingIntervalMs"));
  for (const feature of features) {
    const length = textBytes(feature);
    if (length > LIMITS.maxFeatureBytes) {
      throw notEncodable(`a feature has ${length} bytes, more than ${LIMITS.maxFeatureBytes}`);
    }
    sum += fieldBytes(length);
  }
  return sum;
}
