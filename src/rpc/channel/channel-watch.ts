// Watches the times of one channel: since when it rests, waits or stalls, and tells it when one of its limits is reached.

import type { ChannelLimits } from "./channel-owner.js";
import type { DeadlineQueue, Due } from "./deadline-queue.js";
import { Heartbeat } from "./heartbeat.js";

const NEVER = Number.POSITIVE_INFINITY;

/** What a channel knows of itself at the moment it is asked. */
export interface WatchedChannel {
  /** Whether frames come and go; if not, only the time to linger counts. */
  readonly open: boolean;
  /** Whether a whole frame has come yet. */
  readonly sawFrame: boolean;
  /** Whether we have stopped reading: what does not arrive then is not the peer's fault. */
  readonly paused: boolean;
  /** Whether calls are open: silence is no idleness then. */
  readonly busy: boolean;
  /** When something was written last, and since when the socket takes no more (or Infinity). */
  readonly writtenAt: number;
  readonly blockedSince: number;
  onTimeUp(what: TimeUp): void;
}

/** The limit that was reached; "ask": time to ask whether the peer lives. */
export type TimeUp = "first_frame" | "frame" | "stall" | "idle" | "ask" | "dead" | "linger";

/** All times are milliseconds of `performance.now()`. */
export class ChannelWatch implements Due {
  dueAt = NEVER;
  slot = -1;
  readonly #limits: ChannelLimits;
  readonly #deadlines: DeadlineQueue;
  readonly #channel: WatchedChannel;
  readonly #heartbeat: Heartbeat;
  readonly #openedAt = performance.now();
  #heardAt = this.#openedAt;
  #partialSince = NEVER;
  #lingerUntil = NEVER;

  constructor(limits: ChannelLimits, deadlines: DeadlineQueue, channel: WatchedChannel) {
    this.#limits = limits;
    this.#deadlines = deadlines;
    this.#channel = channel;
    this.#heartbeat = new Heartbeat(limits.pingTimeoutMs, this.#openedAt);
  }

  /** Silence, while calls are open, after which the peer is asked. Infinity until it is set. */
  set pingIntervalMs(milliseconds: number) {
    this.#heartbeat.intervalMs = milliseconds;
    this.expectAnswers();
  }

  /** From now on silence counts. */
  expectAnswers(): void {
    if (this.#heartbeat.intervalMs !== NEVER) {
      this.#heartbeat.heard(performance.now());
      this.#updateFor(this.#heartbeatDue());
    }
  }

  asked(): void {
    this.#heartbeat.asked(performance.now());
  }

  /** Bytes came. */
  heard(): void {
    this.#heardAt = performance.now();
    const wasAsked = this.#heartbeat.isAsked;
    this.#heartbeat.heard(this.#heardAt);
    if (wasAsked) {
      this.#updateFor(this.#heartbeatDue()); // The next question may be due before the answer would have been late.
    }
  }

  /** We read again: how long a frame has taken counts from now. */
  resumed(): void {
    this.heard();
    this.#partialSince = NEVER;
  }

  /** After bytes were read: whether part of a frame remains, and whether whole ones came before it. */
  notePartial(remains: boolean, sawFrames: boolean): void {
    if (!remains) {
      this.#partialSince = NEVER;
    } else if (sawFrames || this.#partialSince === NEVER) {
      this.#partialSince = this.#heardAt;
      this.#updateFor(this.#partialDue());
    }
  }

  /** The channel has ended, and waits for the peer to close, but not for long. */
  linger(milliseconds: number): void {
    this.#lingerUntil = performance.now() + milliseconds;
    this.update();
  }

  stop(): void {
    this.#deadlines.remove(this);
    this.dueAt = NEVER;
    this.#lingerUntil = NEVER;
  }

  /** Judged after what has arrived meanwhile is read: a process that was stopped or busy must not blame its peer for it. */
  onDue(): void {
    setImmediate(this.#judge);
  }

  /** Asks to be woken at the next moment at which some time could be up. */
  readonly update = (): void => {
    const dueAt = this.#channel.open ? this.#nextDue() : this.#lingerUntil;
    if (dueAt === NEVER) {
      this.#deadlines.remove(this);
      this.dueAt = NEVER;
    } else {
      this.#deadlines.schedule(this, dueAt);
    }
  };

  #updateFor(dueAt: number): void {
    if (dueAt < this.dueAt) {
      this.update();
    }
  }

  readonly #judge = (): void => {
    const nowMs = performance.now();
    const what = this.#channel.open ? this.#timeUp(nowMs) : this.#lingerEnd(nowMs);
    if (what !== undefined) {
      this.#channel.onTimeUp(what);
    }
    this.update();
  };

  #lingerEnd(nowMs: number): TimeUp | undefined {
    if (nowMs < this.#lingerUntil) {
      return undefined;
    }
    this.#lingerUntil = NEVER;
    return "linger";
  }

  #nextDue(): number {
    return Math.min(this.#firstFrameDue(), this.#partialDue(), this.#stallDue(), this.#idleDue(), this.#heartbeatDue());
  }

  /** The gravest first. */
  #timeUp(nowMs: number): TimeUp | undefined {
    if (nowMs >= this.#firstFrameDue()) {
      return "first_frame";
    }
    if (nowMs >= this.#partialDue()) {
      return "frame";
    }
    if (nowMs >= this.#stallDue()) {
      return "stall";
    }
    if (nowMs >= this.#heartbeatDue()) {
      return this.#heartbeat.isAsked ? "dead" : "ask";
    }
    return nowMs >= this.#idleDue() ? "idle" : undefined;
  }

  #firstFrameDue(): number {
    return this.#channel.sawFrame ? NEVER : this.#openedAt + this.#limits.firstFrameTimeoutMs;
  }

  #partialDue(): number {
    return this.#channel.paused ? NEVER : this.#partialSince + this.#limits.frameTimeoutMs;
  }

  #stallDue(): number {
    return this.#channel.blockedSince + this.#limits.stallTimeoutMs;
  }

  #idleDue(): number {
    const activeAt = this.#channel.busy ? performance.now() : Math.max(this.#heardAt, this.#channel.writtenAt);
    return activeAt + this.#limits.idleTimeoutMs;
  }

  /** Only calls need a living peer. A question behind a backlog proves nothing: who does not read is the stall timeout's business. */
  #heartbeatDue(): number {
    const { busy, paused, blockedSince } = this.#channel;
    return busy && !paused && blockedSince === NEVER ? this.#heartbeat.dueAt : NEVER;
  }
}
