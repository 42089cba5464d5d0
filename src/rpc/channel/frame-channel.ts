// One socket as a channel of frames: decodes what comes in, writes what goes out, and watches the time of both.

import type { Socket } from "node:net";
import type { Frame, PingFrame } from "../../wire/frame.js";
import { FrameDecoder } from "../../wire/frame-decoder.js";
import { StatusCode } from "../../wire/status-code.js";
import type { RpcError } from "../rpc-error.js";
import { fromSocketError } from "../transport/socket-error.js";
import type { ChannelLimits, ChannelOwner } from "./channel-owner.js";
import type { DeadlineQueue, Due } from "./deadline-queue.js";
import { Outbox } from "./outbox.js";
import { asViolation, lost, violation } from "./violation.js";

/** How long a peer may take to close its side after we closed ours, while we throw away what it still sends. */
const LINGER_MS = 1_000;
/** More than any honest peer leaves unread while it asks whether we live. */
const MAX_PING_BACKLOG_BYTES = 8 * 1024 * 1024;
const NEVER = Number.POSITIVE_INFINITY;

export class FrameChannel implements Due {
  dueAt = NEVER;
  slot = -1;
  readonly #socket: Socket;
  readonly #owner: ChannelOwner;
  readonly #limits: ChannelLimits;
  readonly #deadlines: DeadlineQueue;
  readonly #decoder: FrameDecoder;
  readonly #outbox: Outbox;
  #state: "open" | "ending" | "closed" = "open";
  #received = 0;
  #decoded = 0;
  #paused = false;
  #socketError: unknown;
  readonly #openedAt = performance.now();
  #activeAt = this.#openedAt;
  #partialSince = NEVER;
  #lingerUntil = NEVER;

  constructor(
    socket: Socket,
    owner: ChannelOwner,
    limits: ChannelLimits,
    maxFrameBytes: number,
    deadlines: DeadlineQueue,
  ) {
    this.#socket = socket;
    this.#owner = owner;
    this.#limits = limits;
    this.#deadlines = deadlines;
    this.#decoder = new FrameDecoder({ maxFrameBytes });
    this.#outbox = new Outbox(socket, () => this.#watch());
    socket.setNoDelay(true);
    socket.on("data", this.#onData);
    socket.on("drain", this.#onDrain);
    socket.on("end", this.#onPeerEnd);
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
    this.#watch();
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

  set maxFrameBytes(bytes: number) {
    this.#decoder.maxFrameBytes = bytes;
  }

  /** Queues the frame for the write of this tick. Returns its length, or 0 on a channel that has ended. */
  send(frame: Frame): number {
    if (this.#state !== "open") {
      return 0;
    }
    const length = this.#outbox.push(frame);
    if (!this.#paused && this.#outbox.outstandingBytes > this.#limits.maxOutstandingBytes) {
      this.#paused = true;
      this.#socket.pause();
    }
    return length;
  }

  /** Answers with the token; not to a peer that sends pings and reads nothing. */
  answerPing({ ack, token }: PingFrame): void {
    if (!ack && this.#outbox.outstandingBytes < MAX_PING_BACKLOG_BYTES) {
      this.send({ kind: "ping", streamId: 0, token, ack: true });
    }
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
    this.#lingerUntil = performance.now() + LINGER_MS;
    this.#watch();
    this.#owner.onEnd(reason);
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

  onDue(nowMs: number): void {
    if (this.#state !== "open") {
      this.#lingerUntil = NEVER;
      this.#socket.destroy();
    } else if (nowMs >= this.#firstFrameDue()) {
      this.#timeOut("no frame came in time after the handshake");
    } else if (nowMs >= this.#partialDue()) {
      this.#timeOut("a frame took too long to arrive");
    } else if (nowMs >= this.#outbox.blockedSince + this.#limits.stallTimeoutMs) {
      this.destroy(violation(StatusCode.DEADLINE_EXCEEDED, "the peer reads nothing"));
    } else if (nowMs >= this.#idleDue(nowMs)) {
      this.end(undefined, { code: StatusCode.OK, message: "idle" });
    }
    this.#watch(nowMs);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#state !== "open") {
      return;
    }
    this.#received += chunk.length;
    this.#activeAt = performance.now();
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
    this.#notePartial(before !== this.#decoded);
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

  #notePartial(sawFrame: boolean): void {
    if (this.#decoded === this.#received) {
      this.#partialSince = NEVER;
    } else if (sawFrame || this.#partialSince === NEVER) {
      this.#partialSince = this.#activeAt;
      if (this.#partialDue() < this.dueAt) {
        this.#watch(this.#activeAt);
      }
    }
  }

  readonly #onDrain = (): void => {
    this.#outbox.drain();
    if (this.#paused && this.#outbox.outstandingBytes <= this.#limits.maxOutstandingBytes / 2) {
      this.#paused = false;
      this.#activeAt = performance.now();
      this.#partialSince = NEVER;
      this.#socket.resume();
      this.#read();
    }
    if (!this.#outbox.blocked && this.#state === "open") {
      this.#owner.onWritable();
    }
  };

  readonly #onPeerEnd = (): void => {
    if (this.#state === "open") {
      this.destroy(this.#endReason());
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
    this.#deadlines.remove(this);
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

  #timeOut(message: string): void {
    this.#fail(violation(StatusCode.DEADLINE_EXCEEDED, message));
  }

  /** Asks to be woken at the next moment at which some time could be up. */
  #watch(nowMs = performance.now()): void {
    if (this.#state === "closed") {
      return;
    }
    const dueAt =
      this.#state === "ending"
        ? this.#lingerUntil
        : Math.min(
            this.#firstFrameDue(),
            this.#partialDue(),
            this.#outbox.blockedSince + this.#limits.stallTimeoutMs,
            this.#idleDue(nowMs),
          );
    if (dueAt === NEVER) {
      this.#deadlines.remove(this);
      this.dueAt = NEVER;
    } else {
      this.#deadlines.schedule(this, dueAt);
    }
  }

  #firstFrameDue(): number {
    return this.#decoded > 0 ? NEVER : this.#openedAt + this.#limits.firstFrameTimeoutMs;
  }

  /** While we do not read, the peer is not to blame for what does not arrive. */
  #partialDue(): number {
    return this.#paused ? NEVER : this.#partialSince + this.#limits.frameTimeoutMs;
  }

  #idleDue(nowMs: number): number {
    return Math.max(this.#activeAt, this.#outbox.activeAt, this.#owner.busy ? nowMs : 0) + this.#limits.idleTimeoutMs;
  }
}
