// The one error class of src/rpc: a status code, why, and whether the call may have run.

import type { Any } from "../gen/google/protobuf/any.js";
import { type StatusCode, statusName } from "../wire/status-code.js";
import { type Detail, type DetailType, packDetail, unpackDetail } from "./error-detail.js";

/**
 * How far the call went. `not_sent`: no byte of it left; `not_processed`: the server says that it never ran;
 * `answered`: the server ran it and answered with a status; `unknown`: it may have run. Only the first two are safe
 * to repeat blindly.
 */
export type Delivery = "not_sent" | "not_processed" | "unknown" | "answered";

/** Why a call or a connection failed where no handler's answer says so. */
export type Reason =
  | "connection_refused"
  | "name_not_found"
  | "network_unreachable"
  | "connect_timeout"
  | "address_in_use"
  | "address_not_available"
  | "permission_denied"
  | "server_not_trusted"
  | "certificate_expired"
  | "server_name_mismatch"
  | "server_identity_changed"
  | "client_certificate_required"
  | "client_not_trusted"
  | "alpn_mismatch"
  | "not_tls"
  | "tls_version_mismatch"
  | "tls_failed"
  | "connection_lost"
  | "connection_closed"
  | "server_closing"
  | "protocol_error"
  | "deadline"
  | "cancelled"
  | "queue_full"
  | "request_stream_failed"
  | "too_large"
  | "bad_request"
  | "bad_response"
  | "bad_options"
  | "limit";

export interface RpcErrorOptions {
  readonly reason?: Reason | undefined;
  /** Default `unknown`. */
  readonly delivery?: Delivery | undefined;
  /** Pairs `[MessageType, fields]`, or Any messages that are packed already. See {@link packDetail}. */
  readonly details?: readonly (Detail | Any)[] | undefined;
  readonly cause?: unknown;
}

/** A call that did not end well. Handlers throw it to answer with its status; clients get it as the rejection. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: StatusCode;
  readonly reason: Reason | undefined;
  readonly delivery: Delivery;
  readonly details: readonly Any[];

  constructor(code: StatusCode, message: string, options: RpcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason;
    this.delivery = options.delivery ?? "unknown";
    this.details = (options.details ?? []).map((detail) => ("typeUrl" in detail ? detail : packDetail(...detail)));
  }

  /** The name of the code, such as "UNAUTHENTICATED". */
  get codeName(): string {
    return statusName(this.code);
  }

  /** The first detail of that message type, or undefined when there is none or it does not decode. */
  detail<T>(type: DetailType<T>): T | undefined {
    return unpackDetail(this.details, type);
  }
}
