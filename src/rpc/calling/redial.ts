// When to try to connect again, and when to stop waiting for it: exponential backoff with full jitter.

import type { Reason, RpcError } from "../rpc-error.js";

/** Times in milliseconds. */
export interface ReconnectPolicy {
  /** The most that the first retry waits; each further one at most twice as long. The real wait is random below that. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Calls wait through failed attempts for this long, or until their deadlines; then they fail as not sent. */
  readonly maxWaitMs: number;
}

export const DEFAULT_RECONNECT: ReconnectPolicy = { firstDelayMs: 100, maxDelayMs: 10_000, maxWaitMs: 10_000 };

/** A connection that lived shorter than this was no success: a server that drops everyone is not to be hammered. */
const MIN_LIFE_MS = 1_000;

/** Failures that more attempts do not mend: someone has to look. */
const LASTING: ReadonlySet<Reason | undefined> = new Set<Reason>([
  "server_not_trusted",
  "certificate_expired",
  "server_name_mismatch",
  "server_identity_changed",
  "client_certificate_required",
  "client_not_trusted",
  "alpn_mismatch",
  "not_tls",
  "tls_version_mismatch",
  "permission_denied",
  "bad_options",
]);

/** Whether another attempt would end the same way. */
export function isLasting({ reason }: RpcError): boolean {
  return LASTING.has(reason);
}

/** Keeps count of attempts; neither dials nor waits by itself. Times are milliseconds of one clock. */
export class Redial {
  readonly #policy: ReconnectPolicy;
  readonly #random: () => number;
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #connectedAt = Number.NEGATIVE_INFINITY;
  #failingSince: number | undefined;

  /** `random` gives numbers from 0 to 1. */
  constructor(policy: ReconnectPolicy, random: () => number = Math.random) {
    this.#policy = policy;
    this.#random = random;
  }

  /** How long the next attempt still has to wait. */
  delayMs(nowMs: number): number {
    if (this.#failures === 0) {
      return 0;
    }
    const { firstDelayMs, maxDelayMs } = this.#policy;
    const delayMs = this.#random() * Math.min(firstDelayMs * 2 ** (this.#failures - 1), maxDelayMs);
    return Math.max(this.#failedAt + delayMs - nowMs, 0);
  }

  connected(nowMs: number): void {
    this.#connectedAt = nowMs;
    this.#failingSince = undefined;
  }

  disconnected(nowMs: number): void {
    this.#failures = nowMs - this.#connectedAt < MIN_LIFE_MS ? this.#failures + 1 : 0;
    this.#failedAt = nowMs;
  }

  /** An attempt failed. True when the calls that wait should not wait for another. */
  failed(error: RpcError, nowMs: number): boolean {
    this.#failures += 1;
    this.#failedAt = nowMs;
    this.#failingSince ??= nowMs;
    return isLasting(error) || nowMs - this.#failingSince >= this.#policy.maxWaitMs;
  }
}
