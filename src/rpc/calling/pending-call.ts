// One call on the client, from the moment it is made until its promise settles, which happens once.

import type { MetadataEntry } from "../../gen/earshot/call/v1/call.js";
import type { MethodDefinition } from "../../wire/service-definition.js";
import { StatusCode } from "../../wire/status-code.js";
import type { Due } from "../channel/deadline-queue.js";
import { Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";

/** Who keeps the call while it is open. */
export interface CallKeeper {
  /** The call ends before its answer: by its deadline or by its caller. */
  onGivenUp(call: PendingCall, error: RpcError): void;
}

export interface CallRequest {
  readonly path: string;
  readonly method: MethodDefinition;
  readonly metadata: readonly MetadataEntry[];
  readonly payload: Uint8Array;
  readonly signal: AbortSignal | undefined;
  readonly onResponseMetadata: ((metadata: Metadata) => void) | undefined;
}

export class PendingCall implements Due {
  dueAt = Number.POSITIVE_INFINITY;
  slot = -1;
  /** 0 while the call waits to be sent. */
  streamId = 0;
  /** Whether it still stands in the queue. */
  queued = false;
  readonly request: CallRequest;
  readonly #keeper: CallKeeper;
  readonly #resolve: (response: unknown) => void;
  readonly #reject: (error: RpcError) => void;
  #settled = false;

  constructor(
    keeper: CallKeeper,
    request: CallRequest,
    resolve: (response: unknown) => void,
    reject: (error: RpcError) => void,
  ) {
    this.#keeper = keeper;
    this.request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    request.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  succeed(response: unknown, metadata: MetadataEntry[]): void {
    if (this.#settle()) {
      this.#tellMetadata(metadata);
      this.#resolve(response);
    }
  }

  fail(error: RpcError, metadata: MetadataEntry[] = []): void {
    if (this.#settle()) {
      this.#tellMetadata(metadata);
      this.#reject(error);
    }
  }

  onDue(): void {
    const { path } = this.request;
    this.#giveUp(StatusCode.DEADLINE_EXCEEDED, `${path}: no answer before the deadline`, "deadline", undefined);
  }

  readonly #onAbort = (): void => {
    const { path, signal } = this.request;
    this.#giveUp(StatusCode.CANCELLED, `${path}: cancelled by the caller`, "cancelled", signal?.reason);
  };

  #giveUp(code: StatusCode, message: string, reason: "deadline" | "cancelled", cause: unknown): void {
    const delivery = this.streamId === 0 ? "not_sent" : "unknown";
    this.#keeper.onGivenUp(this, new RpcError(code, message, { reason, delivery, cause }));
  }

  #settle(): boolean {
    if (this.#settled) {
      return false;
    }
    this.#settled = true;
    this.request.signal?.removeEventListener("abort", this.#onAbort);
    return true;
  }

  #tellMetadata(metadata: MetadataEntry[]): void {
    try {
      this.request.onResponseMetadata?.(new Metadata(metadata));
    } catch {
      // The caller's own callback failed; the call did not.
    }
  }
}
