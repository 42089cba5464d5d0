// The bodies that carry calls: Request, Response, Data, Cancel, Credit.
import type { MetadataEntry, Status } from "../gen/earshot/call/v1/call.js";
import { type FieldReader, LENGTH_DELIMITED, VARINT } from "./field-reader.js";
import type { CancelFrame, CreditFrame, DataFrame, RequestFrame, ResponseFrame } from "./frame.js";
import { decodeMetadataEntry, decodeStatus } from "./frame-part.js";
import type { FrameLimits } from "./limits.js";

const EMPTY = new Uint8Array(0);

export function decodeRequest(reader: FieldReader, limits: FrameLimits, streamId: number): RequestFrame {
  let seen = 0;
  let method = "";
  let timeoutMs = 0;
  let open = false;
  let credit = 0;
  const metadata: MetadataEntry[] = [];
  let metadataBytes = 0;
  let payload: Uint8Array = EMPTY;
  while (reader.more) {
    const tag = reader.tag();
    switch (tag >>> 3) {
      case 1:
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        method = reader.method(limits.maxMethodBytes);
        break;
      case 2:
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        timeoutMs = reader.uint32();
        break;
      case 3:
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        open = reader.bool();
        break;
      case 4:
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        credit = reader.uint32();
        break;
      case 5:
        reader.expect(tag, LENGTH_DELIMITED);
        metadataBytes = decodeMetadataEntry(reader, limits, metadata, metadataBytes);
        break;
      case 15:
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        payload = reader.bytes();
        break;
      default:
        reader.skip(tag);
    }
  }
  return { kind: "request", streamId, method, timeoutMs, open, credit, metadata, payload };
}

export function decodeResponse(reader: FieldReader, limits: FrameLimits, streamId: number): ResponseFrame {
  let seen = 0;
  let status: Status | undefined;
  const metadata: MetadataEntry[] = [];
  let metadataBytes = 0;
  let payload: Uint8Array = EMPTY;
  while (reader.more) {
    const tag = reader.tag();
    switch (tag >>> 3) {
      case 1:
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        status = decodeStatus(reader, limits);
        break;
      case 2:
        reader.expect(tag, LENGTH_DELIMITED);
        metadataBytes = decodeMetadataEntry(reader, limits, metadata, metadataBytes);
        break;
      case 15:
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        payload = reader.bytes();
        break;
      default:
        reader.skip(tag);
    }
  }
  return { kind: "response", streamId, status, metadata, payload };
}

export function decodeData(reader: FieldReader, streamId: number): DataFrame {
  let seen = 0;
  let end = false;
  let payload: Uint8Array = EMPTY;
  while (reader.more) {
    const tag = reader.tag();
    switch (tag >>> 3) {
      case 1:
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        end = reader.bool();
        break;
      case 15:
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        payload = reader.bytes();
        break;
      default:
        reader.skip(tag);
    }
  }
  return { kind: "data", streamId, end, payload };
}

export function decodeCancel(reader: FieldReader, limits: FrameLimits, streamId: number): CancelFrame {
  let seen = 0;
  let code = 0;
  let reason = "";
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
        reason = reader.text(limits.maxTextBytes, "the reason of a Cancel");
        break;
      default:
        reader.skip(tag);
    }
  }
  return { kind: "cancel", streamId, code, reason };
}

export function decodeCredit(reader: FieldReader, streamId: number): CreditFrame {
  let seen = 0;
  let bytes = 0;
  while (reader.more) {
    const tag = reader.tag();
    if (tag >>> 3 === 1) {
      reader.expect(tag, VARINT);
      seen = reader.once(tag, seen);
      bytes = reader.uint32();
    } else {
      reader.skip(tag);
    }
  }
  return { kind: "credit", streamId, bytes };
}
