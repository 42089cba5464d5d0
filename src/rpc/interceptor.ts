// What runs around every call, on either side: for metrics, traces, authorization, retries and logs.

import type { CallContext } from "./call-context.js";
import type { Metadata } from "./metadata.js";

export type CallKind = "unary" | "server_streaming" | "client_streaming" | "bidi_streaming";

/** What flows one way in a call: one message, or a stream of them. The call's kind says which. */
export type Messages = object | AsyncIterable<object>;

/** A call as a server's interceptors see it. */
export interface ServerCallInfo {
  readonly kind: CallKind;
  /** "package.Service/Method". */
  readonly method: string;
  readonly ctx: CallContext;
  readonly request: Messages;
}

/**
 * Wraps the handlers of a server. It may look at the call, hand a changed one on, wrap the stream that comes back, answer
 * by itself, or throw an RpcError. The first one given is the outermost.
 */
export type ServerInterceptor = (
  call: ServerCallInfo,
  next: (call: ServerCallInfo) => Promise<Messages>,
) => Promise<Messages>;

/** A call as a client's interceptors see it. */
export interface ClientCallInfo {
  readonly kind: CallKind;
  /** "package.Service/Method". */
  readonly method: string;
  readonly request: Messages;
  /** Goes out with the request; may be added to. */
  readonly metadata: Metadata;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onResponseMetadata: ((metadata: Metadata) => void) | undefined;
}

/** Wraps the calls of a client, as {@link ServerInterceptor} does on the other side. */
export type ClientInterceptor = (
  call: ClientCallInfo,
  next: (call: ClientCallInfo) => Promise<Messages>,
) => Promise<Messages>;

export function isStream(messages: Messages): messages is AsyncIterable<object> {
  return Symbol.asyncIterator in messages;
}

/** A stream of what is given at once. It may be read again where that may. */
export function asyncOf(messages: Iterable<object>): AsyncIterable<object> {
  return {
    async *[Symbol.asyncIterator]() {
      yield* messages;
    },
  };
}

/** Told of a stream that passes through {@link watchStream}. `onEnd` comes once; without an error when it was read, or left, in peace. */
export interface StreamWatcher {
  onMessage?(message: object): void;
  onEnd?(error: unknown): void;
}

/** The same stream, watched: how an interceptor learns when a streaming call ends, which is after `next` has returned. */
export function watchStream(stream: AsyncIterable<object>, watcher: StreamWatcher): AsyncIterable<object> {
  return { [Symbol.asyncIterator]: () => new WatchedStream(stream[Symbol.asyncIterator](), watcher) };
}

/** No generator: one that is left before it was read would never come to its `finally`, and the end would not be told. */
class WatchedStream implements AsyncIterator<object, undefined> {
  readonly #source: AsyncIterator<object>;
  readonly #watcher: StreamWatcher;
  #ended = false;

  constructor(source: AsyncIterator<object>, watcher: StreamWatcher) {
    this.#source = source;
    this.#watcher = watcher;
  }

  async next(): Promise<IteratorResult<object, undefined>> {
    try {
      const result = await this.#source.next();
      if (result.done === true) {
        this.#end(undefined);
        return { done: true, value: undefined };
      }
      try {
        this.#watcher.onMessage?.(result.value);
      } catch (error) {
        await this.#source.return?.(); // Nobody reads on: whoever gives the messages must learn of it.
        throw error;
      }
      return result;
    } catch (error) {
      this.#end(error);
      throw error;
    }
  }

  async return(): Promise<IteratorResult<object, undefined>> {
    try {
      await this.#source.return?.();
      this.#end(undefined);
    } catch (error) {
      this.#end(error);
      throw error;
    }
    return { done: true, value: undefined };
  }

  #end(error: unknown): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#watcher.onEnd?.(error);
    }
  }
}

/** Puts interceptors around what they end in; the first is the outermost. One that throws at once rejects, for those around it. */
export function intercepted<Call>(
  interceptors: readonly ((call: Call, next: (call: Call) => Promise<Messages>) => Promise<Messages>)[],
  innermost: (call: Call) => Promise<Messages>,
): (call: Call) => Promise<Messages> {
  return interceptors.reduceRight<(call: Call) => Promise<Messages>>(
    (next, interceptor) => async (call) => interceptor(call, next),
    innermost,
  );
}
