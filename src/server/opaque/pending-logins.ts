// Logins that were begun and not finished yet: bounded in number and time, each to be finished once.

import { randomBytes } from "node:crypto";
import type { EventOrigin } from "../calls/call-audit.js";
import type { AccountRecord } from "../store/account-store.js";
import type { Attempt } from "../throttle/login-throttle.js";

export interface PendingLogin {
  /** Undefined for a name that nobody logs in with by OPAQUE: it cannot be finished. */
  readonly account: AccountRecord | undefined;
  readonly expectedKe3: Uint8Array;
  readonly sessionKey: Uint8Array;
  readonly attempt: Attempt;
  readonly origin: EventOrigin;
}

export interface PendingLoginsOptions {
  /** Default a minute. */
  readonly lifetimeMs?: number;
  /** Of more, the oldest are given up. Default 16,384: about 16 MB. */
  readonly maxPending?: number;
  /** A login that nobody finished: who gives a wrong password learns so by the first half alone, and goes. */
  readonly onAbandoned: (login: PendingLogin) => void;
}

interface Timed {
  readonly login: PendingLogin;
  readonly endsAtMs: number;
}

const DEFAULT_LIFETIME_MS = 60_000;
const DEFAULT_MAX_PENDING = 16_384;
const ID_BYTES = 16;

export class PendingLogins {
  readonly #lifetimeMs: number;
  readonly #maxPending: number;
  readonly #onAbandoned: (login: PendingLogin) => void;
  /** In the order of their ends. */
  readonly #logins = new Map<string, Timed>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ lifetimeMs, maxPending, onAbandoned }: PendingLoginsOptions) {
    this.#lifetimeMs = lifetimeMs ?? DEFAULT_LIFETIME_MS;
    this.#maxPending = maxPending ?? DEFAULT_MAX_PENDING;
    this.#onAbandoned = onAbandoned;
  }

  get size(): number {
    return this.#logins.size;
  }

  /** Gives the id to finish it by: 16 random bytes. */
  add(login: PendingLogin): Uint8Array {
    const [oldest] = this.#logins;
    if (oldest !== undefined && this.#logins.size >= this.#maxPending) this.#abandon(...oldest);
    const id = randomBytes(ID_BYTES);
    this.#logins.set(id.toString("latin1"), { login, endsAtMs: performance.now() + this.#lifetimeMs });
    this.#timer ??= this.#wait(this.#lifetimeMs);
    return id;
  }

  /** Undefined when there is none, or no more. */
  take(id: Uint8Array): PendingLogin | undefined {
    const key = Buffer.from(id).toString("latin1");
    const timed = this.#logins.get(key);
    this.#logins.delete(key);
    return timed?.login;
  }

  /** Gives all up. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { login } of this.#logins.values()) wipe(login);
    this.#logins.clear();
  }

  #wait(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#abandonEnded(), delayMs).unref();
  }

  #abandonEnded(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const [key, timed] of this.#logins) {
      if (timed.endsAtMs > nowMs) {
        this.#timer = this.#wait(timed.endsAtMs - nowMs);
        return;
      }
      this.#abandon(key, timed);
    }
  }

  #abandon(key: string, { login }: Timed): void {
    this.#logins.delete(key);
    wipe(login);
    this.#onAbandoned(login);
  }
}

function wipe({ expectedKe3, sessionKey }: PendingLogin): void {
  expectedKe3.fill(0);
  sessionKey.fill(0);
}
