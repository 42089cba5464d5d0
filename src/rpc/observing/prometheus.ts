// Metrics for Prometheus: interceptors for both sides, and a server's connections, on a prom-client that the caller brings.

import { type StatusCode, statusName } from "../../wire/status-code.js";
import {
  type CallKind,
  type ClientInterceptor,
  isStream,
  type Messages,
  type ServerInterceptor,
  watchStream,
} from "../interceptor.js";
import type { RpcServer } from "../serving/rpc-server.js";
import { clientOutcome, serverOutcome } from "./call-outcome.js";

type Labels = Record<string, string>;

interface MetricSettings<Registry> {
  name: string;
  help: string;
  labelNames: string[];
  registers?: Registry[];
  buckets?: number[];
}

interface Counter {
  inc(labels: Labels): void;
}

interface Gauge {
  inc(labels: Labels): void;
  dec(labels: Labels): void;
}

interface Histogram {
  observe(labels: Labels, value: number): void;
}

/** What is used of prom-client, by shape: the module itself fits. */
export interface PrometheusClient<Registry> {
  readonly Counter: new (settings: MetricSettings<Registry>) => Counter;
  readonly Gauge: new (settings: MetricSettings<Registry>) => Gauge;
  readonly Histogram: new (settings: MetricSettings<Registry>) => Histogram;
}

export interface PrometheusOptions<Registry> {
  /** The module prom-client: `import * as client from "prom-client"`. */
  readonly client: PrometheusClient<Registry>;
  /** Where the metrics are registered. Default: prom-client's global registry. */
  readonly registers?: readonly Registry[] | undefined;
  /** Before each name. Default "rpc". */
  readonly prefix?: string | undefined;
  /** Bounds of the duration histograms, in seconds, rising. */
  readonly bucketsSeconds?: readonly number[] | undefined;
}

export interface PrometheusMetrics {
  /** For `new RpcServer({ interceptors })`. */
  readonly serverInterceptor: ServerInterceptor;
  /** For `connect({ interceptors })`. */
  readonly clientInterceptor: ClientInterceptor;
  /** Adds what no interceptor sees: connections, and calls that were refused before they reached a handler. */
  observe(server: RpcServer): void;
}

/** From half a millisecond, about a round trip within one machine, to half a minute. */
const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Registers the metrics of both sides. Their labels are bounded: methods that are not served count as "unknown", codes
 * and kinds are closed sets, and nothing that a peer chooses becomes one. @throws Error of prom-client when a name is taken.
 */
export function prometheusMetrics<Registry>(options: PrometheusOptions<Registry>): PrometheusMetrics {
  const maker = new MetricMaker(options);
  const server = new CallMetrics(maker, "server");
  const client = new CallMetrics(maker, "client");
  const connections = new ConnectionMetrics(maker);
  return {
    serverInterceptor: (call, next) => {
      const one = server.begin(call.method, call.kind);
      const request = one.watch(call.request, server.received);
      return one.around(next({ ...call, request }), server.sent, (error) => serverOutcome(error, call.ctx));
    },
    clientInterceptor: (call, next) => {
      const one = client.begin(call.method, call.kind);
      const request = one.watch(call.request, client.sent);
      return one.around(next({ ...call, request }), client.received, clientOutcome);
    },
    observe: (rpc) => {
      connections.observe(rpc);
      rpc.on("callEnd", ({ ran, method, kind, code }) => {
        if (!ran) {
          server.handled.inc({ method, kind, code: statusName(code) });
        }
      });
    },
  };
}

class MetricMaker<Registry> {
  readonly #options: PrometheusOptions<Registry>;

  constructor(options: PrometheusOptions<Registry>) {
    this.#options = options;
  }

  counter(name: string, help: string, labelNames: string[]): Counter {
    return new this.#options.client.Counter(this.#settings(name, help, labelNames));
  }

  gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new this.#options.client.Gauge(this.#settings(name, help, labelNames));
  }

  histogram(name: string, help: string, labelNames: string[]): Histogram {
    const buckets = [...(this.#options.bucketsSeconds ?? BUCKETS_SECONDS)];
    return new this.#options.client.Histogram({ ...this.#settings(name, help, labelNames), buckets });
  }

  #settings(name: string, help: string, labelNames: string[]): MetricSettings<Registry> {
    const { registers, prefix = "rpc" } = this.#options;
    return { name: `${prefix}_${name}`, help, labelNames, ...(registers ? { registers: [...registers] } : {}) };
  }
}

/** Without the type of the registry, which nobody but the maker needs. */
type Maker = Pick<MetricMaker<unknown>, "counter" | "gauge" | "histogram">;

const CALL_LABELS = ["method", "kind"];

/** The metrics of all calls of one side. */
class CallMetrics {
  readonly started: Counter;
  readonly handled: Counter;
  readonly seconds: Histogram;
  readonly open: Gauge;
  readonly sent: Counter;
  readonly received: Counter;

  constructor(maker: Maker, side: "server" | "client") {
    const name = (what: string): string => `${side}_${what}`;
    this.started = maker.counter(name("started_total"), "Calls begun.", [...CALL_LABELS]);
    this.handled = maker.counter(name("handled_total"), "Calls ended, by their code.", [...CALL_LABELS, "code"]);
    this.seconds = maker.histogram(name("call_seconds"), "From the begin of a call to its end.", [...CALL_LABELS]);
    this.open = maker.gauge(name("open_calls"), "Calls that have not ended.", [...CALL_LABELS]);
    this.sent = maker.counter(name("messages_sent_total"), "Messages of calls, sent.", [...CALL_LABELS]);
    this.received = maker.counter(name("messages_received_total"), "Messages of calls, received.", [...CALL_LABELS]);
  }

  begin(method: string, kind: CallKind): CallRecord {
    return new CallRecord(this, { method, kind });
  }
}

/** One call. */
class CallRecord {
  readonly #metrics: CallMetrics;
  readonly #labels: Labels;
  readonly #startedAtMs = performance.now();

  constructor(metrics: CallMetrics, labels: Labels) {
    this.#metrics = metrics;
    this.#labels = labels;
    metrics.started.inc(labels);
    metrics.open.inc(labels);
  }

  /** Counts the message, or each of the stream as it passes. */
  watch(messages: Messages, counter: Counter): Messages {
    if (isStream(messages)) {
      return watchStream(messages, { onMessage: () => counter.inc(this.#labels) });
    }
    counter.inc(this.#labels);
    return messages;
  }

  /** Waits for the call, and for the end of the stream if it answers with one. */
  async around(
    answered: Promise<Messages>,
    counter: Counter,
    outcome: (error: unknown) => StatusCode,
  ): Promise<Messages> {
    try {
      const response = await answered;
      if (isStream(response)) {
        return watchStream(response, {
          onMessage: () => counter.inc(this.#labels),
          onEnd: (error) => this.#end(outcome(error)),
        });
      }
      const code = outcome(undefined);
      if (statusName(code) === "OK") {
        counter.inc(this.#labels);
      }
      this.#end(code);
      return response;
    } catch (error) {
      this.#end(outcome(error));
      throw error;
    }
  }

  #end(code: StatusCode): void {
    this.#metrics.open.dec(this.#labels);
    this.#metrics.seconds.observe(this.#labels, (performance.now() - this.#startedAtMs) / 1_000);
    this.#metrics.handled.inc({ ...this.#labels, code: statusName(code) });
  }
}

class ConnectionMetrics {
  readonly #open: Gauge;
  readonly #opened: Counter;
  readonly #refused: Counter;

  constructor(maker: Maker) {
    this.#open = maker.gauge("server_connections", "Connections that are open.", ["protocol"]);
    this.#opened = maker.counter("server_connections_total", "Connections, from their handshake on.", ["protocol"]);
    this.#refused = maker.counter("server_refused_total", "Turned away before they were connections.", ["reason"]);
  }

  observe(server: RpcServer): void {
    server.on("connection", ({ protocol = "plaintext" }) => {
      this.#opened.inc({ protocol });
      this.#open.inc({ protocol });
    });
    server.on("connectionEnd", ({ protocol = "plaintext" }) => this.#open.dec({ protocol }));
    server.on("refused", ({ reason }) => this.#refused.inc({ reason: reason.reason ?? "unknown" }));
  }
}
