// All metrics of an account server, in a registry of their own.

import * as prometheus from "prom-client";
import { type PrometheusMetrics, prometheusMetrics, type ServerInterceptor } from "../../rpc/index.js";
import type { AccountServer } from "../account-server.js";
import type { PasswordHasher } from "../password/password-hasher.js";
import type { AccountStore } from "../store/account-store.js";
import { AccountMetrics } from "./account-metrics.js";
import { StoreMetrics } from "./store-metrics.js";

/** What a server lets its metrics see. */
export interface MeasuredParts {
  readonly server: AccountServer;
  readonly store: AccountStore;
  readonly hasher: PasswordHasher;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** For one server: give it as `metrics` to `createAccountServer`, and `registry.metrics()` to whoever scrapes. */
export class ServerMetrics {
  readonly registry = new prometheus.Registry();
  /** @internal */
  readonly accounts = new AccountMetrics(this.registry);
  /** @internal */
  readonly store = new StoreMetrics(this.registry);
  readonly #calls: PrometheusMetrics;

  constructor() {
    prometheus.collectDefaultMetrics({ register: this.registry });
    this.#calls = prometheusMetrics({ client: prometheus, registers: [this.registry], prefix: "earshot_rpc" });
  }

  /** @internal */
  get interceptor(): ServerInterceptor {
    return this.#calls.serverInterceptor;
  }

  /** @internal */
  observe({ server, store, hasher, now }: MeasuredParts): void {
    this.#calls.observe(server.rpc);
    this.accounts.observe(server, hasher);
    this.store.observe(store, now);
  }
}
