// A call as the frame that opens its stream.

import type { RequestFrame } from "../../wire/frame.js";
import { metadataRoom } from "../metadata.js";
import type { ClientCall } from "./client-call.js";

/** Tags and lengths around a request's method, metadata and payload take less. */
const HEAD_BYTES = 64;
const MAX_TIMEOUT_MS = 0xffff_ffff;

/** No frame of this call is longer. */
export function requestFrameBytes({ route, opening }: ClientCall): number {
  return HEAD_BYTES + route.path.length + metadataRoom(opening.metadata) + opening.payload.length;
}

export function requestFrame(call: ClientCall): RequestFrame {
  const { route, opening } = call;
  return {
    kind: "request",
    streamId: call.streamId,
    method: route.path,
    timeoutMs: timeLeftMs(call),
    open: call.streamsRequests,
    credit: call.creditBytes,
    metadata: opening.metadata,
    payload: opening.payload,
  };
}

/** What is left of the deadline, for the wire: 0 means none, so what has all but passed is 1. */
function timeLeftMs(call: ClientCall): number {
  if (call.dueAt === Number.POSITIVE_INFINITY) {
    return 0;
  }
  return Math.min(Math.max(Math.ceil(call.dueAt - performance.now()), 1), MAX_TIMEOUT_MS);
}
