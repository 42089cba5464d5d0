// The streams of one call: requests that wait to be read, responses that leave as credit and socket have room.

import type { DataFrame, Frame } from "../../wire/frame.js";
import { StatusCode } from "../../wire/status-code.js";
import { addCredit } from "../channel/credit.js";
import { type InboxHost, MessageInbox } from "../channel/message-inbox.js";
import { MessagePump, type MessageSource, type PumpHost } from "../channel/message-pump.js";
import { violation } from "../channel/violation.js";
import type { RpcError } from "../rpc-error.js";
import { abortedBecause } from "./abort-reasons.js";
import type { Route } from "./routes.js";

/** The calls of a connection, as the streams of one of them see them. */
export interface StreamHost {
  /** Whether the socket has enough for now. */
  readonly blocked: boolean;
  /** Returns the length of the frame, or 0 when the connection has ended. */
  send(frame: Frame): number;
  /** @throws RpcError `too_large`. */
  checkSize(payloadBytes: number): void;
  /** The bytes that wait unread have changed by so many. */
  onBuffered(deltaBytes: number): void;
  /** Ends the call, whose handler gets the error that is returned. */
  onUndecodable(streamId: number, cause: unknown): RpcError;
}

export class CallStreams implements InboxHost, PumpHost {
  /** What the handler reads; undefined for a method that takes one request. */
  readonly requests: MessageInbox | undefined;
  requestMessages = 0;
  requestBytes = 0;
  responseBytes = 0;
  readonly #streamId: number;
  readonly #route: Route;
  readonly #host: StreamHost;
  #requestsEnded = false;
  /** What the caller takes, until there is a pump to keep the count. */
  #creditBytes: number;
  #pump: MessagePump | undefined;

  constructor(
    host: StreamHost,
    route: Route,
    { streamId, credit, windowBytes }: { streamId: number; credit: number; windowBytes: number },
  ) {
    this.#host = host;
    this.#route = route;
    this.#streamId = streamId;
    this.#creditBytes = credit;
    if (route.method.requestStream) {
      this.requests = new MessageInbox(route.method.requestType, windowBytes, this);
    }
  }

  get responseMessages(): number {
    return this.#pump?.sent ?? 0;
  }

  get blocked(): boolean {
    return this.#host.blocked;
  }

  /** Takes Data of the caller. @throws RpcError when it had no credit, or had said that no more follows. */
  receive({ payload, end }: DataFrame): void {
    const { requests } = this;
    if (requests === undefined) {
      return;
    }
    if (this.#requestsEnded) {
      throw violation(StatusCode.INVALID_ARGUMENT, "data after the end of its stream");
    }
    if (payload.length > 0 || !end) {
      requests.receive(payload);
      this.requestMessages += 1;
      this.requestBytes += payload.length;
    }
    if (end) {
      this.#requestsEnded = true;
      requests.end();
    }
  }

  /**
   * Sends what the handler's iterable gives. Resolves at its end, or when stopped and the iterable has let go; rejects with
   * what it threw. `stopped`: the call had ended before the handler gave it.
   */
  send(source: MessageSource, stopped: boolean): Promise<void> {
    const pump = new MessagePump(source, this.#route.method.responseType, this.#creditBytes, this);
    this.#pump = pump;
    if (stopped) {
      pump.stop();
    }
    return pump.run();
  }

  addCredit(bytes: number): void {
    this.#creditBytes = addCredit(this.#creditBytes, bytes);
    this.#pump?.addCredit(bytes);
  }

  /** The socket has room again. */
  wake(): void {
    this.#pump?.wake();
  }

  /** The call is over: who reads its requests gets the reason, who gives its responses is asked to return. */
  stop(reason: RpcError): void {
    this.requests?.abort(reason);
    this.#pump?.stop();
  }

  /** The call has its answer: requests that still wait, or come, are of no use. */
  release(): void {
    const { requests } = this;
    if (requests?.open || requests?.bufferedBytes) {
      requests.abort(abortedBecause.answered());
    }
    this.#pump?.stop();
  }

  sendData(payload: Uint8Array): void {
    this.responseBytes += this.#host.send({ kind: "data", streamId: this.#streamId, end: false, payload });
  }

  checkSize(payloadBytes: number): void {
    this.#host.checkSize(payloadBytes);
  }

  grantCredit(bytes: number): void {
    this.#host.send({ kind: "credit", streamId: this.#streamId, bytes });
  }

  onBuffered(deltaBytes: number): void {
    this.#host.onBuffered(deltaBytes);
  }

  onUndecodable(cause: unknown): RpcError {
    return this.#host.onUndecodable(this.#streamId, cause);
  }

  /** The caller gets no more credit, and its call ends when the handler answers. */
  onAbandoned(): void {}
}
