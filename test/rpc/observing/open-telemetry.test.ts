// Spans of clients and servers by the real OpenTelemetry SDK, and that a trace goes on across the wire.

import * as api from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import t from "tap";
import { type CallContext, openTelemetryTracing, RpcError, StatusCode } from "../../../src/rpc/index.js";
import { failure } from "../../helpers/rpc-failure.js";
import { next } from "../../helpers/rpc-pair.js";
import { count, observedEcho, streamOf } from "./observed-echo.js";

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
api.trace.setGlobalTracerProvider(provider);
api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** W3C Trace Context, level 1, as far as these tests go: the SDK leaves it to a package of its own. */
const traceparent: api.TextMapPropagator = {
  inject(context, carrier, setter) {
    const span = api.trace.getSpanContext(context);
    if (span !== undefined) {
      setter.set(carrier, "traceparent", `00-${span.traceId}-${span.spanId}-0${span.traceFlags}`);
    }
  },
  extract(context, carrier, getter) {
    const value = getter.get(carrier, "traceparent");
    const [, traceId = "", spanId = "", flags = ""] = String(value).split("-");
    const span = { traceId, spanId, traceFlags: Number(flags), isRemote: true };
    return value === undefined ? context : api.trace.setSpanContext(context, span);
  },
  fields: () => ["traceparent"],
};
api.propagation.setGlobalPropagator(traceparent);

const tracing = openTelemetryTracing({ api, attributes: { "service.tier": "test" } });
const tracer = api.trace.getTracer("test");
const METHOD = "earshot.test.v1.EchoService/";

t.beforeEach(() => exporter.reset());

const spanOf = (kind: api.SpanKind, method: string) =>
  exporter.getFinishedSpans().find((span) => span.kind === kind && span.name === METHOD + method);

function pairOf(method: string) {
  const client = spanOf(api.SpanKind.CLIENT, method);
  const server = spanOf(api.SpanKind.SERVER, method);
  if (client === undefined || server === undefined) throw new Error(`no two spans of ${method}`);
  return { client, server };
}

t.test("the server's span is the child of the client's, and that of what was active", async (t) => {
  const { echo } = await observedEcho(t, tracing);
  const outer = tracer.startSpan("outer");
  await api.context.with(api.trace.setSpan(api.context.active(), outer), () => echo.unary({ text: "a" }));
  outer.end();
  const { client, server } = pairOf("Unary");
  t.equal(client.parentSpanContext?.spanId, outer.spanContext().spanId);
  t.equal(server.parentSpanContext?.spanId, client.spanContext().spanId);
  t.equal(server.spanContext().traceId, outer.spanContext().traceId);
  t.match(client.attributes, {
    "rpc.system.name": "earshot",
    "rpc.method": `${METHOD}Unary`,
    "rpc.response.status_code": "OK",
    "service.tier": "test",
  });
  t.match(server.attributes, { "network.peer.address": "127.0.0.1", "network.peer.port": Number });
  t.equal(client.status.code, api.SpanStatusCode.UNSET);
});

t.test("all kinds of call have their two spans, which end when the streams have", async (t) => {
  const { echo } = await observedEcho(t, tracing);
  const stream = echo.serverStream({ count: 2 })[Symbol.asyncIterator]();
  await stream.next();
  t.equal(spanOf(api.SpanKind.CLIENT, "ServerStream"), undefined, "not at the first message");
  while ((await stream.next()).done !== true);
  await echo.clientStream(streamOf({ text: "a" }));
  await count(echo.bidi(streamOf({ text: "a" }, { text: "b" })));
  for (const method of ["ServerStream", "ClientStream", "Bidi"]) {
    const { client, server } = pairOf(method);
    t.equal(server.parentSpanContext?.spanId, client.spanContext().spanId, method);
    t.equal(server.attributes["rpc.response.status_code"], "OK");
  }
});

t.test("what a handler does lies within its span, also in the middle of a stream", async (t) => {
  const within = (name: string): void => tracer.startSpan(name).end();
  const { echo } = await observedEcho(t, tracing, {
    unary: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      within("in unary");
      return {};
    },
    async *serverStream() {
      within("before the first");
      yield {};
      await new Promise((resolve) => setImmediate(resolve));
      within("after the first");
      yield {};
    },
  });
  await echo.unary({});
  await count(echo.serverStream({}));
  const parentOf = (name: string) =>
    exporter.getFinishedSpans().find((span) => span.name === name)?.parentSpanContext?.spanId;
  t.equal(parentOf("in unary"), pairOf("Unary").server.spanContext().spanId);
  const { server } = pairOf("ServerStream");
  t.equal(parentOf("before the first"), server.spanContext().spanId);
  t.equal(parentOf("after the first"), server.spanContext().spanId);
});

t.test("errors: of the client each, of the server what is its own fault; foreign words stay out", async (t) => {
  const { echo } = await observedEcho(t, tracing, {
    unary: ({ text }) => {
      throw text === "bug" ? new TypeError("hunter2") : new RpcError(StatusCode.NOT_FOUND, "no such thing");
    },
  });
  await failure(echo.unary({}));
  const notFound = pairOf("Unary");
  t.match(notFound.client, {
    status: { code: api.SpanStatusCode.ERROR, message: "no such thing" },
    attributes: { "error.type": "NOT_FOUND", "rpc.response.status_code": "NOT_FOUND" },
  });
  t.match(notFound.server, {
    status: { code: api.SpanStatusCode.UNSET },
    attributes: { "rpc.response.status_code": "NOT_FOUND" },
  });
  exporter.reset();
  await failure(echo.unary({ text: "bug" }));
  const bug = pairOf("Unary");
  t.match(bug.server, { status: { code: api.SpanStatusCode.ERROR }, attributes: { "error.type": "INTERNAL" } });
  t.notMatch(JSON.stringify([bug.server.status, bug.server.attributes, bug.server.events]), "hunter2");
});

t.test("a stream that is left, or fails, ends its spans", async (t) => {
  const { echo, server } = await observedEcho(t, tracing);
  const ended = next(server, "callEnd");
  for await (const _ of echo.serverStream({ count: 1_000_000, size: 1_000 })) break;
  await ended;
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(pairOf("ServerStream").server.attributes["rpc.response.status_code"], "CANCELLED");
  await failure(count(echo.bidi(streamOf({ text: "fail" }))));
  t.equal(pairOf("Bidi").client.attributes["error.type"], "FAILED_PRECONDITION");
});

t.test("the caller's own metadata stays as it was, and a propagator's odd key harms nothing", async (t) => {
  let seen: CallContext["metadata"] | undefined;
  const { echo } = await observedEcho(t, tracing, {
    unary: (_request, ctx) => {
      seen = ctx.metadata;
      return {};
    },
  });
  const inject: api.TextMapPropagator["inject"] = (context, carrier, setter) => {
    traceparent.inject(context, carrier, setter);
    setter.set(carrier, "Odd Key", "x");
    setter.set(carrier, "TraceState", "a=b");
  };
  api.propagation.disable();
  api.propagation.setGlobalPropagator({ ...traceparent, inject });
  await echo.unary({}, { metadata: { tenant: "a" } });
  t.equal(seen?.get("tenant"), "a");
  t.equal(seen?.get("tracestate"), "a=b");
  t.match(seen?.get("traceparent"), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});
