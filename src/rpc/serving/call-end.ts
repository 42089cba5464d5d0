// What the event of a call's end says of it.

import type { RequestFrame } from "../../wire/frame.js";
import { StatusCode } from "../../wire/status-code.js";
import type { Route } from "./routes.js";
import type { ServerCall } from "./server-call.js";
import type { CallEndEvent } from "./server-events.js";

/** `answerBytes` is the length of the Response, 0 when none was sent. */
export function endedCall(connectionId: number, call: ServerCall, code: StatusCode, answerBytes: number): CallEndEvent {
  const { method, route, streams, requestBytes, startedAtMs } = call;
  const { requestStream, responseStream } = route.method;
  return {
    connectionId,
    method,
    kind: route.kind,
    ran: true,
    code,
    durationMs: performance.now() - startedAtMs,
    requestMessages: requestStream ? (streams?.requestMessages ?? 0) : 1,
    responseMessages: responseStream ? (streams?.responseMessages ?? 0) : Number(code === StatusCode.OK),
    requestBytes: requestBytes + (streams?.requestBytes ?? 0),
    responseBytes: answerBytes + (streams?.responseBytes ?? 0),
  };
}

/** The end of a call that never began. */
export function refusedCall(
  connectionId: number,
  { payload }: RequestFrame,
  route: Route | undefined,
  code: StatusCode,
  answerBytes: number,
): CallEndEvent {
  return {
    connectionId,
    method: route?.path ?? "unknown",
    kind: route?.kind ?? "unary",
    ran: false,
    code,
    durationMs: 0,
    requestMessages: route?.method.requestStream ? 0 : 1,
    responseMessages: 0,
    requestBytes: payload.length,
    responseBytes: answerBytes,
  };
}
