// What the calls of one socket tell whoever brings them.

import type { RpcError } from "../rpc-error.js";
import type { ClientCall } from "./client-call.js";
import type { OpenCalls } from "./open-calls.js";

/** Who brings the calls. */
export interface OpenCallsObserver {
  /** A stream came free, or the socket has room. */
  onRoom(from: OpenCalls): void;
  /** The call surely did not run; the error says why, and is the caller's unless the call is made again. */
  onReturned(call: ClientCall, error: RpcError): void;
  /** No call is taken any more: the server is closing, the connection failed, or we close. Those that are open go on. */
  onStopped(from: OpenCalls, reason: RpcError): void;
  /** The socket is gone; the last word. */
  onClosed(from: OpenCalls): void;
}
