// Traces for OpenTelemetry: a span for each call on either side, and the trace's context in metadata (W3C Trace Context,
// if that is the propagator), by the semantic conventions of RPC spans. The caller brings @opentelemetry/api.

import { StatusCode, statusName } from "../../wire/status-code.js";
import {
  type ClientInterceptor,
  isStream,
  type Messages,
  type ServerInterceptor,
  watchStream,
} from "../interceptor.js";
import type { Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import { clientOutcome, serverOutcome } from "./call-outcome.js";

type Attributes = Record<string, string | number>;

interface Span {
  setAttribute(key: string, value: string | number): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

/** What is used of @opentelemetry/api, by shape: the module itself fits. Methods, whose parameters compare both ways. */
export interface OpenTelemetryApi<Context, TracedSpan extends Span> {
  readonly SpanKind: { readonly SERVER: number; readonly CLIENT: number };
  readonly SpanStatusCode: { readonly ERROR: number };
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options: { kind: number; attributes: Attributes }, context: Context): TracedSpan;
    };
    setSpan(context: Context, span: TracedSpan): Context;
  };
  readonly context: {
    active(): Context;
    with<T>(context: Context, run: () => T): T;
  };
  readonly propagation: {
    inject(
      context: Context,
      carrier: Metadata,
      setter: { set(carrier: Metadata, key: string, value: string): void },
    ): void;
    extract(
      context: Context,
      carrier: Metadata,
      getter: { keys(carrier: Metadata): string[]; get(carrier: Metadata, key: string): string | undefined },
    ): Context;
  };
}

export interface OpenTelemetryOptions<Context, TracedSpan extends Span> {
  /** The module: `import * as api from "@opentelemetry/api"`. Tracer provider, context manager and propagator are the global ones of it. */
  readonly api: OpenTelemetryApi<Context, TracedSpan>;
  /** On every span, such as `server.address` on a client's. */
  readonly attributes?: Readonly<Attributes> | undefined;
}

export interface OpenTelemetryTracing {
  /** For `new RpcServer({ interceptors })`; put it first, so that the others run within the span. */
  readonly serverInterceptor: ServerInterceptor;
  /** For `connect({ interceptors })`. */
  readonly clientInterceptor: ClientInterceptor;
}

const TRACER = "earshot/rpc";

/** A span ends when its call does: for a stream of responses, when that has ended or was left. */
export function openTelemetryTracing<Context, TracedSpan extends Span>(
  options: OpenTelemetryOptions<Context, TracedSpan>,
): OpenTelemetryTracing {
  const { api } = options;
  return {
    serverInterceptor: (call, next) => {
      const { peer, metadata } = call.ctx;
      const parent = api.propagation.extract(api.context.active(), metadata, METADATA_GETTER);
      const peerAttributes = { "network.peer.address": peer.address, "network.peer.port": peer.port };
      const span = new CallSpan(options, "SERVER", call.method, parent, peerAttributes);
      return span.around(
        () => next(call),
        (error) => serverOutcome(error, call.ctx),
      );
    },
    clientInterceptor: (call, next) => {
      const span = new CallSpan(options, "CLIENT", call.method, api.context.active(), {});
      api.propagation.inject(span.context, call.metadata, METADATA_SETTER);
      return span.around(() => next(call), clientOutcome);
    },
  };
}

const METADATA_GETTER = {
  keys: (metadata: Metadata): string[] => [...new Set(metadata.entries.map(({ key }) => key))],
  get: (metadata: Metadata, key: string): string | undefined => metadata.get(key.toLowerCase()),
};

const METADATA_SETTER = {
  set: (metadata: Metadata, key: string, value: string): void => {
    try {
      metadata.set(key.toLowerCase(), value);
    } catch {
      // A propagator's odd key is no reason to fail the call that it would have traced.
    }
  },
};

/** What the caller may have done wrong is no error of the server, but one of the client. */
const SERVER_ERRORS: ReadonlySet<StatusCode> = new Set([
  StatusCode.UNKNOWN,
  StatusCode.DEADLINE_EXCEEDED,
  StatusCode.UNIMPLEMENTED,
  StatusCode.INTERNAL,
  StatusCode.UNAVAILABLE,
  StatusCode.DATA_LOSS,
]);

class CallSpan<Context, TracedSpan extends Span> {
  readonly context: Context;
  readonly #api: OpenTelemetryApi<Context, TracedSpan>;
  readonly #kind: "SERVER" | "CLIENT";
  readonly #span: TracedSpan;

  constructor(
    { api, attributes }: OpenTelemetryOptions<Context, TracedSpan>,
    kind: "SERVER" | "CLIENT",
    method: string,
    parent: Context,
    peer: Attributes,
  ) {
    this.#api = api;
    this.#kind = kind;
    const known = { "rpc.system.name": "earshot", "rpc.method": method, ...peer, ...attributes };
    const settings = { kind: api.SpanKind[kind], attributes: known };
    this.#span = api.trace.getTracer(TRACER).startSpan(method, settings, parent);
    this.context = api.trace.setSpan(parent, this.#span);
  }

  /** Runs the call within the span, and what reads its stream of responses, too: a generator runs where it is read. */
  async around(run: () => Promise<Messages>, outcome: (error: unknown) => StatusCode): Promise<Messages> {
    try {
      const response = await this.#api.context.with(this.context, run);
      if (isStream(response)) {
        const onEnd = (error: unknown): void => this.#end(outcome(error), error);
        return watchStream(this.#within(response), { onEnd });
      }
      this.#end(outcome(undefined), undefined);
      return response;
    } catch (error) {
      this.#end(outcome(error), error);
      throw error;
    }
  }

  #within(stream: AsyncIterable<object>): AsyncIterable<object> {
    const { context } = this.#api;
    return {
      [Symbol.asyncIterator]: () => {
        const source = stream[Symbol.asyncIterator]();
        const done = { done: true, value: undefined } as const;
        return {
          next: () => context.with(this.context, () => source.next()),
          return: () => context.with(this.context, async () => (await source.return?.()) ?? done),
        };
      },
    };
  }

  /** Foreign errors leave no words here: they may hold secrets, as those of RpcErrors, which go to the peer, may not. */
  #end(code: StatusCode, error: unknown): void {
    const name = statusName(code);
    this.#span.setAttribute("rpc.response.status_code", name);
    const failed = this.#kind === "CLIENT" ? code !== StatusCode.OK : SERVER_ERRORS.has(code);
    if (failed) {
      this.#span.setAttribute("error.type", name);
      const message = error instanceof RpcError ? { message: error.message } : {};
      this.#span.setStatus({ code: this.#api.SpanStatusCode.ERROR, ...message });
    }
    this.#span.end();
  }
}
