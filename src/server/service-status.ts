// How the service says no: each refusal's status, message and details in one place.

import {
  AccountDisabled,
  InvalidField,
  InvalidField_Reason,
  RetryAfter,
  UsernameTaken,
} from "../gen/earshot/accounts/v1/accounts.js";
import { ChannelMismatch } from "../gen/earshot/accounts/v1/opaque.js";
import { packDetail, RpcError, StatusCode } from "../rpc/index.js";
import { GateFull } from "./password/hash-gate.js";
import { invalidArgument } from "./refusal.js";
import { StoreError, type StoreErrorCode } from "./store/store-error.js";
import { Throttled } from "./throttle/login-throttle.js";

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

/** For who has the right password alone. */
export function accountDisabled(disabledAtMs: number): RpcError {
  return new RpcError(StatusCode.PERMISSION_DENIED, "this account is disabled; ask whoever runs the server", {
    delivery: "answered",
    details: [packDetail(AccountDisabled, { disabledAtMs: BigInt(disabledAtMs) })],
  });
}

/** Not UNAUTHENTICATED: the session is good, and stays so. */
export function passwordWrong(field: "password" | "current_password" | "proof"): RpcError {
  const description = "the password is wrong";
  return new RpcError(StatusCode.PERMISSION_DENIED, description, {
    delivery: "answered",
    details: [packDetail(InvalidField, { field, reason: InvalidField_Reason.REASON_WRONG, description })],
  });
}

/** The same for an unknown name and for a code that is wrong, used, expired or tried too often. */
export function resetRefused(): RpcError {
  return refused(
    StatusCode.UNAUTHENTICATED,
    "the name or the code is wrong, or the code is used up; ask for a new one",
  );
}

/** Its first half was too long ago, on another server, or never. */
export function loginForgotten(): RpcError {
  return refused(StatusCode.ABORTED, "this server knows of no such login that was begun; begin again");
}

/** For who has the right password alone: it came over another connection than the client believes. */
export function channelMismatch(): RpcError {
  const message = "this login was relayed: somebody stands between the client and this server";
  return new RpcError(StatusCode.FAILED_PRECONDITION, message, {
    delivery: "answered",
    details: [packDetail(ChannelMismatch, {})],
  });
}

/** Over TLS 1.2 nobody can tell whether a login is relayed. */
export function channelUnbound(): RpcError {
  return refused(
    StatusCode.FAILED_PRECONDITION,
    "OPAQUE needs TLS 1.3: an older connection cannot be bound to a login",
  );
}

export function noSuchSession(): RpcError {
  return refused(StatusCode.NOT_FOUND, "this account has no such session; it may have ended already");
}

export function tooManyWatches(retryAfterMs: number): RpcError {
  return retryLater(StatusCode.RESOURCE_EXHAUSTED, "too many watches are open; end another one first", retryAfterMs);
}

export function watchEnded(retryAfterMs: number): RpcError {
  return retryLater(StatusCode.UNAVAILABLE, "the server is being stopped; watch again", retryAfterMs);
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
  if (error instanceof Throttled) {
    const message = "too many attempts; wait before the next one";
    return retryLater(StatusCode.RESOURCE_EXHAUSTED, message, error.retryAfterMs);
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
