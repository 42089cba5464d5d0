// How a call ended, as what observes it may put it: with the code that went over the wire.

import { StatusCode } from "../../wire/status-code.js";
import type { CallContext } from "../call-context.js";
import { RpcError } from "../rpc-error.js";
import { knownCode } from "../status-response.js";

/** The code of a client's call: of the error that it threw, or OK. */
export function clientOutcome(error: unknown): StatusCode {
  return error === undefined ? StatusCode.OK : codeOf(error, StatusCode.UNKNOWN);
}

/**
 * The code with which a server's call ended. A deadline or a cancel was the end whatever the handler did later; a foreign
 * error is INTERNAL to the caller.
 */
export function serverOutcome(error: unknown, { signal }: CallContext): StatusCode {
  if (signal.aborted) {
    return codeOf(signal.reason, StatusCode.CANCELLED);
  }
  return error === undefined ? StatusCode.OK : codeOf(error, StatusCode.INTERNAL);
}

function codeOf(error: unknown, otherwise: StatusCode): StatusCode {
  if (!(error instanceof RpcError)) {
    return otherwise;
  }
  return error.code === StatusCode.OK ? StatusCode.INTERNAL : knownCode(error.code);
}
