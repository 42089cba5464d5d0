// How the service says no: each refusal's status, message and details in one place.

import { InvalidField_Reason, RetryAfter, UsernameTaken } from "../gen/earshot/accounts/v1/accounts.js";
import { packDetail, RpcError, StatusCode } from "../rpc/index.js";
import { GateFull } from "./password/hash-gate.js";
import { invalidArgument } from "./refusal.js";
import { StoreError, type StoreErrorCode } from "./store/store-error.js";

const DATABASE_RETRY_MS = 1_000;
/** What time heals. */
const PASSING: ReadonlySet<StoreErrorCode> = new Set(["unavailable", "timeout", "overloaded", "conflict", "closed"]);

/** The same for an unknown name and a wrong password: nobody learns who has an account. */
export function loginRefused(): RpcError {
  return refused(StatusCode.UNAUTHENTICATED, "the name or the password is wrong");
}

export function sessionRefused(): RpcError {
  return refused(StatusCode.UNAUTHENTICATED, "there is no such session, or it has ended: log in");
}

export function usernameTaken(username: string): RpcError {
  return new RpcError(StatusCode.ALREADY_EXISTS, "that username is taken; choose another one", {
    delivery: "answered",
    details: [packDetail(UsernameTaken, { username })],
  });
}

export function requestIdReused(): RpcError {
  const description = "this request_id belongs to another registration; use 16 new random bytes";
  return invalidArgument({ field: "request_id", reason: InvalidField_Reason.REASON_MALFORMED, description });
}

/** What a caller gets for an error. The parts that are not for callers go to `onHidden`. */
export function statusOf(error: unknown, onHidden: (error: unknown) => void): unknown {
  if (error instanceof GateFull) {
    return retryLater(StatusCode.RESOURCE_EXHAUSTED, "too many logins at once; try again shortly", error.retryAfterMs);
  }
  if (!(error instanceof StoreError)) {
    return error;
  }
  onHidden(error);
  return PASSING.has(error.code)
    ? retryLater(StatusCode.UNAVAILABLE, "the database does not answer; try again shortly", DATABASE_RETRY_MS)
    : refused(StatusCode.INTERNAL, "the server cannot use its database; its log says why");
}

function retryLater(code: StatusCode, message: string, retryAfterMs: number): RpcError {
  return new RpcError(code, message, { delivery: "answered", details: [packDetail(RetryAfter, { retryAfterMs })] });
}

function refused(code: StatusCode, message: string): RpcError {
  return new RpcError(code, message, { delivery: "answered" });
}
