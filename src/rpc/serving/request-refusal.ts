// Why a request is turned away before anything of it is decoded or run.

import type { RequestFrame } from "../../wire/frame.js";
import { StatusCode } from "../../wire/status-code.js";
import type { Limits } from "../limits.js";
import { metadataBytes, wellFormed } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import { notProcessed } from "../status-response.js";
import type { Route } from "./routes.js";

/** A cancelled call frees its stream at once while its handler may run on: that many handlers per stream, no more. */
const HANDLERS_PER_STREAM = 2;

/** What is going on on the connection. */
export interface Load {
  readonly openCalls: number;
  /** Calls whose handlers have not returned, cancelled ones included. */
  readonly runningHandlers: number;
  /** Requests of the open calls, and streamed messages that wait unread. */
  readonly openRequestBytes: number;
  /** What the peer was told, or the floor as long as it was told nothing. */
  readonly maxStreams: number;
}

/** Undefined for a request that may run. The checks are in order of what they cost. */
export function requestRefusal(
  frame: RequestFrame,
  route: Route | undefined,
  load: Load,
  limits: Limits,
): RpcError | undefined {
  if (load.openCalls >= load.maxStreams || load.runningHandlers >= load.maxStreams * HANDLERS_PER_STREAM) {
    return notProcessed(StatusCode.UNAVAILABLE, `more than ${load.maxStreams} calls at once`);
  }
  if (route === undefined) {
    return notProcessed(StatusCode.UNIMPLEMENTED, "no such method is served");
  }
  if (frame.open !== route.method.requestStream) {
    const taken = frame.open ? "one request, not a stream" : "a stream of requests: open it";
    return notProcessed(StatusCode.INVALID_ARGUMENT, `the method takes ${taken}`);
  }
  if (frame.open && frame.payload.length > 0) {
    return notProcessed(StatusCode.INVALID_ARGUMENT, "a stream of requests begins with Data, not in the Request");
  }
  if (load.openRequestBytes + frame.payload.length > limits.maxOpenRequestBytes) {
    return notProcessed(StatusCode.RESOURCE_EXHAUSTED, "too many bytes of requests at once");
  }
  return metadataRefusal(frame, limits);
}

function metadataRefusal({ metadata }: RequestFrame, limits: Limits): RpcError | undefined {
  if (metadata.length === 0) {
    return undefined;
  }
  if (metadataBytes(metadata) > limits.maxMetadataBytes) {
    return notProcessed(StatusCode.RESOURCE_EXHAUSTED, `more than ${limits.maxMetadataBytes} bytes of metadata`);
  }
  return wellFormed(metadata)
    ? undefined
    : notProcessed(StatusCode.INVALID_ARGUMENT, "a metadata key is malformed or has no value");
}
