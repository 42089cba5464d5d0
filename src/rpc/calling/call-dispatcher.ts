// Brings calls to connections: queues those that must wait, connects again when needed, repeats what certainly did not run.

import { StatusCode } from "../../wire/status-code.js";
import type { Peer } from "../call-context.js";
import type { ChannelSettings } from "../channel/channel-owner.js";
import { DeadlineQueue, type Due } from "../channel/deadline-queue.js";
import { RpcError } from "../rpc-error.js";
import type { Dialled } from "../transport/dial.js";
import { CallQueue } from "./call-queue.js";
import type { CallKeeper, ClientCall } from "./client-call.js";
import { OpenCalls } from "./open-calls.js";
import type { OpenCallsObserver } from "./open-calls-observer.js";
import { isLasting, type Redial } from "./redial.js";
import { RestingCalls } from "./resting-calls.js";
import { notSent, unavailable } from "./unavailable.js";

export interface DispatcherObserver {
  /** Told of every connection but the first. */
  onReconnect(peer: Peer): void;
  /** No call is sent until there is a new connection. */
  onDisconnect(reason: RpcError): void;
  onEnd(reason: RpcError | undefined): void;
  onClosed(): void;
}

/** How the dispatcher gets another connection. */
export interface Reconnecting {
  readonly redial: Redial;
  /** One attempt, with its own time limit. */
  dial(signal: AbortSignal): Promise<Dialled>;
}

/** A call that comes back this often is its caller's to repeat. */
const MAX_RETURNS = 4;
/** Only told as the cause of others: to make it anew for each connection would take longer than to close it. */
const CLOSED_HERE = unavailable("connection_closed", "the connection was closed by this side", "unknown");

/** One for all connections of the process, which may be many and short. Whoever puts something in takes it out. */
const sharedDeadlines = new DeadlineQueue();

export class CallDispatcher implements CallKeeper, OpenCallsObserver {
  readonly #settings: ChannelSettings;
  readonly #reconnecting: Reconnecting | undefined;
  readonly #observer: DispatcherObserver;
  readonly #deadlines = sharedDeadlines;
  readonly #queue = new CallQueue();
  readonly #resting = new RestingCalls(this.#deadlines, (call) => this.#enqueue(call));
  readonly #sockets = new Set<OpenCalls>();
  /** Where new calls go; undefined while there is no connection. */
  #current: OpenCalls | undefined;
  #pumping = false;
  #dialing = false;
  #dialTimer: NodeJS.Timeout | undefined;
  /** Gives up the attempt to connect that is under way. Most connections never make a second one. */
  #giveUp: AbortController | undefined;
  #closeAsked = false;
  #ended = false;
  #ending: RpcError | undefined;

  constructor(
    { socket }: Dialled,
    settings: ChannelSettings,
    reconnecting: Reconnecting | undefined,
    observer: DispatcherObserver,
  ) {
    this.#settings = settings;
    this.#reconnecting = reconnecting;
    this.#observer = observer;
    this.#adopt(socket);
  }

  get connected(): boolean {
    return this.#current !== undefined;
  }

  /** Sends the call, or queues it. `timeoutMs` is positive and may be Infinity. The call itself learns of its end. */
  start(call: ClientCall, timeoutMs: number): void {
    if (this.#ending !== undefined) {
      call.fail(notSent(this.#ending));
      return;
    }
    if (this.#queue.size >= this.#settings.limits.maxQueuedCalls) {
      const message = `${this.#queue.size} calls wait already: raise maxQueuedCalls or call less at once`;
      call.fail(new RpcError(StatusCode.RESOURCE_EXHAUSTED, message, { reason: "queue_full", delivery: "not_sent" }));
      return;
    }
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      this.#deadlines.schedule(call, performance.now() + timeoutMs);
    }
    this.#enqueue(call);
  }

  /** Takes no new calls. Those made before have `graceMs` to end, then they fail, and the sockets close. */
  close(graceMs: number): void {
    if (this.#closeAsked) {
      this.#onGraceEnd();
      return;
    }
    this.#closeAsked = true;
    this.#ending ??= CLOSED_HERE; // The server may have said before that it goes, and still have calls of ours.
    if (this.#current === undefined) {
      this.#failWaiting(this.#ending);
    }
    if (this.#idle || !(graceMs > 0)) {
      this.#onGraceEnd();
    } else {
      this.#deadlines.schedule(this.#graceEnd, performance.now() + graceMs);
    }
  }

  onGivenUp(call: ClientCall, error: RpcError): void {
    this.#drop(call);
    call.link?.cancel(call, error.code);
    call.fail(error);
    this.#endWhenIdle();
  }

  onRoom(from: OpenCalls): void {
    if (from === this.#current) {
      this.#pump();
    }
    this.#endWhenIdle();
  }

  onReturned(call: ClientCall, error: RpcError): void {
    call.returns += 1;
    if (!call.repeatable || call.returns > MAX_RETURNS || call.settled || isLasting(error) || !this.#mayRepeat) {
      call.fail(error);
      this.#endWhenIdle();
      return;
    }
    call.streamId = 0;
    call.link = undefined;
    if (call.dueAt !== Number.POSITIVE_INFINITY) {
      this.#deadlines.schedule(call, call.dueAt);
    }
    if (error.reason === "server_closing") {
      this.#enqueue(call);
    } else {
      this.#resting.add(call);
      this.#connect(); // The time that it rests does not keep the process alive; a connection does.
    }
  }

  onStopped(from: OpenCalls, reason: RpcError): void {
    if (from !== this.#current) {
      return;
    }
    this.#current = undefined;
    this.#reconnecting?.redial.disconnected(performance.now());
    if (this.#ending === undefined && this.#reconnecting !== undefined) {
      this.#observer.onDisconnect(reason);
      this.#connect();
    } else {
      this.#finish(reason);
    }
  }

  onClosed(from: OpenCalls): void {
    this.#sockets.delete(from);
    this.#reportClosed();
  }

  get #idle(): boolean {
    return this.#queue.size === 0 && this.#resting.size === 0 && ![...this.#sockets].some((one) => one.hasCalls);
  }

  get #mayRepeat(): boolean {
    return this.#current !== undefined || (this.#reconnecting !== undefined && this.#ending === undefined);
  }

  #enqueue(call: ClientCall): void {
    // Most calls go out at once, and need no place in the queue.
    if (this.#queue.size === 0 && this.#current?.hasRoom && this.#current.take(call)) {
      return;
    }
    this.#queue.add(call);
    this.#connect();
  }

  /** Sends what waits, as far as the server's streams and the socket have room. */
  #pump(): void {
    if (this.#pumping) {
      return; // A source may end other calls as it starts: its own is still the first of the queue then.
    }
    this.#pumping = true;
    for (let call = this.#queue.first(); call !== undefined && this.#current?.hasRoom; call = this.#queue.first()) {
      if (!this.#current.take(call)) {
        break;
      }
      this.#queue.remove(call);
    }
    this.#pumping = false;
  }

  #drop(call: ClientCall): void {
    this.#deadlines.remove(call);
    this.#queue.remove(call);
    this.#resting.remove(call);
  }

  /** Dials, unless there is a connection, or nobody waits for one. */
  #connect(): void {
    const wanted = this.#current === undefined && this.#queue.size + this.#resting.size > 0;
    if (!wanted || this.#reconnecting === undefined || this.#dialing || this.#ending !== undefined) {
      return;
    }
    this.#dialing = true;
    this.#giveUp ??= new AbortController();
    const { signal } = this.#giveUp;
    const { redial, dial } = this.#reconnecting;
    // This timer keeps the process alive: someone waits for a call.
    this.#dialTimer = setTimeout(
      () => dial(signal).then(this.#onDialled, this.#onDialFailed),
      redial.delayMs(performance.now()),
    );
  }

  readonly #onDialled = ({ socket, peer }: Dialled): void => {
    this.#dialing = false;
    if (this.#ending !== undefined) {
      socket.destroy();
      return;
    }
    this.#adopt(socket);
    this.#observer.onReconnect(peer);
    this.#pump();
  };

  readonly #onDialFailed = (error: RpcError): void => {
    this.#dialing = false;
    if (this.#reconnecting?.redial.failed(error, performance.now())) {
      this.#failWaiting(error);
    }
    this.#connect();
  };

  #adopt(socket: Dialled["socket"]): void {
    this.#reconnecting?.redial.connected(performance.now());
    this.#current = new OpenCalls(socket, this.#settings, this.#deadlines, this);
    this.#sockets.add(this.#current);
  }

  #failWaiting(reason: RpcError): void {
    for (const call of [...this.#queue.takeAll(), ...this.#resting.all()]) {
      this.#drop(call);
      call.fail(notSent(reason));
    }
  }

  #endWhenIdle(): void {
    if (this.#ending !== undefined && this.#idle) {
      this.#onGraceEnd();
    }
  }

  #onGraceEnd(): void {
    const reason = this.#ending;
    if (reason === undefined) {
      return;
    }
    this.#finish(reason);
    for (const one of [...this.#sockets]) {
      one.end(reason);
    }
  }

  /** The end of all: nothing is queued, dialled or sent from here on. */
  #finish(reason: RpcError): void {
    this.#deadlines.remove(this.#graceEnd);
    this.#giveUp?.abort();
    clearTimeout(this.#dialTimer);
    this.#current = undefined;
    this.#ending ??= reason;
    this.#failWaiting(reason);
    this.#reportEnd(this.#ending.reason === "connection_closed" ? undefined : this.#ending);
    this.#reportClosed();
  }

  #reportEnd(reason: RpcError | undefined): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#observer.onEnd(reason);
    }
  }

  #reportClosed(): void {
    if (this.#ended && this.#sockets.size === 0) {
      this.#observer.onClosed();
    }
  }

  readonly #graceEnd: Due = { dueAt: Number.POSITIVE_INFINITY, slot: -1, onDue: () => this.#onGraceEnd() };
}
