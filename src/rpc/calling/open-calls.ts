// The calls that are open on one socket of a client: opens their streams, and ends each exactly once or hands it back.

import type { Socket } from "node:net";
import type { GoAway, Hello } from "../../gen/earshot/call/v1/call.js";
import type { Frame, ResponseFrame } from "../../wire/frame.js";
import { type FramePadder, framePadder } from "../../wire/padding.js";
import { StatusCode } from "../../wire/status-code.js";
import { StreamIds } from "../../wire/stream-ids.js";
import type { ChannelOwner, ChannelSettings } from "../channel/channel-owner.js";
import type { DeadlineQueue } from "../channel/deadline-queue.js";
import { FrameChannel } from "../channel/frame-channel.js";
import { FLOOR_LIMITS, helloFrame, type PeerLimits, peerLimits } from "../channel/hello.js";
import { StreamTable } from "../channel/stream-table.js";
import { violation } from "../channel/violation.js";
import { RpcError } from "../rpc-error.js";
import { errorOfResponse, knownCode } from "../status-response.js";
import type { CallLink, ClientCall } from "./client-call.js";
import type { OpenCallsObserver } from "./open-calls-observer.js";
import { requestFrame, requestFrameBytes } from "./request-frame.js";
import { serverClosing, unavailable } from "./unavailable.js";
import { badRequest, tooLarge } from "./unsendable.js";

const NEVER = Number.POSITIVE_INFINITY;

export class OpenCalls implements ChannelOwner, CallLink {
  readonly lastStreamId = 0; // The server opens no streams.
  readonly #observer: OpenCallsObserver;
  readonly #deadlines: DeadlineQueue;
  readonly #channel: FrameChannel;
  readonly #padder: FramePadder | undefined;
  readonly #pingIntervalMs: number;
  readonly #open = new StreamTable<ClientCall>();
  /** Those that wait for room to send more requests. */
  readonly #sending = new Set<ClientCall>();
  readonly #ids = new StreamIds("client");
  #peer: PeerLimits = FLOOR_LIMITS;
  #sawHello = false;
  /** Whether a call waits for the server's Hello: then too the server must show that it lives. */
  #awaitsHello = false;
  #stopped: RpcError | undefined;
  /** What the server says we did wrong. It tells a caller more than that the connection was lost then. */
  #blame: RpcError | undefined;

  constructor(socket: Socket, settings: ChannelSettings, deadlines: DeadlineQueue, observer: OpenCallsObserver) {
    const { limits, padding } = settings;
    this.#observer = observer;
    this.#deadlines = deadlines;
    this.#padder = framePadder(padding);
    this.#pingIntervalMs = limits.pingIntervalMs;
    // A client speaks first, may rest, and must go on reading: if both sides stopped, neither would ever start again.
    const untimed = { firstFrameTimeoutMs: NEVER, idleTimeoutMs: NEVER, maxOutstandingBytes: NEVER };
    const channelLimits = { ...limits, ...untimed };
    this.#channel = new FrameChannel(socket, this, channelLimits, limits.maxFrameBytes, deadlines, this.#padder);
    this.#channel.pingIntervalMs = this.#pingIntervalMs;
    // Waits for the end of this tick, so that a call made at once goes out in the same write.
    this.#channel.send(helloFrame(limits));
  }

  get busy(): boolean {
    return this.hasCalls || this.#awaitsHello;
  }

  get hasCalls(): boolean {
    return this.#open.size > 0;
  }

  /** Whether one more call can be sent now. */
  get hasRoom(): boolean {
    return this.#open.size < this.#peer.maxStreams && !this.#channel.blocked && this.#stopped === undefined;
  }

  get blocked(): boolean {
    return this.#channel.blocked;
  }

  get firstCreditBytes(): number {
    return this.#peer.streamWindowBytes;
  }

  get maxFrameBytes(): number {
    return this.#peer.maxFrameBytes;
  }

  send(frame: Frame): void {
    this.#channel.send(frame);
  }

  /**
   * Opens a stream for the call, or fails it if the server would not take it. False when it must wait: for the server's
   * Hello, since only that says how large frames may be, or for another connection.
   */
  take(call: ClientCall): boolean {
    if (call.streamsRequests && !this.#sawHello) {
      return this.#awaitHello(); // Who knows what its requests will be.
    }
    const bytes = requestFrameBytes(call);
    if (bytes > this.#peer.maxFrameBytes) {
      const { maxFrameBytes } = this.#peer;
      return this.#sawHello ? this.#refuse(call, tooLarge(call, bytes, maxFrameBytes)) : this.#awaitHello();
    }
    const streamId = this.#ids.allocate();
    if (streamId === undefined) {
      this.#onGoAway({ code: StatusCode.OK, message: "all stream ids are used", lastStreamId: this.#ids.last });
      return false;
    }
    call.streamId = streamId;
    call.link = this;
    this.#open.add(call);
    if (this.#open.size === 1) {
      this.#channel.expectAnswers();
    }
    try {
      this.#channel.send(requestFrame(call));
    } catch (cause) {
      this.#open.delete(streamId);
      return this.#refuse(call, badRequest(call, cause));
    }
    if (call.streamsRequests) {
      this.#sending.add(call);
    }
    call.onSent();
    return true;
  }

  /** The call ends by this side's wish. */
  cancel(call: ClientCall, code: StatusCode): void {
    const { streamId } = call;
    if (this.#open.get(streamId) === call) {
      this.#forget(call);
      this.#channel.send({ kind: "cancel", streamId, code, reason: "" });
      this.#proceed();
    }
  }

  /** Takes no more calls, and closes when those that are open have ended. */
  stop(reason: RpcError): void {
    if (this.#stopped === undefined) {
      this.#stopped = reason;
      this.#observer.onStopped(this, reason);
    }
    this.#proceed();
  }

  /** Cancels what is open, and closes. */
  end(reason: RpcError): void {
    this.#stopped = reason;
    for (const { streamId } of this.#open.all()) {
      this.#channel.send({ kind: "cancel", streamId, code: StatusCode.CANCELLED, reason: "the connection closes" });
    }
    this.#channel.end(undefined);
  }

  onFrame(frame: Frame, offset: number): void {
    this.#ids.receive(frame, offset);
    switch (frame.kind) {
      case "response":
        this.#onResponse(frame);
        return;
      case "data":
        this.#open.get(frame.streamId)?.onData(frame);
        return;
      case "credit":
        this.#open.get(frame.streamId)?.onCredit(frame.bytes);
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
        return;
    }
  }

  onWritable(): void {
    for (const call of this.#sending) {
      call.onWritable();
    }
    this.#observer.onRoom(this);
  }

  onEnd(reason: RpcError | undefined): void {
    const why =
      this.#stopped ?? reason ?? unavailable("connection_lost", "the server closed the connection", "unknown");
    const lost = this.#blame ?? reason ?? why;
    const delivery = lost.delivery === "not_processed" ? "not_processed" : "unknown"; // The server refused the handshake.
    for (const call of this.#open.all()) {
      this.#forget(call);
      call.fail(unavailable(lost.reason ?? "connection_lost", lost.message, delivery, lost.cause ?? lost));
    }
    this.stop(why);
  }

  onClosed(): void {
    this.#observer.onClosed(this);
  }

  #onResponse(frame: ResponseFrame): void {
    const call = this.#take(frame.streamId);
    if (call === undefined) {
      return; // It has ended; its late answer is no fault.
    }
    if (frame.status === undefined || frame.status.code === StatusCode.OK) {
      call.answer(frame);
    } else {
      this.#onFailure(call, frame);
    }
    this.#proceed();
  }

  #onFailure(call: ClientCall, frame: ResponseFrame): void {
    const error = errorOfResponse(frame);
    if (error.delivery === "not_processed" && error.code === StatusCode.UNAVAILABLE) {
      this.#observer.onReturned(call, error);
    } else {
      call.fail(error, frame.metadata);
    }
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
    this.#awaitsHello = false;
    this.#peer = peerLimits(hello);
    if (this.#padder !== undefined) {
      this.#padder.maxFrameBytes = this.#peer.maxFrameBytes;
    }
    this.#channel.pingIntervalMs = Math.max(this.#pingIntervalMs, this.#peer.minPingIntervalMs);
    this.#observer.onRoom(this);
  }

  /** It may come twice: first to say that no more calls should be opened, then which of those on the way were taken. */
  #onGoAway(goAway: Pick<GoAway, "code" | "message" | "lastStreamId">): void {
    const closing = serverClosing(goAway, "unknown");
    const returned = this.#open.all().filter((call) => call.streamId > goAway.lastStreamId);
    for (const call of returned) {
      this.#forget(call);
    }
    this.#blame = goAway.code === StatusCode.OK ? undefined : closing;
    this.stop(closing);
    for (const call of returned) {
      this.#observer.onReturned(call, serverClosing(goAway, "not_processed"));
    }
  }

  /** The open call of a stream, which is no longer open then. */
  #take(streamId: number): ClientCall | undefined {
    const call = this.#open.get(streamId);
    if (call !== undefined) {
      this.#forget(call);
    }
    return call;
  }

  #forget(call: ClientCall): void {
    this.#deadlines.remove(call);
    this.#open.delete(call.streamId);
    this.#sending.delete(call);
  }

  #awaitHello(): false {
    if (!this.#awaitsHello) {
      this.#awaitsHello = true;
      this.#channel.expectAnswers();
    }
    return false;
  }

  #refuse(call: ClientCall, error: RpcError): true {
    this.#deadlines.remove(call);
    call.fail(error);
    return true;
  }

  /** After a call ended: another may go, or the connection may close. */
  #proceed(): void {
    if (this.#stopped !== undefined && !this.hasCalls) {
      this.#channel.end(this.#stopped.reason === "connection_closed" ? undefined : this.#stopped);
    }
    this.#observer.onRoom(this);
  }
}
