// A pending call as the frame that opens its stream.

import type { RequestFrame } from "../../wire/frame.js";
import { metadataRoom } from "../metadata.js";
import type { PendingCall } from "./pending-call.js";

/** Tags and lengths around a request's method, metadata and payload take less. */
const HEAD_BYTES = 64;
const MAX_TIMEOUT_MS = 0xffff_ffff;

/** No frame of this call is longer. */
export function requestFrameBytes({ request }: PendingCall): number {
  const { path, metadata, payload } = request;
  return HEAD_BYTES + path.length + metadataRoom(metadata) + payload.length;
}

export function requestFrame(call: PendingCall): RequestFrame {
  const { path, metadata, payload } = call.request;
  return {
    kind: "request",
    streamId: call.streamId,
    method: path,
    timeoutMs: timeLeftMs(call),
    open: false,
    credit: 0,
    metadata: [...metadata],
    payload,
  };
}

/** What is left of the deadline, for the wire: 0 means none, so what has all but passed is 1. */
function timeLeftMs(call: PendingCall): number {
  if (call.dueAt === Number.POSITIVE_INFINITY) {
    return 0;
  }
  return Math.min(Math.max(Math.ceil(call.dueAt - performance.now()), 1), MAX_TIMEOUT_MS);
}
