// The messages that a peer streams to us, from their arrival until they are read; gives credit as they are.

import { StatusCode } from "../../wire/status-code.js";
import { decodeMessage, type MessageCodec } from "../message-codec.js";
import type { RpcError } from "../rpc-error.js";
import { CREDIT_STEP_BYTES, creditCost } from "./credit.js";
import { PayloadQueue } from "./payload-queue.js";
import { violation } from "./violation.js";

/** The call that a stream of messages belongs to. */
export interface InboxHost {
  /** The peer may send that many bytes more. */
  grantCredit(bytes: number): void;
  /** The bytes that wait unread have changed by so many. */
  onBuffered(deltaBytes: number): void;
  /** A message does not decode. The reader gets the error that is returned; the call is over. */
  onUndecodable(cause: unknown): RpcError;
  /** The reader left before the end of the stream. */
  onAbandoned(): void;
}

interface Reader {
  readonly resolve: (result: IteratorResult<object, undefined>) => void;
  readonly reject: (error: RpcError) => void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * An AsyncIterable that can be read once. Messages wait as bytes and are decoded when they are read, so that a stream which
 * nobody reads costs what its credit allows, and no more.
 */
export class MessageInbox implements AsyncIterableIterator<object, undefined> {
  readonly #type: MessageCodec;
  readonly #host: InboxHost;
  readonly #queue = new PayloadQueue();
  #readers: Reader[] = [];
  #creditBytes: number;
  #ungrantedBytes = 0;
  #bufferedBytes = 0;
  #state: "open" | "ended" | "failed" | "left" = "open";
  #error: RpcError | undefined;

  /** `windowBytes` is the credit that the peer begins with. */
  constructor(type: MessageCodec, windowBytes: number, host: InboxHost) {
    this.#type = type;
    this.#creditBytes = windowBytes;
    this.#host = host;
  }

  /** Bytes that wait unread. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Whether more messages may come. */
  get open(): boolean {
    return this.#state === "open";
  }

  /** Takes one message. @throws RpcError for a peer that had no credit, or had said that no more follows. */
  receive(payload: Uint8Array): void {
    if (this.#state === "ended") {
      throw violation(StatusCode.INVALID_ARGUMENT, "data after the end of its stream");
    }
    if (this.#creditBytes <= 0) {
      throw violation(StatusCode.RESOURCE_EXHAUSTED, "data beyond the credit of its stream");
    }
    const cost = creditCost(payload);
    this.#creditBytes -= cost;
    if (this.#state !== "open") {
      return;
    }
    const reader = this.#readers.shift();
    if (reader === undefined) {
      this.#queue.add(payload);
      this.#buffer(cost);
    } else {
      this.#give(reader, payload);
    }
  }

  /** No more messages follow. What waits can still be read. */
  end(): void {
    if (this.#state === "open") {
      this.#state = "ended";
      this.#dismissReaders();
    }
  }

  /** The stream ends with an error, behind what waits. */
  fail(error: RpcError): void {
    if (this.#state === "open" || this.#state === "ended") {
      this.#state = "failed";
      this.#error = error;
      this.#dismissReaders();
    }
  }

  /** The stream ends with an error now; what waits is dropped. */
  abort(error: RpcError): void {
    this.#drop();
    this.fail(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<object, undefined>> {
    const payload = this.#queue.take();
    if (payload !== undefined) {
      this.#buffer(-creditCost(payload));
      return this.#decoded(payload);
    }
    if (this.#state === "open") {
      return new Promise((resolve, reject) => {
        this.#readers.push({ resolve, reject });
      });
    }
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve(DONE) : Promise.reject(error);
  }

  /** The reader needs no more: what a `break` in its loop calls. */
  return(): Promise<IteratorResult<object, undefined>> {
    this.#leave();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<IteratorResult<object, undefined>> {
    this.#leave();
    return Promise.reject(error);
  }

  #leave(): void {
    const wasOver = this.#state === "failed" || (this.#state === "ended" && this.#queue.size === 0);
    this.#drop();
    this.#error = undefined;
    if (this.#state !== "left") {
      this.#state = "left";
      this.#dismissReaders();
      if (!wasOver) {
        this.#host.onAbandoned();
      }
    }
  }

  #give(reader: Reader, payload: Uint8Array): void {
    let value: object;
    try {
      value = decodeMessage(this.#type, payload);
    } catch (cause) {
      reader.reject(this.#undecodable(cause));
      return;
    }
    reader.resolve({ done: false, value });
    this.#consumed(creditCost(payload));
  }

  #decoded(payload: Uint8Array): Promise<IteratorResult<object, undefined>> {
    let value: object;
    try {
      value = decodeMessage(this.#type, payload);
    } catch (cause) {
      return Promise.reject(this.#undecodable(cause));
    }
    this.#consumed(creditCost(payload));
    return Promise.resolve({ done: false, value });
  }

  /** The first reader is told at once; further ones, and later reads, find the end, whatever the host does to the call. */
  #undecodable(cause: unknown): RpcError {
    this.#error = undefined;
    this.#state = "failed";
    this.#drop();
    this.#dismissReaders();
    return this.#host.onUndecodable(cause);
  }

  #consumed(cost: number): void {
    this.#ungrantedBytes += cost;
    if (this.#ungrantedBytes >= CREDIT_STEP_BYTES && this.#state === "open") {
      const bytes = this.#ungrantedBytes;
      this.#ungrantedBytes = 0;
      this.#creditBytes += bytes;
      this.#host.grantCredit(bytes);
    }
  }

  #buffer(deltaBytes: number): void {
    this.#bufferedBytes += deltaBytes;
    this.#host.onBuffered(deltaBytes);
  }

  #drop(): void {
    this.#queue.clear();
    if (this.#bufferedBytes > 0) {
      this.#buffer(-this.#bufferedBytes);
    }
  }

  /** Who waits while nothing can come: the first gets the error, if there is one. */
  #dismissReaders(): void {
    const readers = this.#readers;
    this.#readers = [];
    for (const { resolve, reject } of readers) {
      const error = this.#error;
      this.#error = undefined;
      if (error === undefined) {
        resolve(DONE);
      } else {
        reject(error);
      }
    }
  }
}
