// Errors of calls that this side cannot send, whatever the connection.

import { StatusCode } from "../../wire/status-code.js";
import { RpcError } from "../rpc-error.js";
import type { ClientCall } from "./client-call.js";

export function tooLarge({ route }: ClientCall, bytes: number, maxBytes: number): RpcError {
  const message = `${route.path}: the request has ${bytes} bytes, the server accepts ${maxBytes}`;
  return new RpcError(StatusCode.RESOURCE_EXHAUSTED, message, { reason: "too_large", delivery: "not_sent" });
}

export function badRequest({ route }: ClientCall, cause: unknown): RpcError {
  const message = `${route.path}: the request cannot be sent: ${String(cause)}`;
  return new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_request", delivery: "not_sent", cause });
}
