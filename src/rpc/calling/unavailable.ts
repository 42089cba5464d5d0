// The error of calls whose connection is not there, or no longer.

import type { GoAway } from "../../gen/earshot/call/v1/call.js";
import { StatusCode, statusName } from "../../wire/status-code.js";
import { type Delivery, type Reason, RpcError } from "../rpc-error.js";
import { knownCode } from "../status-response.js";
import { certificateRefusal } from "../transport/client-certificate.js";

export function unavailable(reason: Reason, message: string, delivery: Delivery, cause?: unknown): RpcError {
  return new RpcError(StatusCode.UNAVAILABLE, message, { reason, delivery, cause });
}

/** The same failure, as the error of a call that was never sent. What the server did wrong is no argument of the caller's. */
export function notSent({ code, reason, message, cause }: RpcError): RpcError {
  const told = reason === "protocol_error" ? StatusCode.UNAVAILABLE : code;
  return new RpcError(told, message, { reason, delivery: "not_sent", cause });
}

type Going = Pick<GoAway, "code" | "message" | "lastStreamId">;

/** What the server says of its going, in the words of its GoAway. */
export function serverClosing({ code, message, lastStreamId }: Going, delivery: Delivery): RpcError {
  const refused = lastStreamId === 0 ? certificateRefusal(code) : undefined;
  if (refused !== undefined) {
    return unavailable(refused, `the server does not let us in: ${message}`, delivery);
  }
  const said = message === "" ? "the server is closing" : `the server is closing: ${message}`;
  const detail = code === StatusCode.OK ? said : `${said} (${statusName(knownCode(code))})`;
  return unavailable("server_closing", detail, delivery);
}
