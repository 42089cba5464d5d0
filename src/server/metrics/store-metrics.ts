// Metrics of the database as the server sees it: calls, nodes, sessions.

import { setTimeout as sleep } from "node:timers/promises";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { AccountStore } from "../store/account-store.js";
import type { StoreCall } from "../store/observed-store.js";

const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Counting reads much, so it is done no more often. */
const COUNT_INTERVAL_MS = 60_000;
/** What a scrape waits for it. */
const MAX_COUNT_MS = 250;

export class StoreMetrics {
  readonly #calls: Counter<"call" | "outcome">;
  readonly #seconds: Histogram<"call">;
  readonly #up: Gauge;
  readonly #registers: Registry[];

  constructor(registry: Registry) {
    const registers = [registry];
    this.#registers = registers;
    this.#calls = new Counter({
      name: "earshot_store_calls_total",
      help: "Calls of the store ended, by their outcome: ok, or the code of the error.",
      labelNames: ["call", "outcome"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "earshot_store_call_seconds",
      help: "What calls of the store took, with their retries.",
      labelNames: ["call"],
      buckets: BUCKETS_SECONDS,
      registers,
    });
    this.#up = new Gauge({
      name: "earshot_store_up",
      help: "Whether the database can be written to: 1 or 0.",
      registers,
    });
    this.#up.set(1);
  }

  saw({ method: call, error, durationMs }: StoreCall): void {
    this.#calls.inc({ call, outcome: error?.code ?? "ok" });
    this.#seconds.observe({ call }, durationMs / 1_000);
  }

  setUp(isUp: boolean): void {
    this.#up.set(isUp ? 1 : 0);
  }

  /** `now` in milliseconds since 1970. */
  observe(store: AccountStore, now: () => number): void {
    const registers = this.#registers;
    new Gauge({
      name: "earshot_database_node_up",
      help: "Whether this server can use a node of the database: 1 or 0.",
      labelNames: ["node"],
      registers,
      collect() {
        for (const { name: node, isUp } of store.nodes()) {
          this.set({ node }, isUp ? 1 : 0);
        }
      },
    });
    let countedAtMs = Number.NEGATIVE_INFINITY;
    const sessions: Gauge = new Gauge({
      name: "earshot_sessions",
      help: "Sessions of all accounts that have not expired, in the database; up to a minute old.",
      registers,
      async collect() {
        if (performance.now() - countedAtMs >= COUNT_INTERVAL_MS) {
          countedAtMs = performance.now();
          const counting = count();
          // Whoever asks gets the last count rather than none.
          await Promise.race([counting, sleep(MAX_COUNT_MS, undefined, { ref: false })]);
        }
      },
    });
    sessions.set(Number.NaN);
    const count = async (): Promise<void> => {
      try {
        sessions.set(await store.countSessions(now()));
      } catch {
        countedAtMs = Number.NEGATIVE_INFINITY;
      }
    };
  }
}
