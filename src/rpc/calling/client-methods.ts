// The methods of a client, made from a service's definition: checks what the caller gave, and starts the call.

import type { MetadataEntry } from "../../gen/earshot/call/v1/call.js";
import { type MethodDefinition, methodPath, type ServiceDefinition } from "../../wire/service-definition.js";
import { StatusCode } from "../../wire/status-code.js";
import { callKindOf } from "../call-kind.js";
import { isMessageSource, type MessageSource } from "../channel/message-pump.js";
import {
  asyncOf,
  type ClientCallInfo,
  type ClientInterceptor,
  intercepted,
  isStream,
  type Messages,
} from "../interceptor.js";
import type { Limits } from "../limits.js";
import { encodeMessage } from "../message-codec.js";
import { Metadata } from "../metadata.js";
import { type Reason, RpcError } from "../rpc-error.js";
import type { CallOptions, ServiceClient } from "../service-types.js";
import type { CallDispatcher } from "./call-dispatcher.js";
import type { CallOpening, CallRoute } from "./client-call.js";
import { LazyStream } from "./lazy-stream.js";
import { type Settlement, StreamingCall } from "./streaming-call.js";
import { UnaryCall } from "./unary-call.js";

/** What all calls of a client share. */
export interface CallSettings {
  readonly dispatcher: CallDispatcher;
  readonly limits: Limits;
  /** For unary calls that set none. */
  readonly defaultTimeoutMs: number;
  readonly interceptors: readonly ClientInterceptor[];
}

type AnyRequest = object | MessageSource;
type AnyMethod = (request: AnyRequest, options?: CallOptions) => unknown;

const MAX_TIMEOUT_MS = 0xffff_ffff;
const NO_BYTES = new Uint8Array(0);
const NO_ENTRIES: readonly MetadataEntry[] = [];

export function clientMethods<D extends ServiceDefinition>(definition: D, settings: CallSettings): ServiceClient<D> {
  const methods = Object.entries(definition.methods).map(([key, method]) => {
    const route = { path: methodPath(definition, method), method, kind: callKindOf(method) };
    return [key, new ClientMethod(route, settings).bound()];
  });
  // The entries above are the definition's own, one by one; the compiler cannot follow that through fromEntries.
  return Object.freeze(Object.fromEntries(methods)) as ServiceClient<D>;
}

class ClientMethod {
  readonly #route: CallRoute;
  readonly #settings: CallSettings;
  readonly #intercepted: ((call: ClientCallInfo) => Promise<Messages>) | undefined;

  constructor(route: CallRoute, settings: CallSettings) {
    this.#route = route;
    this.#settings = settings;
    if (settings.interceptors.length > 0) {
      this.#intercepted = intercepted(settings.interceptors, (call) => this.#innermost(call));
    }
  }

  bound(): AnyMethod {
    const plain = this.#route.method.responseStream
      ? (request: AnyRequest, options?: CallOptions) => new LazyStream(() => this.#stream(request, options))
      : (request: AnyRequest, options?: CallOptions) => this.#single(request, options);
    return this.#intercepted === undefined ? plain : this.#around(this.#intercepted);
  }

  /** One response. Without interceptors this is all that a unary call goes through. */
  #single(request: AnyRequest, options: CallOptions | undefined): Promise<object> {
    return new Promise((resolve, reject) => {
      const { dispatcher } = this.#settings;
      const timeoutMs = this.#timeoutMs(options);
      const opening = this.#opening(request, options);
      const call = this.#route.method.requestStream
        ? this.#streaming(request, opening, { resolve, reject })
        : new UnaryCall(dispatcher, this.#route, opening, resolve, reject);
      dispatcher.start(call, timeoutMs);
    });
  }

  #stream(request: AnyRequest, options: CallOptions | undefined): AsyncIterator<object, undefined> {
    const timeoutMs = this.#timeoutMs(options);
    const call = this.#streaming(request, this.#opening(request, options), undefined);
    this.#settings.dispatcher.start(call, timeoutMs);
    return call.responses ?? new LazyStream(() => Promise.reject(new TypeError("the method streams no responses")));
  }

  #streaming(request: AnyRequest, opening: CallOpening, settlement: Settlement | undefined): StreamingCall {
    const { dispatcher, limits } = this.#settings;
    const requests = this.#route.method.requestStream ? messageSource(request, this.#route.path) : undefined;
    return new StreamingCall(dispatcher, this.#route, opening, {
      requests,
      settlement,
      windowBytes: limits.streamWindowBytes,
    });
  }

  #around(run: (call: ClientCallInfo) => Promise<Messages>): AnyMethod {
    const info = (request: AnyRequest, options: CallOptions = {}): ClientCallInfo => ({
      kind: this.#route.kind,
      method: this.#route.path,
      request: this.#asSeen(request),
      metadata: new Metadata(Metadata.from(options.metadata).entries),
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      onResponseMetadata: options.onResponseMetadata,
    });
    if (this.#route.method.responseStream) {
      return (request, options) =>
        new LazyStream(async () => streamOf(await run(info(request, options)), this.#route.path));
    }
    return async (request, options) => singleOf(await run(info(request, options)), this.#route.path);
  }

  /** Interceptors know streams in one form; an array of requests is one too. */
  #asSeen(request: AnyRequest): Messages {
    const given = this.#route.method.requestStream && isMessageSource(request) && !isStream(request);
    return given ? asyncOf(request) : request;
  }

  async #innermost({ request, ...options }: ClientCallInfo): Promise<Messages> {
    return this.#route.method.responseStream
      ? new LazyStream(() => this.#stream(request, options))
      : this.#single(request, options);
  }

  #opening(request: AnyRequest, options: CallOptions | undefined): CallOpening {
    const { path, method } = this.#route;
    if (options?.signal?.aborted) {
      throw this.#notSent(StatusCode.CANCELLED, "cancelled before it was sent", "cancelled", options.signal.reason);
    }
    const metadata = options?.metadata === undefined ? NO_ENTRIES : Metadata.from(options.metadata).entries;
    const payload = method.requestStream ? NO_BYTES : encodeRequest(method, path, request);
    return { payload, metadata, signal: options?.signal, onResponseMetadata: options?.onResponseMetadata };
  }

  #timeoutMs(options: CallOptions | undefined): number {
    const { limits, defaultTimeoutMs } = this.#settings;
    const unary = this.#route.kind === "unary";
    const wantedMs = options?.timeoutMs ?? (unary ? defaultTimeoutMs : Number.POSITIVE_INFINITY);
    const timeoutMs = Math.min(wantedMs, unary ? limits.maxDeadlineMs : limits.maxStreamingMs);
    if (!(timeoutMs > 0)) {
      throw this.#notSent(StatusCode.DEADLINE_EXCEEDED, "the deadline has passed", "deadline");
    }
    return timeoutMs < MAX_TIMEOUT_MS ? timeoutMs : Number.POSITIVE_INFINITY;
  }

  #notSent(code: StatusCode, message: string, reason: Reason, cause?: unknown): RpcError {
    return new RpcError(code, `${this.#route.path}: ${message}`, { reason, delivery: "not_sent", cause });
  }
}

function encodeRequest(method: MethodDefinition, path: string, request: unknown): Uint8Array {
  if (typeof request !== "object" || request === null || isMessageSource(request)) {
    throw badRequest(`${path}: the request must be one message`);
  }
  try {
    return encodeMessage(method.requestType, request);
  } catch (cause) {
    throw badRequest(`${path}: the request cannot be encoded`, cause);
  }
}

function messageSource(request: unknown, path: string): MessageSource {
  if (isMessageSource(request)) {
    return request;
  }
  throw badRequest(`${path}: the requests must be an iterable of messages, or an async one`);
}

/** What the interceptors of a method with one response have given back. */
function singleOf(answer: unknown, path: string): object {
  if (typeof answer !== "object" || answer === null || isStream(answer)) {
    throw badAnswer(`${path}: an interceptor gave back something else than the one message that is due`);
  }
  return answer;
}

/** What those of a method with a stream of responses have given back. */
function streamOf(answer: unknown, path: string): AsyncIterator<object, undefined> {
  if (typeof answer !== "object" || answer === null || !isStream(answer)) {
    throw badAnswer(`${path}: an interceptor gave back something else than the stream that is due`);
  }
  return answer[Symbol.asyncIterator]();
}

/** Whether the call was made, only the interceptor knows. */
function badAnswer(message: string): RpcError {
  return new RpcError(StatusCode.INTERNAL, message, { reason: "bad_response", delivery: "unknown" });
}

function badRequest(message: string, cause?: unknown): RpcError {
  return new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_request", delivery: "not_sent", cause });
}
