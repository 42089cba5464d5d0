// The client's side of one connection: opens streams, queues above the peer's limit, ends each call exactly once.

import type { Socket } from "node:net";
import type { GoAway, Hello } from "../../gen/earshot/call/v1/call.js";
import type { Frame, ResponseFrame } from "../../wire/frame.js";
import { StatusCode, statusName } from "../../wire/status-code.js";
import { StreamIds } from "../../wire/stream-ids.js";
import type { ChannelOwner } from "../channel/channel-owner.js";
import { DeadlineQueue } from "../channel/deadline-queue.js";
import { FrameChannel } from "../channel/frame-channel.js";
import { FLOOR_LIMITS, helloFrame, type PeerLimits, peerLimits } from "../channel/hello.js";
import { violation } from "../channel/violation.js";
import type { Limits } from "../limits.js";
import { decodeMessage } from "../message-codec.js";
import { type Delivery, type Reason, RpcError } from "../rpc-error.js";
import { errorOfResponse, knownCode } from "../status-response.js";
import { CallQueue } from "./call-queue.js";
import { type CallKeeper, type CallRequest, PendingCall } from "./pending-call.js";
import { requestFrame, requestFrameBytes } from "./request-frame.js";

/** Told once each, in this order. */
export interface OpenCallsObserver {
  /** No new call is taken: the server is closing, the connection failed, or we close. */
  onEnd(reason: RpcError | undefined): void;
  onClosed(): void;
}

const NEVER = Number.POSITIVE_INFINITY;

export class OpenCalls implements ChannelOwner, CallKeeper {
  readonly lastStreamId = 0; // The server opens no streams.
  readonly #observer: OpenCallsObserver;
  readonly #limits: Limits;
  readonly #deadlines = new DeadlineQueue();
  readonly #channel: FrameChannel;
  readonly #open = new Map<number, PendingCall>();
  readonly #queue = new CallQueue();
  readonly #ids = new StreamIds("client");
  #peer: PeerLimits = FLOOR_LIMITS;
  #sawHello = false;
  #ending: RpcError | undefined;

  constructor(socket: Socket, limits: Limits, observer: OpenCallsObserver) {
    this.#observer = observer;
    this.#limits = limits;
    // A client speaks first, may rest, and must go on reading: if both sides stopped, neither would ever start again.
    const untimed = { firstFrameTimeoutMs: NEVER, idleTimeoutMs: NEVER, maxOutstandingBytes: NEVER };
    this.#channel = new FrameChannel(socket, this, { ...limits, ...untimed }, limits.maxFrameBytes, this.#deadlines);
    // Waits for the end of this tick, so that a call made at once goes out in the same write.
    this.#channel.send(helloFrame(limits));
  }

  get busy(): boolean {
    return this.#open.size > 0 || this.#queue.size > 0;
  }

  /** Makes a call. `timeoutMs` is finite or Infinity, and positive. */
  call(request: CallRequest, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ending !== undefined) {
        reject(this.#notSent(this.#ending));
        return;
      }
      if (this.#queue.size >= this.#limits.maxQueuedCalls) {
        const message = `${this.#queue.size} calls wait already: raise maxQueuedCalls or call less at once`;
        reject(new RpcError(StatusCode.RESOURCE_EXHAUSTED, message, { reason: "queue_full", delivery: "not_sent" }));
        return;
      }
      const call = new PendingCall(this, request, resolve, reject);
      if (timeoutMs !== Number.POSITIVE_INFINITY) {
        this.#deadlines.schedule(call, performance.now() + timeoutMs);
      }
      this.#queue.add(call);
      this.#pump();
    });
  }

  /** Takes no new calls. Those in flight have `graceMs` to end, then they fail, and the connection closes. */
  close(graceMs: number): void {
    this.#stopTaking(unavailable("connection_closed", "the connection was closed by this side", "unknown"));
    if (this.busy && graceMs > 0) {
      this.#deadlines.schedule(this.#graceEnd, performance.now() + graceMs);
    } else {
      this.#graceEnd.onDue();
    }
  }

  destroy(): void {
    this.#channel.destroy(unavailable("connection_closed", "the connection was closed by this side", "unknown"));
  }

  onFrame(frame: Frame, offset: number): void {
    this.#ids.receive(frame, offset);
    switch (frame.kind) {
      case "response":
        this.#onResponse(frame);
        return;
      case "cancel":
        this.#onCancel(frame.streamId, frame.code, frame.reason);
        return;
      case "hello":
        this.#onHello(frame);
        return;
      case "ping":
        this.#channel.onPing(frame);
        return;
      case "go_away":
        this.#onGoAway(frame);
        return;
      default:
        return; // Data and Credit belong to streams of messages, which come later.
    }
  }

  onWritable(): void {
    this.#pump();
  }

  onEnd(reason: RpcError | undefined): void {
    const why = this.#ending ?? reason ?? unavailable("connection_lost", "the server closed the connection", "unknown");
    this.#stopTaking(why);
    for (const call of this.#queue.takeAll()) {
      this.#forget(call);
      call.fail(this.#notSent(why));
    }
    for (const call of [...this.#open.values()]) {
      this.#forget(call);
      call.fail(unavailable(why.reason ?? "connection_lost", why.message, "unknown", why.cause ?? why));
    }
    this.#deadlines.remove(this.#graceEnd);
    this.#observer.onEnd(why.reason === "connection_closed" ? undefined : why);
  }

  onClosed(): void {
    this.#deadlines.clear();
    this.#observer.onClosed();
  }

  onGivenUp(call: PendingCall, error: RpcError): void {
    const { streamId } = call;
    this.#forget(call);
    if (streamId === 0) {
      this.#queue.remove(call);
    } else {
      this.#channel.send({ kind: "cancel", streamId, code: error.code, reason: "" });
    }
    call.fail(error);
    this.#proceed();
  }

  /** Sends what waits, as far as the peer's streams and the socket have room. */
  #pump(): void {
    while (this.#open.size < this.#peer.maxStreams && !this.#channel.blocked) {
      const call = this.#queue.first();
      if (call === undefined || !this.#send(call)) {
        return;
      }
    }
  }

  /** False when the call must wait for the server's Hello, since only that may allow so large a frame. */
  #send(call: PendingCall): boolean {
    const bytes = requestFrameBytes(call);
    if (bytes > this.#peer.maxFrameBytes) {
      if (!this.#sawHello) {
        return false;
      }
      this.#queue.remove(call);
      this.#forget(call);
      const message = `${call.request.path}: the request has ${bytes} bytes, the server accepts ${this.#peer.maxFrameBytes}`;
      call.fail(new RpcError(StatusCode.RESOURCE_EXHAUSTED, message, { reason: "too_large", delivery: "not_sent" }));
      return true;
    }
    const streamId = this.#ids.allocate();
    if (streamId === undefined) {
      this.#onGoAway({ code: StatusCode.OK, message: "all stream ids are used", lastStreamId: this.#ids.last });
      return false;
    }
    this.#queue.remove(call);
    call.streamId = streamId;
    this.#open.set(streamId, call);
    try {
      this.#channel.send(requestFrame(call));
    } catch (cause) {
      this.#forget(call);
      const message = `${call.request.path}: the request cannot be sent: ${String(cause)}`;
      const options = { reason: "bad_request", delivery: "not_sent", cause } as const;
      call.fail(new RpcError(StatusCode.INVALID_ARGUMENT, message, options));
    }
    return true;
  }

  #onResponse(frame: ResponseFrame): void {
    const call = this.#take(frame.streamId);
    if (call === undefined) {
      return;
    }
    if (frame.status !== undefined && frame.status.code !== StatusCode.OK) {
      call.fail(errorOfResponse(frame), frame.metadata);
    } else {
      this.#answer(call, frame);
    }
    this.#proceed();
  }

  #answer(call: PendingCall, frame: ResponseFrame): void {
    let response: unknown;
    try {
      response = decodeMessage(call.request.method.responseType, frame.payload);
    } catch (cause) {
      const message = `${call.request.path}: the response does not decode; the two sides may have different schemas`;
      call.fail(new RpcError(StatusCode.INTERNAL, message, { reason: "bad_response", delivery: "answered", cause }));
      return;
    }
    call.succeed(response, frame.metadata);
  }

  #onCancel(streamId: number, code: number, reason: string): void {
    const call = this.#take(streamId);
    if (call !== undefined) {
      call.fail(new RpcError(knownCode(code), reason, { reason: "server_closing", delivery: "unknown" }));
      this.#proceed();
    }
  }

  #onHello(hello: Hello): void {
    if (this.#sawHello) {
      throw violation(StatusCode.INVALID_ARGUMENT, "a second Hello");
    }
    this.#sawHello = true;
    this.#peer = peerLimits(hello);
    this.#pump();
  }

  #onGoAway({ code, message, lastStreamId }: Pick<GoAway, "code" | "message" | "lastStreamId">): void {
    const said = message === "" ? "the server is closing" : `the server is closing: ${message}`;
    const detail = code === StatusCode.OK ? said : `${said} (${statusName(knownCode(code))})`;
    const reason = unavailable("server_closing", detail, "unknown");
    this.#stopTaking(reason);
    for (const call of this.#queue.takeAll()) {
      this.#forget(call);
      call.fail(this.#notSent(reason));
    }
    for (const call of [...this.#open.values()].filter((one) => one.streamId > lastStreamId)) {
      this.#forget(call);
      call.fail(unavailable("server_closing", detail, "not_processed"));
    }
    this.#proceed();
  }

  /** The open call of a stream; undefined when it has ended, whose late answers are no fault. */
  #take(streamId: number): PendingCall | undefined {
    const call = this.#open.get(streamId);
    if (call !== undefined) {
      this.#forget(call);
    }
    return call;
  }

  #forget(call: PendingCall): void {
    this.#deadlines.remove(call);
    this.#open.delete(call.streamId);
  }

  #stopTaking(reason: RpcError): void {
    this.#ending ??= reason;
  }

  /** After a call ended: the next one may go, or the connection may close. */
  #proceed(): void {
    if (this.#ending !== undefined && !this.busy) {
      this.#channel.end(this.#ending.reason === "connection_closed" ? undefined : this.#ending);
    } else {
      this.#pump();
    }
  }

  #notSent(why: RpcError): RpcError {
    return unavailable(why.reason ?? "connection_lost", why.message, "not_sent", why.cause ?? why);
  }

  readonly #graceEnd = {
    dueAt: Number.POSITIVE_INFINITY,
    slot: -1,
    onDue: (): void => {
      for (const streamId of this.#open.keys()) {
        this.#channel.send({ kind: "cancel", streamId, code: StatusCode.CANCELLED, reason: "the connection closes" });
      }
      this.#channel.end(undefined);
    },
  };
}

function unavailable(reason: Reason, message: string, delivery: Delivery, cause?: unknown): RpcError {
  return new RpcError(StatusCode.UNAVAILABLE, message, { reason, delivery, cause });
}
