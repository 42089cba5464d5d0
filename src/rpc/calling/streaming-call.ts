// A call with a stream of messages on one side or both.

import type { DataFrame, ResponseFrame } from "../../wire/frame.js";
import { StatusCode } from "../../wire/status-code.js";
import { type InboxHost, MessageInbox } from "../channel/message-inbox.js";
import { MessagePump, type MessageSource, type PumpHost } from "../channel/message-pump.js";
import { violation } from "../channel/violation.js";
import { decodeMessage } from "../message-codec.js";
import { RpcError } from "../rpc-error.js";
import { type CallKeeper, type CallOpening, type CallRoute, ClientCall } from "./client-call.js";

const NO_BYTES = new Uint8Array(0);
/** Length prefix, stream id and tags around one message take less. */
const DATA_HEAD_BYTES = 64;

/** Where a single response goes. */
export interface Settlement {
  resolve(response: object): void;
  reject(error: RpcError): void;
}

export interface StreamingOptions {
  /** The requests; undefined where the opening carries the only one. */
  readonly requests: MessageSource | undefined;
  /** Gets the only response; undefined where responses are a stream. */
  readonly settlement: Settlement | undefined;
  /** What the server may send unread. */
  readonly windowBytes: number;
}

export class StreamingCall extends ClientCall implements InboxHost, PumpHost {
  readonly creditBytes: number;
  readonly streamsRequests: boolean;
  /** The responses, where they are a stream. */
  readonly responses: MessageInbox | undefined;
  readonly #requests: MessageSource | undefined;
  readonly #settlement: Settlement | undefined;
  #pump: MessagePump | undefined;
  #sawEnd = false;

  constructor(keeper: CallKeeper, route: CallRoute, opening: CallOpening, options: StreamingOptions) {
    super(keeper, route, opening);
    this.#requests = options.requests;
    this.#settlement = options.settlement;
    this.streamsRequests = options.requests !== undefined;
    this.creditBytes = route.method.responseStream ? options.windowBytes : 0;
    if (route.method.responseStream) {
      this.responses = new MessageInbox(route.method.responseType, options.windowBytes, this);
    }
  }

  get repeatable(): boolean {
    return this.#pump === undefined;
  }

  override onSent(): void {
    if (this.#requests !== undefined && this.link !== undefined) {
      this.#pump = new MessagePump(this.#requests, this.route.method.requestType, this.link.firstCreditBytes, this);
      this.#pump.run().then(this.#onRequestsEnd, this.#onRequestsFailed);
    }
  }

  override onData(frame: DataFrame): void {
    if (this.responses === undefined) {
      return; // As on unary calls, and on the server: of no use, and no harm.
    }
    if (this.#sawEnd) {
      throw violation(StatusCode.INVALID_ARGUMENT, "data after the end of its stream");
    }
    this.#sawEnd = frame.end;
    if (!frame.end || frame.payload.length > 0) {
      this.responses.receive(frame.payload);
    }
  }

  override onCredit(bytes: number): void {
    this.#pump?.addCredit(bytes);
  }

  override onWritable(): void {
    this.#pump?.wake();
  }

  get blocked(): boolean {
    return this.link?.blocked ?? true;
  }

  sendData(payload: Uint8Array): void {
    this.link?.send({ kind: "data", streamId: this.streamId, end: false, payload });
  }

  checkSize(payloadBytes: number): void {
    const maxBytes = (this.link?.maxFrameBytes ?? 0) - DATA_HEAD_BYTES;
    if (payloadBytes > maxBytes) {
      const message = `${this.route.path}: a request has ${payloadBytes} bytes, the server accepts ${maxBytes}`;
      throw new RpcError(StatusCode.RESOURCE_EXHAUSTED, message, { reason: "too_large", delivery: "unknown" });
    }
  }

  grantCredit(bytes: number): void {
    if (!this.settled) {
      this.link?.send({ kind: "credit", streamId: this.streamId, bytes });
    }
  }

  /** What waits here is bounded by the window that we chose. */
  onBuffered(): void {}

  onUndecodable(cause: unknown): RpcError {
    const error = this.badResponse(cause);
    this.keeper.onGivenUp(this, error);
    return error;
  }

  onAbandoned(): void {
    this.giveUp(StatusCode.CANCELLED, "the caller reads no more", "cancelled");
  }

  protected override onAnswer(frame: ResponseFrame): void {
    this.#pump?.stop();
    if (this.#settlement === undefined) {
      this.responses?.end();
      return;
    }
    let response: object;
    try {
      response = decodeMessage(this.route.method.responseType, frame.payload);
    } catch (cause) {
      this.#settlement.reject(this.badResponse(cause));
      return;
    }
    this.#settlement.resolve(response);
  }

  /** What came before the server's word, or before the connection was lost, can still be read; whoever gave up reads no more. */
  protected override onFailure(error: RpcError): void {
    this.#pump?.stop();
    this.#settlement?.reject(error);
    if (error.reason === "deadline" || error.reason === "cancelled" || error.reason === "request_stream_failed") {
      this.responses?.abort(error);
    } else {
      this.responses?.fail(error);
    }
  }

  readonly #onRequestsEnd = (): void => {
    if (!this.settled) {
      this.link?.send({ kind: "data", streamId: this.streamId, end: true, payload: NO_BYTES });
    }
  };

  readonly #onRequestsFailed = (cause: unknown): void => {
    if (this.settled) {
      return;
    }
    if (cause instanceof RpcError && cause.reason === "too_large") {
      this.keeper.onGivenUp(this, cause);
    } else {
      this.giveUp(StatusCode.CANCELLED, "the stream of requests failed", "request_stream_failed", cause);
    }
  };
}
