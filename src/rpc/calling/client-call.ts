// One call on the client, from the moment it is made until it ends, which happens once. Its kind decides what flows in between.

import type { MetadataEntry } from "../../gen/earshot/call/v1/call.js";
import type { DataFrame, Frame, ResponseFrame } from "../../wire/frame.js";
import type { MethodDefinition } from "../../wire/service-definition.js";
import { StatusCode } from "../../wire/status-code.js";
import type { Due } from "../channel/deadline-queue.js";
import type { CallKind } from "../interceptor.js";
import { Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";

/** A method as its calls need it. */
export interface CallRoute {
  /** "package.Service/Method". */
  readonly path: string;
  readonly method: MethodDefinition;
  readonly kind: CallKind;
}

/** What a call is opened with. */
export interface CallOpening {
  /** The request message; empty where requests are a stream. */
  readonly payload: Uint8Array;
  readonly metadata: readonly MetadataEntry[];
  readonly signal: AbortSignal | undefined;
  readonly onResponseMetadata: ((metadata: Metadata) => void) | undefined;
}

/** Who keeps the call while it is open. */
export interface CallKeeper {
  /** The call ends before its answer: by its deadline, by its caller, or because its messages cannot go on. */
  onGivenUp(call: ClientCall, error: RpcError): void;
}

/** The connection that a call was sent on. */
export interface CallLink {
  /** Whether the socket has enough for now. */
  readonly blocked: boolean;
  /** What the server takes of a stream before it gives more. */
  readonly firstCreditBytes: number;
  /** No longer frame may be sent. */
  readonly maxFrameBytes: number;
  send(frame: Frame): void;
  /** Ends the call on the wire; nothing is done for one that has ended. */
  cancel(call: ClientCall, code: StatusCode): void;
}

export abstract class ClientCall implements Due {
  dueAt = Number.POSITIVE_INFINITY;
  slot = -1;
  /** 0 while the call waits to be sent. */
  streamId = 0;
  /** Whether it still stands in the queue. */
  queued = false;
  /** Where it was sent; undefined while it waits. */
  link: CallLink | undefined;
  /** How often it came back unprocessed. */
  returns = 0;
  readonly route: CallRoute;
  readonly opening: CallOpening;
  protected readonly keeper: CallKeeper;
  #settled = false;
  #onAbort: (() => void) | undefined;

  constructor(keeper: CallKeeper, route: CallRoute, opening: CallOpening) {
    this.keeper = keeper;
    this.route = route;
    this.opening = opening;
    if (opening.signal !== undefined) {
      this.#listen(opening.signal);
    }
  }

  /** What the server may send before we give more. */
  abstract readonly creditBytes: number;
  /** Whether a stream of requests follows. */
  abstract readonly streamsRequests: boolean;
  /** Whether nothing of it is used up, so that it may be sent once more if it was not processed. */
  abstract readonly repeatable: boolean;

  /** The request is on its way, by {@link link}. */
  onSent(): void {}

  /** @throws RpcError when the server sent more than it may. */
  onData(_frame: DataFrame): void {}

  onCredit(_bytes: number): void {}

  onWritable(): void {}

  protected abstract onAnswer(frame: ResponseFrame): void;
  protected abstract onFailure(error: RpcError): void;

  get settled(): boolean {
    return this.#settled;
  }

  /** The call ended well. */
  answer(frame: ResponseFrame): void {
    if (this.#settle()) {
      this.#tellMetadata(frame.metadata);
      this.onAnswer(frame);
    }
  }

  fail(error: RpcError, metadata: readonly MetadataEntry[] = []): void {
    if (this.#settle()) {
      this.#tellMetadata(metadata);
      this.onFailure(error);
    }
  }

  onDue(): void {
    this.giveUp(StatusCode.DEADLINE_EXCEEDED, "no answer before the deadline", "deadline");
  }

  protected giveUp(
    code: StatusCode,
    message: string,
    reason: "deadline" | "cancelled" | "request_stream_failed",
    cause?: unknown,
  ): void {
    const delivery = this.streamId === 0 ? "not_sent" : "unknown";
    this.keeper.onGivenUp(this, new RpcError(code, `${this.route.path}: ${message}`, { reason, delivery, cause }));
  }

  /** The error of a response that is no such message. */
  protected badResponse(cause: unknown): RpcError {
    const message = `${this.route.path}: the response does not decode; the two sides may have different schemas`;
    return new RpcError(StatusCode.INTERNAL, message, { reason: "bad_response", delivery: "answered", cause });
  }

  /** Most calls have no signal, and are spared the closure. */
  #listen(signal: AbortSignal): void {
    this.#onAbort = () => this.giveUp(StatusCode.CANCELLED, "cancelled by the caller", "cancelled", signal.reason);
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  #settle(): boolean {
    if (this.#settled) {
      return false;
    }
    this.#settled = true;
    if (this.#onAbort !== undefined) {
      this.opening.signal?.removeEventListener("abort", this.#onAbort);
    }
    return true;
  }

  #tellMetadata(metadata: readonly MetadataEntry[]): void {
    try {
      this.opening.onResponseMetadata?.(new Metadata(metadata));
    } catch {
      // The caller's own callback failed; the call did not.
    }
  }
}
