// The messages inside bodies: metadata entries, statuses and their details.
import type { MetadataEntry, Status } from "../gen/earshot/call/v1/call.js";
import type { Any } from "../gen/google/protobuf/any.js";
import { type FieldReader, LENGTH_DELIMITED, VARINT } from "./field-reader.js";
import type { FrameLimits } from "./limits.js";

const EMPTY = new Uint8Array(0);

/** Reads one entry onto `entries`; `usedBytes` is what the entries before it took. Returns the new sum. */
export function decodeMetadataEntry(
  reader: FieldReader,
  limits: FrameLimits,
  entries: MetadataEntry[],
  usedBytes: number,
): number {
  if (entries.length === limits.maxMetadataEntries) {
    throw reader.error("limit_exceeded", `more than ${limits.maxMetadataEntries} metadata entries`);
  }
  const outer = reader.enter();
  const sum = usedBytes + reader.remaining;
  if (sum > limits.maxMetadataBytes) {
    throw reader.error("limit_exceeded", `more than ${limits.maxMetadataBytes} bytes of metadata`);
  }
  entries.push(decodeEntry(reader, limits));
  reader.leave(outer);
  return sum;
}

export function decodeStatus(reader: FieldReader, limits: FrameLimits): Status {
  const outer = reader.enter();
  let seen = 0;
  let code = 0;
  let message = "";
  const details: Any[] = [];
  while (reader.more) {
    const tag = reader.tag();
    switch (tag >>> 3) {
      case 1:
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        code = reader.uint32();
        break;
      case 2:
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        message = reader.text(limits.maxTextBytes, "a status message");
        break;
      case 3:
        reader.expect(tag, LENGTH_DELIMITED);
        if (details.length === limits.maxDetails) {
          throw reader.error("limit_exceeded", `more than ${limits.maxDetails} details of a status`);
        }
        details.push(decodeDetail(reader, limits));
        break;
      default:
        reader.skip(tag);
    }
  }
  reader.leave(outer);
  return { code, message, details };
}

function decodeEntry(reader: FieldReader, limits: FrameLimits): MetadataEntry {
  let seen = 0;
  let key = "";
  let value: MetadataEntry["value"];
  while (reader.more) {
    const tag = reader.tag();
    switch (tag >>> 3) {
      case 1:
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        key = reader.text(limits.maxMetadataBytes, "a metadata key");
        break;
      case 2:
      case 3:
        reader.expect(tag, LENGTH_DELIMITED);
        // Two members of one oneof: other decoders keep the last in silence.
        if (value !== undefined) {
          throw reader.error("duplicate_field", "a metadata entry has two values");
        }
        value =
          tag >>> 3 === 2
            ? { $case: "text", value: reader.text(limits.maxMetadataBytes, "a metadata value") }
            : { $case: "binary", value: reader.bytes() };
        break;
      default:
        reader.skip(tag);
    }
  }
  return { key, value };
}

function decodeDetail(reader: FieldReader, limits: FrameLimits): Any {
  const outer = reader.enter();
  let seen = 0;
  let typeUrl = "";
  let value: Uint8Array = EMPTY;
  while (reader.more) {
    const tag = reader.tag();
    switch (tag >>> 3) {
      case 1:
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        typeUrl = reader.text(limits.maxTypeUrlBytes, "the type URL of a detail");
        break;
      case 2:
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        value = reader.bytes();
        break;
      default:
        reader.skip(tag);
    }
  }
  reader.leave(outer);
  return { typeUrl, value };
}
