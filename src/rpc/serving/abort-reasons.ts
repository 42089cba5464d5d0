// Why a handler learns that nobody waits for it any more: what its signal and its stream of requests say.

import { StatusCode } from "../../wire/status-code.js";
import { RpcError } from "../rpc-error.js";

export const abortedBecause = {
  cancelled: (): RpcError => new RpcError(StatusCode.CANCELLED, "the caller cancelled", { reason: "cancelled" }),
  deadline: (): RpcError => new RpcError(StatusCode.DEADLINE_EXCEEDED, "the deadline passed", { reason: "deadline" }),
  gone: (): RpcError =>
    new RpcError(StatusCode.CANCELLED, "the connection of the caller is gone", { reason: "connection_lost" }),
  /** For who still reads the requests of a call that has its answer. */
  answered: (): RpcError => new RpcError(StatusCode.CANCELLED, "the call has been answered", { reason: "cancelled" }),
  closing: (): RpcError => new RpcError(StatusCode.UNAVAILABLE, "the server is closing", { reason: "server_closing" }),
};
