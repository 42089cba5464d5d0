// The server's side of one connection: its frames, what the two sides told each other, and how it ends.

import type { Socket } from "node:net";
import type { Hello } from "../../gen/earshot/call/v1/call.js";
import type { Frame, RequestFrame } from "../../wire/frame.js";
import { WIRE_LIMITS } from "../../wire/limits.js";
import { type FramePadder, framePadder, type PaddingPolicy } from "../../wire/padding.js";
import { StatusCode } from "../../wire/status-code.js";
import { StreamIds } from "../../wire/stream-ids.js";
import type { Peer } from "../call-context.js";
import type { ChannelOwner } from "../channel/channel-owner.js";
import type { DeadlineQueue } from "../channel/deadline-queue.js";
import { FrameChannel } from "../channel/frame-channel.js";
import { helloFrame, peerLimits } from "../channel/hello.js";
import { violation } from "../channel/violation.js";
import type { Limits } from "../limits.js";
import type { RpcError } from "../rpc-error.js";
import { abortedBecause } from "./abort-reasons.js";
import type { CallCarrier, CallObserver } from "./call-carrier.js";
import { Drain, type DrainHost } from "./drain.js";
import { ServedCalls } from "./served-calls.js";

/** What a connection tells its server. */
export interface ConnectionObserver extends CallObserver {
  onEnd(connection: ServerConnection, reason: RpcError | undefined): void;
  onClosed(connection: ServerConnection): void;
}

export interface ConnectionSettings {
  readonly observer: ConnectionObserver;
  readonly limits: Limits;
  readonly padding: PaddingPolicy;
  readonly deadlines: DeadlineQueue;
}

export class ServerConnection implements ChannelOwner, CallCarrier, DrainHost {
  readonly id: number;
  readonly peer: Peer;
  lastStreamId = 0;
  readonly #settings: ConnectionSettings;
  readonly #ids = new StreamIds("server");
  readonly #calls: ServedCalls;
  readonly #channel: FrameChannel;
  readonly #padder: FramePadder | undefined;
  #sawHello = false;
  #drain: Drain | undefined;

  constructor(id: number, socket: Socket, peer: Peer, settings: ConnectionSettings) {
    this.id = id;
    this.peer = peer;
    this.#settings = settings;
    this.#calls = new ServedCalls(this, settings);
    this.#padder = framePadder(settings.padding);
    const { limits, deadlines } = settings;
    this.#channel = new FrameChannel(socket, this, limits, WIRE_LIMITS.floorFrameBytes, deadlines, this.#padder);
  }

  get busy(): boolean {
    return this.#calls.openCalls > 0;
  }

  get blocked(): boolean {
    return this.#channel.blocked;
  }

  send(frame: Frame): number {
    return this.#channel.send(frame);
  }

  /** Asks the client to open no more calls, lets those that it has opened end, then closes. */
  drain(graceMs: number): void {
    if (this.#channel.open && this.#drain === undefined) {
      this.#drain = new Drain(this, this.#settings.deadlines, graceMs, this.#sawHello);
      this.#endWhenDrained();
    }
  }

  /** Cancels what is still in flight and closes; never waits for the peer longer than the channel's linger time. */
  cancelAll(): void {
    this.#calls.cancelAll();
    this.#channel.end(undefined);
  }

  destroy(): void {
    this.#channel.destroy(undefined);
  }

  sendGoAway(lastStreamId: number, graceMs: number): void {
    const message = "the server is closing";
    this.send({ kind: "go_away", streamId: 0, code: StatusCode.OK, message, lastStreamId, graceMs });
  }

  probe(onAnswer: () => void): void {
    this.#channel.probe(onAnswer);
  }

  onSettled(): void {
    this.#endWhenDrained();
  }

  onFrame(frame: Frame, offset: number): void {
    this.#ids.receive(frame, offset);
    switch (frame.kind) {
      case "request":
        this.#onRequest(frame);
        return;
      case "data":
        this.#calls.data(frame);
        return;
      case "credit":
        this.#calls.credit(frame.streamId, frame.bytes);
        return;
      case "cancel":
        this.#calls.cancel(frame.streamId, frame.code);
        return;
      case "ping":
        this.#channel.onPing(frame);
        return;
      case "hello":
        this.#onHello(frame);
        return;
      default:
        return; // A client's GoAway needs no answer: it closes when its calls have ended.
    }
  }

  onWritable(): void {
    this.#calls.wake();
    this.#endWhenDrained();
  }

  onBusy(): void {
    this.#channel.expectAnswers();
  }

  onIdle(): void {
    this.#endWhenDrained();
  }

  onEnd(reason: RpcError | undefined): void {
    this.#drain?.stop();
    if (this.busy) {
      this.#calls.endAll(StatusCode.CANCELLED, abortedBecause.gone()); // Most connections end with no call open: no error is made.
    }
    this.#settings.observer.onEnd(this, reason);
  }

  onClosed(): void {
    this.#settings.observer.onClosed(this);
  }

  #onRequest(frame: RequestFrame): void {
    if (this.#drain?.settled) {
      return; // Above the GoAway's last stream: the caller knows that it was not processed.
    }
    this.lastStreamId = frame.streamId;
    this.#calls.request(frame);
  }

  #onHello(hello: Hello): void {
    if (this.#sawHello) {
      throw violation(StatusCode.INVALID_ARGUMENT, "a second Hello");
    }
    this.#sawHello = true;
    const { limits } = this.#settings;
    const peer = peerLimits(hello);
    this.#calls.peerMaxFrameBytes = peer.maxFrameBytes;
    this.#calls.maxStreams = limits.maxStreams;
    this.#channel.maxFrameBytes = limits.maxFrameBytes;
    if (this.#padder === undefined) {
      this.send(helloFrame(limits));
    } else {
      this.#padder.maxFrameBytes = peer.maxFrameBytes;
      // In a write of its own: whether the first answer shares its TLS record would tell which answers are quick.
      this.#channel.sendNow(helloFrame(limits));
    }
    if (peer.minPingIntervalMs > 0) {
      this.#channel.pingIntervalMs = Math.max(limits.pingIntervalMs, peer.minPingIntervalMs);
    }
  }

  /** What is on its way to a slow reader leaves first: the time that a closing connection lingers is too short for it. */
  #endWhenDrained(): void {
    if (this.#drain?.settled && !this.busy && !this.#channel.blocked) {
      this.#channel.endInPeace();
    }
  }
}
