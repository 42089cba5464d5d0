// The server's side of one connection: takes requests, refuses what it must, answers each call exactly once.

import type { Socket } from "node:net";
import type { Hello } from "../../gen/earshot/call/v1/call.js";
import type { Frame, RequestFrame } from "../../wire/frame.js";
import { WIRE_LIMITS } from "../../wire/limits.js";
import { StatusCode } from "../../wire/status-code.js";
import { StreamIds } from "../../wire/stream-ids.js";
import type { Peer } from "../call-context.js";
import type { ChannelOwner } from "../channel/channel-owner.js";
import type { DeadlineQueue } from "../channel/deadline-queue.js";
import { FrameChannel } from "../channel/frame-channel.js";
import { helloFrame, peerLimits } from "../channel/hello.js";
import { violation } from "../channel/violation.js";
import type { Limits } from "../limits.js";
import { decodeMessage, encodeMessage } from "../message-codec.js";
import { metadataRoom } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import { failureResponse, notProcessed, refusalResponse } from "../status-response.js";
import { type Load, requestRefusal } from "./request-refusal.js";
import type { Route } from "./routes.js";
import { abortedBecause, type CallHost, ServerCall } from "./server-call.js";
import type { CallEndEvent, ServerErrorEvent } from "./server-events.js";

/** What a connection tells its server. */
export interface ConnectionObserver {
  route(path: string): Route | undefined;
  onCall(connection: ServerConnection, call: ServerCall): void;
  onCallEnd(event: CallEndEvent): void;
  onError(error: unknown, where: ServerErrorEvent): void;
  onEnd(connection: ServerConnection, reason: RpcError | undefined): void;
  onClosed(connection: ServerConnection): void;
}

export class ServerConnection implements ChannelOwner, CallHost {
  readonly id: number;
  readonly peer: Peer;
  lastStreamId = 0;
  readonly #observer: ConnectionObserver;
  readonly #limits: Limits;
  readonly #deadlines: DeadlineQueue;
  readonly #channel: FrameChannel;
  readonly #ids = new StreamIds("server");
  readonly #calls = new Map<number, ServerCall>();
  #runningHandlers = 0;
  #openRequestBytes = 0;
  #maxStreams: number = WIRE_LIMITS.floorStreams;
  #peerMaxFrameBytes: number = WIRE_LIMITS.floorFrameBytes;
  #sawHello = false;
  #draining = false;

  constructor(
    id: number,
    socket: Socket,
    peer: Peer,
    settings: { observer: ConnectionObserver; limits: Limits; deadlines: DeadlineQueue },
  ) {
    this.id = id;
    this.peer = peer;
    this.#observer = settings.observer;
    this.#limits = settings.limits;
    this.#deadlines = settings.deadlines;
    this.#channel = new FrameChannel(socket, this, settings.limits, WIRE_LIMITS.floorFrameBytes, settings.deadlines);
  }

  get busy(): boolean {
    return this.#calls.size > 0;
  }

  get #load(): Load {
    return {
      openCalls: this.#calls.size,
      runningHandlers: this.#runningHandlers,
      openRequestBytes: this.#openRequestBytes,
      maxStreams: this.#maxStreams,
    };
  }

  /** Takes no new calls, lets those in flight end, then closes. */
  drain(graceMs: number): void {
    if (!this.#channel.open || this.#draining) {
      return;
    }
    this.#draining = true;
    const { lastStreamId } = this;
    const goAway = { code: StatusCode.OK, message: "the server is closing", lastStreamId, graceMs };
    this.#channel.send({ kind: "go_away", streamId: 0, ...goAway });
    this.#endWhenDrained();
  }

  /** Cancels what is still in flight and closes; never waits for the peer longer than the channel's linger time. */
  cancelAll(): void {
    for (const call of [...this.#calls.values()]) {
      const reason = abortedBecause.closing();
      this.#channel.send({
        kind: "cancel",
        streamId: call.streamId,
        code: StatusCode.UNAVAILABLE,
        reason: reason.message,
      });
      this.#close(call, StatusCode.UNAVAILABLE, 0);
      call.abort(reason);
    }
    this.#channel.end(undefined);
  }

  destroy(): void {
    this.#channel.destroy(undefined);
  }

  onFrame(frame: Frame, offset: number): void {
    this.#ids.receive(frame, offset);
    switch (frame.kind) {
      case "request":
        this.#onRequest(frame);
        return;
      case "cancel":
        this.#onCancel(this.#calls.get(frame.streamId));
        return;
      case "ping":
        this.#channel.onPing(frame);
        return;
      case "hello":
        this.#onHello(frame);
        return;
      default:
        // Data and Credit belong to streams of messages, which come later; for a unary call they are late or idle, never
        // harmful. A client's GoAway needs no answer: it closes when its calls have ended.
        return;
    }
  }

  onWritable(): void {}

  onEnd(reason: RpcError | undefined): void {
    const gone = abortedBecause.gone();
    for (const call of [...this.#calls.values()]) {
      this.#close(call, StatusCode.CANCELLED, 0);
      call.abort(gone);
    }
    this.#observer.onEnd(this, reason);
  }

  onClosed(): void {
    this.#observer.onClosed(this);
  }

  onAnswer(call: ServerCall, response: object): void {
    const metadata = [...call.responseEntries];
    let length: number;
    try {
      const payload = encodeMessage(call.route.method.responseType, response);
      if (payload.length > this.#peerMaxFrameBytes - RESPONSE_HEAD_BYTES - metadataRoom(metadata)) {
        const message = `the response has ${payload.length} bytes, more than the caller accepts`;
        throw new RpcError(StatusCode.RESOURCE_EXHAUSTED, message);
      }
      length = this.#channel.send({ kind: "response", streamId: call.streamId, status: undefined, metadata, payload });
    } catch (error) {
      this.onFailure(call, error);
      return;
    }
    this.#close(call, StatusCode.OK, length);
  }

  onFailure(call: ServerCall, error: unknown): void {
    if (error instanceof RpcError && error.code !== StatusCode.OK) {
      this.#fail(call, error);
      return;
    }
    // The caller learns that it failed, never how: messages of foreign errors carry paths, queries and secrets.
    this.#fail(call, new RpcError(StatusCode.INTERNAL, "internal error"));
    this.#observer.onError(error, { connectionId: this.id, method: call.method });
  }

  onExpired(call: ServerCall): void {
    const reason = abortedBecause.deadline();
    this.#fail(call, reason);
    call.abort(reason);
  }

  onReturned(): void {
    this.#runningHandlers -= 1;
  }

  #onRequest(frame: RequestFrame): void {
    const { streamId } = frame;
    if (this.#draining) {
      return; // Above the GoAway's last stream: the caller knows that it was not processed.
    }
    this.lastStreamId = streamId;
    const route = this.#observer.route(frame.method);
    const refusal = requestRefusal(frame, route !== undefined, this.#load, this.#limits);
    if (refusal !== undefined) {
      this.#refuse(frame, route, refusal);
    } else if (route !== undefined) {
      this.#decode(frame, route);
    }
  }

  #decode(frame: RequestFrame, route: Route): void {
    let request: unknown;
    try {
      request = decodeMessage(route.method.requestType, frame.payload);
    } catch {
      this.#refuse(frame, route, notProcessed(StatusCode.INVALID_ARGUMENT, "the payload is no such message"));
      return;
    }
    this.#start(frame, route, request);
  }

  #start(frame: RequestFrame, route: Route, request: unknown): void {
    const wantedMs = frame.timeoutMs === 0 ? Number.POSITIVE_INFINITY : frame.timeoutMs;
    const timeoutMs = Math.min(wantedMs, this.#limits.maxDeadlineMs);
    const { streamId, metadata } = frame;
    const call = new ServerCall(this, route, { streamId, metadata, requestBytes: frame.payload.length, timeoutMs });
    this.#calls.set(streamId, call);
    this.#runningHandlers += 1;
    this.#openRequestBytes += call.requestBytes;
    if (Number.isFinite(timeoutMs)) {
      this.#deadlines.schedule(call, call.startedAtMs + timeoutMs);
    }
    this.#observer.onCall(this, call);
    call.run(request);
  }

  #refuse(frame: RequestFrame, route: Route | undefined, error: RpcError): void {
    const length = this.#channel.send(refusalResponse(frame.streamId, error));
    this.#observer.onCallEnd({
      connectionId: this.id,
      method: route?.path ?? "unknown",
      code: error.code,
      durationMs: 0,
      requestBytes: frame.payload.length,
      responseBytes: length,
    });
  }

  #fail(call: ServerCall, error: RpcError): void {
    const frame = failureResponse(call.streamId, error, call.responseEntries, this.#peerMaxFrameBytes);
    this.#close(call, error.code, this.#channel.send(frame));
  }

  /** The one end of every call that was started. */
  #close(call: ServerCall, code: StatusCode, responseBytes: number): void {
    if (!call.end()) {
      return;
    }
    this.#calls.delete(call.streamId);
    this.#openRequestBytes -= call.requestBytes;
    this.#deadlines.remove(call);
    this.#observer.onCallEnd({
      connectionId: this.id,
      method: call.method,
      code,
      durationMs: performance.now() - call.startedAtMs,
      requestBytes: call.requestBytes,
      responseBytes,
    });
    this.#endWhenDrained();
  }

  #onCancel(call: ServerCall | undefined): void {
    if (call !== undefined) {
      this.#close(call, StatusCode.CANCELLED, 0);
      call.abort(abortedBecause.cancelled());
    }
  }

  #onHello(hello: Hello): void {
    if (this.#sawHello) {
      throw violation(StatusCode.INVALID_ARGUMENT, "a second Hello");
    }
    this.#sawHello = true;
    this.#peerMaxFrameBytes = peerLimits(hello).maxFrameBytes;
    this.#maxStreams = this.#limits.maxStreams;
    this.#channel.maxFrameBytes = this.#limits.maxFrameBytes;
    this.#channel.send(helloFrame(this.#limits));
  }

  #endWhenDrained(): void {
    if (this.#draining && this.#calls.size === 0) {
      this.#channel.end(undefined);
    }
  }
}

/** Length prefix, stream id, tags and lengths around a payload take less. */
const RESPONSE_HEAD_BYTES = 64;
