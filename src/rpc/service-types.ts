// What the compiler derives from a ts-proto definition: the client's methods and the server's handlers.

import type { MethodDefinition, ServiceDefinition } from "../wire/service-definition.js";
import type { CallContext } from "./call-context.js";
import type { Metadata, MetadataInit } from "./metadata.js";

/** What one call may set. */
export interface CallOptions {
  /** The call ends with DEADLINE_EXCEEDED after this long, wherever it is by then. Default: the connection's. */
  readonly timeoutMs?: number | undefined;
  /** Aborting it ends the call with CANCELLED, here and on the server. */
  readonly signal?: AbortSignal | undefined;
  readonly metadata?: MetadataInit | undefined;
  /** Gets the metadata of the response, good or bad, before the call settles. */
  readonly onResponseMetadata?: ((metadata: Metadata) => void) | undefined;
}

/** The request as a caller writes it: every field may be left out. */
type RequestInput<M extends MethodDefinition> = M["requestType"] extends {
  fromPartial(object: infer P): unknown;
}
  ? P
  : never;
/** The request as a handler reads it. */
type RequestMessage<M extends MethodDefinition> = ReturnType<M["requestType"]["decode"]>;
/** The response as a handler writes it: every field may be left out. */
type ResponseInput<M extends MethodDefinition> = M["responseType"] extends {
  fromPartial(object: infer P): unknown;
}
  ? P
  : never;
/** The response as a caller reads it. */
type ResponseMessage<M extends MethodDefinition> = ReturnType<M["responseType"]["decode"]>;

/** "request/response": which sides of a method are streams. The literal types of the definition decide it. */
type Shape<M extends MethodDefinition> = `${M["requestStream"]}/${M["responseStream"]}`;

/** The requests of a stream, as a caller gives them: an array will do, or a generator. */
type RequestSource<M extends MethodDefinition> = AsyncIterable<RequestInput<M>> | Iterable<RequestInput<M>>;

/**
 * One method of a client. A call with a stream of responses begins when it is first read, can be read once, and is cancelled
 * by leaving the loop.
 */
export type ClientMethod<M extends MethodDefinition> = {
  "false/false": (request: RequestInput<M>, options?: CallOptions) => Promise<ResponseMessage<M>>;
  "false/true": (request: RequestInput<M>, options?: CallOptions) => AsyncIterable<ResponseMessage<M>>;
  "true/false": (requests: RequestSource<M>, options?: CallOptions) => Promise<ResponseMessage<M>>;
  "true/true": (requests: RequestSource<M>, options?: CallOptions) => AsyncIterable<ResponseMessage<M>>;
}[Shape<M>];

/** What a handler answers with where the response is a stream: an async generator as a rule. */
type Responses<M extends MethodDefinition> = AsyncIterable<ResponseInput<M>> | Iterable<ResponseInput<M>>;

/** One handler of a server. */
export type Handler<M extends MethodDefinition> = {
  "false/false": (request: RequestMessage<M>, ctx: CallContext) => Promise<ResponseInput<M>> | ResponseInput<M>;
  "false/true": (request: RequestMessage<M>, ctx: CallContext) => Responses<M>;
  "true/false": (
    requests: AsyncIterable<RequestMessage<M>>,
    ctx: CallContext,
  ) => Promise<ResponseInput<M>> | ResponseInput<M>;
  "true/true": (requests: AsyncIterable<RequestMessage<M>>, ctx: CallContext) => Responses<M>;
}[Shape<M>];

/** All methods of a service as `connection.client(Definition)` gives them. */
export type ServiceClient<D extends ServiceDefinition> = {
  readonly [K in keyof D["methods"]]: ClientMethod<D["methods"][K]>;
};

/** All handlers of a service as `server.serve(Definition, handlers)` takes them. */
export type ServiceHandlers<D extends ServiceDefinition> = {
  [K in keyof D["methods"]]: Handler<D["methods"][K]>;
};
