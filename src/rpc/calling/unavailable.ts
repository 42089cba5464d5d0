// The error of calls whose connection is not there, or no longer.

import { StatusCode } from "../../wire/status-code.js";
import { type Delivery, type Reason, RpcError } from "../rpc-error.js";

export function unavailable(reason: Reason, message: string, delivery: Delivery, cause?: unknown): RpcError {
  return new RpcError(StatusCode.UNAVAILABLE, message, { reason, delivery, cause });
}

/** The same failure, as the error of a call that was never sent. */
export function notSent({ code, reason, message, cause }: RpcError): RpcError {
  return new RpcError(code, message, { reason, delivery: "not_sent", cause });
}
