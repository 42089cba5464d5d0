// The calls of AccountService put together: one object with a handler for each, which tells what happened as typed events.

import { EventEmitter } from "node:events";
import type { AccountServiceDefinition } from "../gen/earshot/accounts/v1/accounts.js";
import type { ServiceHandlers } from "../rpc/index.js";
import type { AuditEvent, AuditKind } from "./audit-event.js";
import { AccountCalls } from "./calls/account-calls.js";
import { AccountWatch } from "./calls/account-watch.js";
import { CallAudit } from "./calls/call-audit.js";
import { Login } from "./calls/login.js";
import { PasswordCalls } from "./calls/password-calls.js";
import { Registration } from "./calls/registration.js";
import { SessionCalls } from "./calls/session-calls.js";
import { SessionGuard, type SessionLifetime } from "./calls/session-guard.js";
import { WatchRegistry } from "./calls/watch-registry.js";
import { GateFull } from "./password/hash-gate.js";
import type { PasswordHasher } from "./password/password-hasher.js";
import { statusOf } from "./service-status.js";
import type { AccountStore } from "./store/account-store.js";
import type { DatabaseNodeChange } from "./store/mysql-database.js";
import type { StoreError } from "./store/store-error.js";
import { type LoginThrottle, Throttled } from "./throttle/login-throttle.js";

/** One event for each kind, after it is stored; `error` for what a caller is told nothing of. */
export interface AccountEvents extends Record<AuditKind, [AuditEvent]> {
  error: [unknown];
  /** An attempt was refused before it was looked at: too many of one kind, or too many at once. */
  turnedAway: ["throttled" | "busy"];
  /** The database went away, and why; or it is back, with undefined. */
  store: [outage: StoreError | undefined];
  /** A host of a MySQL URL went down or came back. */
  node: [DatabaseNodeChange];
}

export interface AccountServiceOptions {
  readonly store: AccountStore;
  readonly hasher: PasswordHasher;
  readonly throttle: LoginThrottle;
  readonly lifetime?: Partial<SessionLifetime> | undefined;
  /** How soon a watch sees what happens on other servers, in milliseconds. Default 1,000. */
  readonly watchPollMs?: number | undefined;
  /** Milliseconds since 1970. Default Date.now. */
  readonly now?: (() => number) | undefined;
}

export type AccountServiceHandlers = ServiceHandlers<typeof AccountServiceDefinition>;

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_LIFETIME: SessionLifetime = { idleMs: 7 * DAY_MS, absoluteMs: 30 * DAY_MS };
/** Anyone can fail as often as they like, so these events do not pile up for ever. */
const FAILURES_KEPT_MS = 90 * DAY_MS;
const DEFAULT_WATCH_POLL_MS = 1_000;
/** Twice the time between purges: what a call under way left of a deleted account goes with one of the next two. */
const DELETED_SINCE_MS = 2 * HOUR_MS;

const NOBODY_ID = new Uint8Array(16);

export class AccountService extends EventEmitter<AccountEvents> {
  /** For `RpcServer.serve`. */
  readonly handlers: AccountServiceHandlers;
  readonly #store: AccountStore;
  readonly #guard: SessionGuard;
  readonly #now: () => number;
  readonly #watches = new WatchRegistry();

  constructor(options: AccountServiceOptions) {
    super();
    const { store, hasher, throttle, lifetime, watchPollMs = DEFAULT_WATCH_POLL_MS, now = Date.now } = options;
    this.#store = store;
    this.#now = now;
    this.#guard = new SessionGuard(store, { ...DEFAULT_LIFETIME, ...lifetime }, now);
    const audit = new CallAudit({
      now,
      onTold: (event) => this.#tell(event),
      onError: (error) => this.#tellError(error),
    });
    const parts = { store, hasher, throttle, audit, guard: this.#guard };
    const registration = new Registration(parts);
    const login = new Login(parts);
    const sessions = new SessionCalls(parts);
    const passwords = new PasswordCalls(parts);
    const account = new AccountCalls(parts);
    const watch = new AccountWatch(parts, this.#watches, watchPollMs);
    this.handlers = {
      register: (request, ctx) => this.#answer(registration.register(request, ctx)),
      login: (request, ctx) => this.#answer(login.login(request, ctx)),
      whoAmI: (_request, ctx) => this.#answer(sessions.whoAmI(ctx)),
      logout: (_request, ctx) => this.#answer(sessions.logout(ctx)),
      listSessions: (_request, ctx) => this.#answer(sessions.listSessions(ctx)),
      revokeSession: (request, ctx) => this.#answer(sessions.revokeSession(request, ctx)),
      logoutEverywhere: (request, ctx) => this.#answer(sessions.logoutEverywhere(request, ctx)),
      changePassword: (request, ctx) => this.#answer(passwords.changePassword(request, ctx)),
      resetPassword: (request, ctx) => this.#answer(passwords.resetPassword(request, ctx)),
      deleteAccount: (request, ctx) => this.#answer(account.deleteAccount(request, ctx)),
      exportAccount: (_request, ctx) => this.#stream(account.exportAccount(ctx)),
      watch: (request, ctx) => this.#stream(watch.watch(request, ctx)),
    };
  }

  /** Deletes what is of no use any more. To be called every hour. */
  async purge(): Promise<void> {
    const nowMs = this.#now();
    await this.#store.purgeSessions(nowMs, nowMs - this.#guard.lifetime.idleMs);
    await this.#store.purgeResetCodes(nowMs);
    await this.#store.purgeFailures(nowMs - FAILURES_KEPT_MS);
    await this.#store.purgeDeleted(nowMs - DELETED_SINCE_MS);
  }

  /** Ends all watches, for good: a server that stops does not wait for them. */
  endWatches(): void {
    this.#watches.end();
  }

  async #answer<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw this.#statusOf(error);
    }
  }

  async *#stream<T>(answers: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      yield* answers;
    } catch (error) {
      throw this.#statusOf(error);
    }
  }

  #statusOf(error: unknown): unknown {
    if (error instanceof Throttled || error instanceof GateFull) {
      this.emit("turnedAway", error instanceof Throttled ? "throttled" : "busy");
    }
    return statusOf(error, (hidden) => this.#tellError(hidden));
  }

  #tell(event: AuditEvent): void {
    // Those of nobody too: a failed login is the same work for every name.
    this.#watches.wake(event.accountId ?? NOBODY_ID);
    this.emit(event.kind, event);
  }

  #tellError(error: unknown): void {
    if (this.listenerCount("error") > 0) {
      this.emit("error", error);
    }
  }
}
