// Errors as responses on the wire and back, with the one fact that a status lacks: whether the call ran.

import type { MetadataEntry, Status } from "../gen/earshot/call/v1/call.js";
import type { Any } from "../gen/google/protobuf/any.js";
import { textBytes } from "../wire/field-writer.js";
import type { ResponseFrame } from "../wire/frame.js";
import { DEFAULT_FRAME_LIMITS } from "../wire/limits.js";
import { StatusCode } from "../wire/status-code.js";
import { metadataRoom, RESERVED_KEY_PREFIX } from "./metadata.js";
import { type Delivery, RpcError } from "./rpc-error.js";

/** Set on a response whose request never reached a handler, so that the caller may safely repeat it. */
const DELIVERY_KEY = `${RESERVED_KEY_PREFIX}delivery`;
const NOT_PROCESSED: MetadataEntry = { key: DELIVERY_KEY, value: { $case: "text", value: "not_processed" } };
const NO_BYTES = new Uint8Array(0);
/** What every decoder of this version accepts of one frame. */
const FRAME = DEFAULT_FRAME_LIMITS;
/** Tags, lengths and numbers around the parts of a failure take less. */
const FAILURE_HEAD_BYTES = 256;
/** In UTF-16 units, of which each takes at most 3 bytes. */
const MAX_MESSAGE_LENGTH = 4096;

/** Refuses a request before its handler ran. */
export function notProcessed(code: StatusCode, message: string): RpcError {
  return new RpcError(code, message, { delivery: "not_processed" });
}

/** The response to a request that never reached its handler, and says so. */
export function refusalResponse(streamId: number, error: RpcError): ResponseFrame {
  return { kind: "response", streamId, status: statusOf(error, []), metadata: [NOT_PROCESSED], payload: NO_BYTES };
}

/**
 * The response of a handler that failed. Details and metadata that would not fit the caller's frames, or that no peer
 * would accept, are left out: the status itself must arrive.
 */
export function failureResponse(
  streamId: number,
  error: RpcError,
  metadata: readonly MetadataEntry[],
  maxFrameBytes: number,
): ResponseFrame {
  const { details } = error;
  const fits =
    details.length <= FRAME.maxDetails && details.every((one) => textBytes(one.typeUrl) <= FRAME.maxTypeUrlBytes);
  const detailBytes = details.reduce((sum, { typeUrl, value }) => sum + 3 * typeUrl.length + value.length + 16, 0);
  const room = maxFrameBytes - FAILURE_HEAD_BYTES - 3 * MAX_MESSAGE_LENGTH;
  const keptDetails = fits && detailBytes <= room ? [...details] : [];
  const keptMetadata = fitsMetadata(metadata, room - (keptDetails.length > 0 ? detailBytes : 0)) ? metadata : [];
  return {
    kind: "response",
    streamId,
    status: statusOf(error, keptDetails),
    metadata: keptMetadata,
    payload: NO_BYTES,
  };
}

function statusOf(error: RpcError, details: Any[]): Status {
  return { code: knownCode(error.code), message: error.message.slice(0, MAX_MESSAGE_LENGTH), details };
}

function fitsMetadata(entries: readonly MetadataEntry[], room: number): boolean {
  const bytes = metadataRoom(entries);
  return entries.length <= FRAME.maxMetadataEntries && bytes <= Math.min(room, FRAME.maxMetadataBytes);
}

/** The error that a failed response stands for. */
export function errorOfResponse(frame: ResponseFrame): RpcError {
  const { code, message, details } = frame.status ?? { code: StatusCode.UNKNOWN, message: "", details: [] };
  return new RpcError(knownCode(code), message, { details, delivery: deliveryOf(frame.metadata) });
}

/** Numbers that no status has are UNKNOWN, as in gRPC. */
export function knownCode(code: number): StatusCode {
  for (const known of Object.values(StatusCode)) {
    if (known === code && known !== StatusCode.OK) {
      return known;
    }
  }
  return StatusCode.UNKNOWN;
}

function deliveryOf(entries: readonly MetadataEntry[]): Delivery {
  const said = entries.find((entry) => entry.key === DELIVERY_KEY);
  return said?.value?.value === "not_processed" ? "not_processed" : "answered";
}
