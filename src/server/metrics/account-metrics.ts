// Metrics of registrations, logins and the hashing of passwords. All labels are of closed sets.

import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { AccountServiceDefinition } from "../../gen/earshot/accounts/v1/accounts.js";
import { StatusCode } from "../../rpc/index.js";
import type { AccountServer } from "../account-server.js";
import { AUDIT_KINDS } from "../audit-event.js";
import type { HashTiming, PasswordHasher } from "../password/password-hasher.js";

const { fullName, methods } = AccountServiceDefinition;
const REGISTER = `${fullName}/${methods.register.name}`;
const LOGIN = `${fullName}/${methods.login.name}`;
/** How an attempt ended. Codes that are not here are the server's own failures. */
const OUTCOMES: ReadonlyMap<StatusCode, string> = new Map([
  [StatusCode.OK, "ok"],
  [StatusCode.UNAUTHENTICATED, "refused"],
  [StatusCode.PERMISSION_DENIED, "disabled"],
  [StatusCode.ALREADY_EXISTS, "taken"],
  [StatusCode.INVALID_ARGUMENT, "invalid"],
  [StatusCode.RESOURCE_EXHAUSTED, "turned_away"],
  [StatusCode.UNAVAILABLE, "unavailable"],
  [StatusCode.CANCELLED, "given_up"],
  [StatusCode.DEADLINE_EXCEEDED, "given_up"],
]);
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 2, 3];

export class AccountMetrics {
  readonly #registers: Registry[];
  readonly #hashWait: Histogram;
  readonly #hashSeconds: Histogram;

  constructor(registry: Registry) {
    this.#registers = [registry];
    this.#hashWait = this.#histogram("earshot_hash_wait_seconds", "What passwords waited for their turn to be hashed.");
    this.#hashSeconds = this.#histogram(
      "earshot_hash_seconds",
      "What the hashing of a password took, after its turn came.",
    );
  }

  hashed({ waitMs, hashMs }: HashTiming): void {
    this.#hashWait.observe(waitMs / 1_000);
    this.#hashSeconds.observe(hashMs / 1_000);
  }

  observe({ rpc, accounts }: AccountServer, hasher: PasswordHasher): void {
    const events = this.#counter("earshot_account_events_total", "Audit events of this server.", "kind");
    for (const kind of AUDIT_KINDS) {
      events.inc({ kind }, 0);
      accounts.on(kind, () => events.inc({ kind }));
    }
    const turnedAway = this.#counter(
      "earshot_turned_away_total",
      "Attempts refused before they were looked at: too many of one kind (throttled), or too many at once (busy).",
      "reason",
    );
    accounts.on("turnedAway", (reason) => turnedAway.inc({ reason }));
    const registrations = this.#counter("earshot_registrations_total", "Calls of Register ended.", "outcome");
    const logins = this.#counter("earshot_logins_total", "Calls of Login ended.", "outcome");
    rpc.on("callEnd", ({ method, code }) => {
      const counter = method === LOGIN ? logins : method === REGISTER ? registrations : undefined;
      counter?.inc({ outcome: OUTCOMES.get(code) ?? "failed" });
    });
    this.#gauge("earshot_hash_queue_length", "Passwords that wait for their turn to be hashed.", () => hasher.waiting);
    this.#gauge("earshot_hashes_running", "Passwords that are being hashed.", () => hasher.running);
  }

  #counter<Label extends string>(name: string, help: string, label: Label): Counter<Label> {
    return new Counter({ name, help, labelNames: [label], registers: this.#registers });
  }

  #histogram(name: string, help: string): Histogram {
    return new Histogram({ name, help, buckets: BUCKETS_SECONDS, registers: this.#registers });
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: this.#registers,
      collect() {
        this.set(value());
      },
    });
  }
}
