// Errors that end a connection, and the status that its GoAway carries for each.

import { StatusCode } from "../../wire/status-code.js";
import { WireError } from "../../wire/wire-error.js";
import { RpcError } from "../rpc-error.js";

/** The peer broke a rule or took too long. The message goes to the peer. */
export function violation(code: StatusCode, message: string, cause?: unknown): RpcError {
  return new RpcError(code, message, { reason: "protocol_error", delivery: "unknown", cause });
}

/** The connection ended though neither side had said so. */
export function lost(message: string): RpcError {
  return new RpcError(StatusCode.UNAVAILABLE, message, { reason: "connection_lost", delivery: "unknown" });
}

/** Whatever reading a frame threw. What is neither a WireError nor an RpcError is a bug of ours: the peer learns no more. */
export function asViolation(error: unknown): RpcError {
  if (error instanceof RpcError) {
    return error;
  }
  if (error instanceof WireError && error.blame === "peer") {
    const code = error.code === "frame_too_large" ? StatusCode.RESOURCE_EXHAUSTED : StatusCode.INVALID_ARGUMENT;
    return violation(code, error.message, error);
  }
  return violation(StatusCode.INTERNAL, "internal error", error);
}

/** The peer took longer than it may. */
export function late(message: string): RpcError {
  return violation(StatusCode.DEADLINE_EXCEEDED, message);
}
