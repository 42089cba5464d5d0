// Errors as responses on the wire and back, with the one fact that a status lacks: whether the call ran.

import type { MetadataEntry } from "../gen/earshot/call/v1/call.js";
import type { ResponseFrame } from "../wire/frame.js";
import { StatusCode } from "../wire/status-code.js";
import { metadataBytes, RESERVED_KEY_PREFIX } from "./metadata.js";
import { type Delivery, RpcError } from "./rpc-error.js";

/** Set on a response whose request never reached a handler, so that the caller may safely repeat it. */
const DELIVERY_KEY = `${RESERVED_KEY_PREFIX}delivery`;
const NOT_PROCESSED: MetadataEntry = { key: DELIVERY_KEY, value: { $case: "text", value: "not_processed" } };
const NO_BYTES = new Uint8Array(0);
/** Tags, lengths and numbers around the parts of a failure take less. */
const FAILURE_HEAD_BYTES = 256;
const MAX_MESSAGE_LENGTH = 4096;

export function notProcessed(code: StatusCode, message: string): RpcError {
  return new RpcError(code, message, { delivery: "not_processed" });
}

/** The response that ends a call badly. Details and metadata that would not fit the caller's frames are left out. */
export function failureResponse(
  streamId: number,
  error: RpcError,
  metadata: readonly MetadataEntry[],
  maxFrameBytes: number,
): ResponseFrame {
  // toWellFormed in spirit: a lone surrogate would not survive UTF-8; the encoder replaces it.
  const message = error.message.slice(0, MAX_MESSAGE_LENGTH);
  const entries = error.delivery === "not_processed" ? [NOT_PROCESSED, ...metadata] : [...metadata];
  const detailBytes = error.details.reduce((sum, { typeUrl, value }) => sum + typeUrl.length + value.length + 16, 0);
  const bytes = FAILURE_HEAD_BYTES + 3 * message.length + detailBytes + metadataBytes(entries) + 16 * entries.length;
  const fits = bytes <= maxFrameBytes;
  return {
    kind: "response",
    streamId,
    status: { code: error.code, message, details: fits ? [...error.details] : [] },
    metadata: fits ? entries : entries.filter((entry) => entry === NOT_PROCESSED),
    payload: NO_BYTES,
  };
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
