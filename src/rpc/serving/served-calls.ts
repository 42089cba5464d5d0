// The open calls of one connection: which requests run, and that each is answered exactly once.

import type { DataFrame, Frame, RequestFrame } from "../../wire/frame.js";
import { WIRE_LIMITS } from "../../wire/limits.js";
import { StatusCode } from "../../wire/status-code.js";
import type { Peer } from "../call-context.js";
import type { DeadlineQueue } from "../channel/deadline-queue.js";
import { StreamTable } from "../channel/stream-table.js";
import type { Limits } from "../limits.js";
import { decodeMessage, encodeMessage } from "../message-codec.js";
import { metadataRoom } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import { failureResponse, notProcessed, refusalResponse } from "../status-response.js";
import { abortedBecause } from "./abort-reasons.js";
import type { CallCarrier, CallObserver } from "./call-carrier.js";
import { endedCall, refusedCall } from "./call-end.js";
import { CallStreams, type StreamHost } from "./call-streams.js";
import { type Load, requestRefusal } from "./request-refusal.js";
import type { Route } from "./routes.js";
import { type CallHost, ServerCall } from "./server-call.js";

const NO_BYTES = new Uint8Array(0);
/** Length prefix, stream id, tags and lengths around a payload take less. */
const RESPONSE_HEAD_BYTES = 64;

export class ServedCalls implements CallHost, StreamHost, Load {
  readonly #carrier: CallCarrier;
  readonly #observer: CallObserver;
  readonly #limits: Limits;
  readonly #deadlines: DeadlineQueue;
  readonly #calls = new StreamTable<ServerCall>();
  /** Those of them that send streams, in the order in which they are woken. */
  readonly #senders = new Set<CallStreams>();
  runningHandlers = 0;
  openRequestBytes = 0;
  maxStreams: number = WIRE_LIMITS.floorStreams;
  peerMaxFrameBytes: number = WIRE_LIMITS.floorFrameBytes;

  constructor(
    carrier: CallCarrier,
    { observer, limits, deadlines }: { observer: CallObserver; limits: Limits; deadlines: DeadlineQueue },
  ) {
    this.#carrier = carrier;
    this.#observer = observer;
    this.#limits = limits;
    this.#deadlines = deadlines;
  }

  get openCalls(): number {
    return this.#calls.size;
  }

  get id(): number {
    return this.#carrier.id;
  }

  get peer(): Peer {
    return this.#carrier.peer;
  }

  get blocked(): boolean {
    return this.#carrier.blocked;
  }

  send(frame: Frame): number {
    return this.#carrier.send(frame);
  }

  request(frame: RequestFrame): void {
    const route = this.#observer.route(frame.method);
    const refusal = requestRefusal(frame, route, this, this.#limits);
    if (refusal !== undefined) {
      this.#refuse(frame, route, refusal);
    } else if (route === undefined) {
      return; // Refused above; the compiler does not know.
    } else if (route.kind === "unary") {
      this.#decode(frame, route, undefined);
    } else {
      this.#openStreams(frame, route);
    }
  }

  /** Takes Data; for a call that has ended it is late, and ignored. @throws RpcError when the caller broke a rule. */
  data(frame: DataFrame): void {
    const call = this.#calls.get(frame.streamId);
    if (call?.streams?.requests === undefined) {
      return;
    }
    if (this.openRequestBytes + frame.payload.length > this.#limits.maxOpenRequestBytes) {
      this.#abort(call, new RpcError(StatusCode.RESOURCE_EXHAUSTED, "too many bytes of requests at once"));
      return;
    }
    call.streams.receive(frame);
  }

  credit(streamId: number, bytes: number): void {
    this.#calls.get(streamId)?.streams?.addCredit(bytes);
  }

  /** The caller gave up; `code` says why. Its deadline may pass there a moment before it does here. */
  cancel(streamId: number, code: number): void {
    const call = this.#calls.get(streamId);
    if (call !== undefined) {
      const reason = code === StatusCode.DEADLINE_EXCEEDED ? abortedBecause.deadline() : abortedBecause.cancelled();
      this.#close(call, reason.code, 0);
      call.abort(reason);
    }
  }

  /** The socket has room again. Who was first now will be last, or it would take all the room each time. */
  wake(): void {
    const [first] = this.#senders;
    if (first === undefined) {
      return;
    }
    for (const streams of this.#senders) {
      streams.wake();
    }
    this.#senders.delete(first);
    this.#senders.add(first);
  }

  /** Tells every caller that its call is cancelled. */
  cancelAll(): void {
    for (const { streamId } of this.#calls.all()) {
      this.send({ kind: "cancel", streamId, code: StatusCode.UNAVAILABLE, reason: "the server is closing" });
    }
    this.endAll(StatusCode.UNAVAILABLE, abortedBecause.closing());
  }

  /** Ends every call without a word to its caller. */
  endAll(code: StatusCode, reason: RpcError): void {
    for (const call of this.#calls.all()) {
      this.#close(call, code, 0);
      call.abort(reason);
    }
  }

  onAnswer(call: ServerCall, response: object): void {
    let payload: Uint8Array;
    try {
      payload = encodeMessage(call.route.method.responseType, response);
    } catch (error) {
      this.onFailure(call, error);
      return;
    }
    this.#respond(call, payload);
  }

  onStreamed(call: ServerCall): void {
    this.#respond(call, NO_BYTES);
  }

  onFailure(call: ServerCall, error: unknown): void {
    const known = error instanceof RpcError && error.code !== StatusCode.OK;
    // The caller learns that it failed, never how: messages of foreign errors carry paths, queries and secrets.
    this.#fail(call, known ? error : new RpcError(StatusCode.INTERNAL, "internal error"));
    call.streams?.release();
    if (!known) {
      this.#observer.onError(error, { connectionId: this.id, method: call.method });
    }
  }

  onExpired(call: ServerCall): void {
    this.#abort(call, abortedBecause.deadline());
  }

  onReturned(): void {
    this.runningHandlers -= 1;
  }

  onBuffered(deltaBytes: number): void {
    this.openRequestBytes += deltaBytes;
  }

  onUndecodable(streamId: number, cause: unknown): RpcError {
    const message = "a message of the stream is no such message";
    const error = new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_request", cause });
    const call = this.#calls.get(streamId);
    if (call !== undefined) {
      this.#abort(call, error);
    }
    return error;
  }

  checkSize(payloadBytes: number, metadataBytes = 0): void {
    if (payloadBytes > this.peerMaxFrameBytes - RESPONSE_HEAD_BYTES - metadataBytes) {
      const message = `the response has ${payloadBytes} bytes, more than the caller accepts`;
      throw new RpcError(StatusCode.RESOURCE_EXHAUSTED, message, { reason: "too_large" });
    }
  }

  #decode(frame: RequestFrame, route: Route, streams: CallStreams | undefined): void {
    let request: object;
    try {
      request = decodeMessage(route.method.requestType, frame.payload);
    } catch {
      this.#refuse(frame, route, notProcessed(StatusCode.INVALID_ARGUMENT, "the payload is no such message"));
      return;
    }
    this.#start(frame, route, request, streams);
  }

  #openStreams(frame: RequestFrame, route: Route): void {
    const { streamId, credit } = frame;
    const streams = new CallStreams(this, route, { streamId, credit, windowBytes: this.#limits.streamWindowBytes });
    if (streams.requests === undefined) {
      this.#decode(frame, route, streams);
    } else {
      this.#start(frame, route, streams.requests, streams);
    }
  }

  #start(frame: RequestFrame, route: Route, request: object, streams: CallStreams | undefined): void {
    const wantedMs = frame.timeoutMs === 0 ? Number.POSITIVE_INFINITY : frame.timeoutMs;
    const mostMs = streams === undefined ? this.#limits.maxDeadlineMs : this.#limits.maxStreamingMs;
    const timeoutMs = Math.min(wantedMs, mostMs);
    const call = new ServerCall(this, route, frame, timeoutMs);
    if (streams !== undefined) {
      this.#attach(call, streams);
    }
    this.#calls.add(call);
    this.runningHandlers += 1;
    this.openRequestBytes += call.requestBytes;
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      this.#deadlines.schedule(call, call.startedAtMs + timeoutMs);
    }
    if (this.#calls.size === 1) {
      this.#carrier.onBusy();
    }
    this.#observer.onCall(this.id, call);
    call.run(request);
  }

  #attach(call: ServerCall, streams: CallStreams): void {
    call.streams = streams;
    if (call.route.method.responseStream) {
      this.#senders.add(streams);
    }
  }

  #respond(call: ServerCall, payload: Uint8Array): void {
    const metadata = call.responseEntries;
    let length: number;
    try {
      this.checkSize(payload.length, metadataRoom(metadata));
      length = this.send({ kind: "response", streamId: call.streamId, status: undefined, metadata, payload });
    } catch (error) {
      this.onFailure(call, error);
      return;
    }
    this.#close(call, StatusCode.OK, length);
    call.streams?.release();
  }

  #refuse(frame: RequestFrame, route: Route | undefined, error: RpcError): void {
    const length = this.send(refusalResponse(frame.streamId, error));
    if (this.#observer.hearsCallEnds) {
      this.#observer.onCallEnd(refusedCall(this.id, frame, route, error.code, length));
    }
  }

  /** Ends the call with the error on both sides: an answer to the caller, an abort for the handler. */
  #abort(call: ServerCall, error: RpcError): void {
    this.#fail(call, error);
    call.abort(error);
  }

  #fail(call: ServerCall, error: RpcError): void {
    const { streamId, responseEntries } = call;
    let length: number;
    try {
      length = this.send(failureResponse(streamId, error, responseEntries, this.peerMaxFrameBytes));
    } catch (cause) {
      length = this.send(failureResponse(streamId, new RpcError(error.code, "internal error"), [], 0)); // No such details.
      this.#observer.onError(cause, { connectionId: this.id, method: call.method });
    }
    this.#close(call, error.code, length);
  }

  /** The one end of every call that was started. */
  #close(call: ServerCall, code: StatusCode, responseBytes: number): void {
    if (!call.end()) {
      return;
    }
    this.#calls.delete(call.streamId);
    if (call.streams !== undefined) {
      this.#senders.delete(call.streams);
    }
    this.openRequestBytes -= call.requestBytes;
    this.#deadlines.remove(call);
    if (this.#observer.hearsCallEnds) {
      this.#observer.onCallEnd(endedCall(this.id, call, code, responseBytes));
    }
    if (this.#calls.size === 0) {
      this.#carrier.onIdle();
    }
  }
}
