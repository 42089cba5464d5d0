// A client's connection to a server, as programs use it.

import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { type MethodDefinition, methodPath, type ServiceDefinition } from "../../wire/service-definition.js";
import { StatusCode } from "../../wire/status-code.js";
import type { Peer } from "../call-context.js";
import type { Limits } from "../limits.js";
import { encodeMessage } from "../message-codec.js";
import { Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import type { CallOptions, ServiceClient } from "../service-types.js";
import { refuseStreaming } from "../serving/routes.js";
import { tellListeners } from "../tell-listeners.js";
import { OpenCalls } from "./open-calls.js";

export interface ConnectionEvents {
  /** No call can be made any more. The reason is undefined when this side closed it. */
  close: [reason: RpcError | undefined];
}

const DEFAULT_GRACE_MS = 5_000;
const MAX_TIMEOUT_MS = 0xffff_ffff;

/**
 * One connection; any number of clients share it. It does not reconnect yet: after `close` make a new one with
 * `connect()`. Errors say by `delivery` which calls may be repeated.
 */
export class Connection extends EventEmitter<ConnectionEvents> {
  readonly peer: Peer;
  readonly #calls: OpenCalls;
  readonly #defaultTimeoutMs: number;
  readonly #limits: Limits;
  readonly #closed: Promise<void>;
  #open = true;

  /** Made by {@link connect}, from a socket whose handshake is done and whose server is trusted. */
  constructor(socket: Socket, peer: Peer, limits: Limits, defaultTimeoutMs: number) {
    super();
    this.peer = peer;
    this.#limits = limits;
    this.#defaultTimeoutMs = defaultTimeoutMs;
    const { promise, resolve } = deferred();
    this.#closed = promise;
    this.#calls = new OpenCalls(socket, limits, { onEnd: (reason) => this.#onEnd(reason), onClosed: resolve });
  }

  /** Whether calls can still be made. */
  get open(): boolean {
    return this.#open;
  }

  /** The methods of a service, typed by its definition. */
  client<const D extends ServiceDefinition>(definition: D): ServiceClient<D> {
    const methods = Object.entries(definition.methods).map(([key, method]) => {
      const path = methodPath(definition, method);
      return [key, (request: object, options?: CallOptions) => this.#call(path, method, request, options)];
    });
    // The entries above are the definition's own, one by one; the compiler cannot follow that through fromEntries.
    return Object.freeze(Object.fromEntries(methods)) as ServiceClient<D>;
  }

  /**
   * Takes no new calls, lets those in flight end within `graceMs`, fails the rest, and closes. Resolves when the socket
   * is gone; it always does.
   */
  close({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#open = false;
    this.#calls.close(graceMs);
    return this.#closed;
  }

  #call(path: string, method: MethodDefinition, request: object, options: CallOptions = {}): Promise<unknown> {
    refuseStreaming(path, method);
    try {
      options.signal?.throwIfAborted();
    } catch (cause) {
      return notSent(StatusCode.CANCELLED, `${path}: cancelled before it was sent`, "cancelled", cause);
    }
    const timeoutMs = Math.min(options.timeoutMs ?? this.#defaultTimeoutMs, this.#limits.maxDeadlineMs, MAX_TIMEOUT_MS);
    if (!(timeoutMs > 0)) {
      return notSent(StatusCode.DEADLINE_EXCEEDED, `${path}: the deadline has passed`, "deadline");
    }
    let call: { payload: Uint8Array; metadata: Metadata };
    try {
      call = { payload: encodeMessage(method.requestType, request), metadata: Metadata.from(options.metadata) };
    } catch (cause) {
      return cause instanceof RpcError
        ? Promise.reject(cause)
        : notSent(StatusCode.INVALID_ARGUMENT, `${path}: the request cannot be encoded`, "bad_request", cause);
    }
    const { signal, onResponseMetadata } = options;
    const { payload, metadata } = call;
    return this.#calls.call(
      { path, method, payload, metadata: metadata.entries, signal, onResponseMetadata },
      timeoutMs,
    );
  }

  #onEnd(reason: RpcError | undefined): void {
    this.#open = false;
    tellListeners(this, this.rawListeners("close"), [reason], () => {});
  }
}

function notSent(
  code: StatusCode,
  message: string,
  reason: "cancelled" | "deadline" | "bad_request",
  cause?: unknown,
): Promise<never> {
  return Promise.reject(new RpcError(code, message, { reason, delivery: "not_sent", cause }));
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
