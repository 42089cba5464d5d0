// One socket as a channel of frames: decodes what comes in, writes what goes out, and watches the time of both.

import type { Socket } from "node:net";
import type { Frame, PingFrame } from "../../wire/frame.js";
import { FrameDecoder } from "../../wire/frame-decoder.js";
import type { FramePadder } from "../../wire/padding.js";
import { StatusCode } from "../../wire/status-code.js";
import type { RpcError } from "../rpc-error.js";
import { fromSocketError } from "../transport/socket-error.js";
import type { ChannelLimits, ChannelOwner } from "./channel-owner.js";
import { ChannelWatch, type TimeUp, type WatchedChannel } from "./channel-watch.js";
import type { DeadlineQueue } from "./deadline-queue.js";
import { Outbox } from "./outbox.js";
import { PingExchange } from "./ping-exchange.js";
import { asViolation, late, lost } from "./violation.js";

/** How long a peer may take to close its side after we closed ours, while we throw away what it still sends. */
const LINGER_MS = 1_000;
/** More than any honest peer leaves unread while it asks whether we live. */
const MAX_PING_BACKLOG_BYTES = 8 * 1024 * 1024;

export class FrameChannel implements WatchedChannel {
  readonly #socket: Socket;
  readonly #owner: ChannelOwner;
  readonly #limits: ChannelLimits;
  readonly #watch: ChannelWatch;
  readonly #decoder: FrameDecoder;
  readonly #outbox: Outbox;
  #state: "open" | "ending" | "closed" = "open";
  #received = 0;
  #decoded = 0;
  #paused = false;
  #socketError: unknown;
  readonly #pings = new PingExchange();

  constructor(
    socket: Socket,
    owner: ChannelOwner,
    limits: ChannelLimits,
    maxFrameBytes: number,
    deadlines: DeadlineQueue,
    padder?: FramePadder,
  ) {
    this.#socket = socket;
    this.#owner = owner;
    this.#limits = limits;
    this.#watch = new ChannelWatch(limits, deadlines, this);
    this.#decoder = new FrameDecoder({ maxFrameBytes });
    this.#outbox = new Outbox(socket, this.#watch.update, padder);
    socket.on("data", this.#onData);
    socket.on("drain", this.#onDrain);
    socket.on("end", this.#onPeerEnd);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
    this.#watch.update();
    if (socket.destroyed) {
      process.nextTick(this.#onClose); // Lost between the handshake and now; its own event may have gone by.
    }
  }

  /** Whether frames still come and go. */
  get open(): boolean {
    return this.#state === "open";
  }

  /** Whether the peer is slower than we are; what is sent now waits here. */
  get blocked(): boolean {
    return this.#outbox.blocked;
  }

  get sawFrame(): boolean {
    return this.#decoded > 0;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get busy(): boolean {
    return this.#owner.busy;
  }

  get writtenAt(): number {
    return this.#outbox.activeAt;
  }

  get blockedSince(): number {
    return this.#outbox.blockedSince;
  }

  /** Silence, while calls are open, after which the peer is asked whether it lives. Infinity until it is set. */
  set pingIntervalMs(milliseconds: number) {
    this.#watch.pingIntervalMs = milliseconds;
  }

  /** From now on silence counts: the first call was opened. */
  expectAnswers(): void {
    this.#watch.expectAnswers();
  }

  set maxFrameBytes(bytes: number) {
    this.#decoder.maxFrameBytes = bytes;
  }

  /** Queues the frame for the write of this tick. Returns its length, or 0 on a channel that has ended. */
  send(frame: Frame): number {
    if (this.#state !== "open") {
      return 0;
    }
    const length = this.#outbox.push(frame);
    // Only of a socket that is blocked it is certain that it drains, and that reading goes on then.
    if (this.blocked && !this.#paused && this.#outbox.outstandingBytes > this.#limits.maxOutstandingBytes) {
      this.#paused = true;
      this.#socket.pause();
    }
    return length;
  }

  /** As `send`, in a write that ends with this frame. */
  sendNow(frame: Frame): void {
    this.send(frame);
    this.#outbox.flush();
  }

  /** Asks for a sign of life behind all that was sent so far, and calls back when it comes, if it comes. */
  probe(onAnswer: () => void): void {
    this.#pings.onAnswerTo(this.#ask(), onAnswer);
  }

  /** Answers with the token; not to a peer that sends pings and reads nothing. */
  onPing(ping: PingFrame): void {
    if (ping.ack) {
      this.#pings.answered(ping.token);
    } else if (this.#outbox.outstandingBytes < MAX_PING_BACKLOG_BYTES) {
      this.send({ ...ping, ack: true });
    }
  }

  #ask(): bigint {
    const question = this.#pings.ask();
    this.sendNow(question); // The time for the answer begins now, whatever keeps this process busy before the tick ends.
    return question.token;
  }

  /** Ends the channel: a GoAway when the reason is worth one, then what is queued, then FIN. */
  end(reason: RpcError | undefined, goAway?: { code: StatusCode; message: string }): void {
    if (this.#state !== "open") {
      return;
    }
    if (goAway !== undefined) {
      const { code, message } = goAway;
      const { lastStreamId } = this.#owner;
      this.send({ kind: "go_away", streamId: 0, code, message, lastStreamId, graceMs: 0 });
    }
    this.#state = "ending";
    this.#outbox.finish();
    // What still arrives is thrown away, not left unread: a close with unread bytes is a reset, and eats the GoAway.
    this.#socket.resume();
    this.#watch.linger(LINGER_MS);
    this.#owner.onEnd(reason);
  }

  /** As `end`, but a peer that reads slowly has as long for what is on its way as one that stalls. */
  endInPeace(): void {
    this.end(undefined);
    if (this.#state === "ending" && this.#outbox.outstandingBytes > 0) {
      this.#watch.linger(this.#limits.stallTimeoutMs);
      this.#socket.once("finish", () => this.#watch.linger(LINGER_MS));
    }
  }

  /** Ends the channel at once; nothing that is queued goes out. */
  destroy(reason: RpcError | undefined): void {
    const wasOpen = this.#state === "open";
    this.#state = this.#state === "closed" ? "closed" : "ending";
    this.#socket.destroy();
    if (wasOpen) {
      this.#owner.onEnd(reason);
    }
  }

  onTimeUp(what: TimeUp): void {
    switch (what) {
      case "first_frame":
        this.#fail(late("no frame came in time after the handshake"));
        return;
      case "frame":
        this.#fail(late("a frame took too long to arrive"));
        return;
      case "stall":
        this.destroy(late("the peer reads nothing"));
        return;
      case "ask":
        this.#ask();
        this.#watch.asked();
        return;
      case "dead":
        this.destroy(lost(`the peer answered no ping within ${this.#limits.pingTimeoutMs} ms`));
        return;
      case "idle":
        this.end(undefined, { code: StatusCode.OK, message: "idle" });
        return;
      case "linger":
        this.#socket.destroy();
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#state !== "open") {
      return;
    }
    this.#received += chunk.length;
    this.#watch.heard();
    this.#decoder.push(chunk);
    if (!this.#paused) {
      this.#read();
    }
  };

  #read(): void {
    const before = this.#decoded;
    try {
      this.#drainDecoder();
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#watch.notePartial(this.#decoded !== this.#received, before !== this.#decoded);
  }

  /** One chunk may hold thousands of requests: it is left where it is as soon as their answers are too many. */
  #drainDecoder(): void {
    while (!this.#paused && this.#state === "open") {
      const decoded = this.#decoder.next();
      if (decoded === undefined) {
        return;
      }
      this.#decoded = decoded.offset + decoded.length;
      this.#owner.onFrame(decoded.frame, decoded.offset);
    }
  }

  readonly #onDrain = (): void => {
    this.#outbox.drain();
    if (this.#paused && (!this.blocked || this.#outbox.outstandingBytes <= this.#limits.maxOutstandingBytes / 2)) {
      this.#paused = false;
      this.#watch.resumed();
      this.#socket.resume();
      this.#read();
    }
    if (!this.#outbox.blocked && this.#state === "open") {
      this.#watch.expectAnswers(); // The peer has read our backlog: it lives.
      this.#owner.onWritable();
    }
  };

  readonly #onPeerEnd = (): void => {
    if (this.#state === "open") {
      // An alert comes as an error, and the end right behind it.
      this.destroy(this.#socketError === undefined ? this.#endReason() : this.#closeReason());
    }
  };

  #endReason(): RpcError | undefined {
    if (this.#decoded !== this.#received) {
      return lost("the connection ended within a frame");
    }
    return this.#owner.busy ? lost("the peer closed the connection") : undefined;
  }

  readonly #onError = (error: Error): void => {
    this.#socketError = error;
  };

  readonly #onClose = (): void => {
    if (this.#state === "closed") {
      return;
    }
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    this.#watch.stop();
    this.#outbox.clear();
    if (wasOpen) {
      this.#owner.onEnd(this.#closeReason());
    }
    this.#owner.onClosed();
  };

  #closeReason(): RpcError {
    return this.#socketError === undefined
      ? lost("the connection was closed")
      : fromSocketError(this.#socketError, "the connection", "unknown");
  }

  #fail(error: unknown): void {
    const reason = asViolation(error);
    this.end(reason, { code: reason.code, message: reason.message });
  }
}
