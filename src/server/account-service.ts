// The calls of AccountService put together: one object with a handler for each, which tells what happened as typed events.

import { EventEmitter } from "node:events";
import type { AccountServiceDefinition } from "../gen/earshot/accounts/v1/accounts.js";
import { OpaqueServiceDefinition } from "../gen/earshot/accounts/v1/opaque.js";
import { OpaqueServer, type ServerKeys } from "../opaque/opaque-server.js";
import type { ServiceHandlers } from "../rpc/index.js";
import type { AuditEvent, AuditKind } from "./audit-event.js";
import { AccountCalls } from "./calls/account-calls.js";
import type { AccountParts } from "./calls/account-parts.js";
import { AccountWatch } from "./calls/account-watch.js";
import { CallAudit } from "./calls/call-audit.js";
import { Login } from "./calls/login.js";
import { OpaqueChanges } from "./calls/opaque-changes.js";
import { OpaqueLogin } from "./calls/opaque-login.js";
import type { OpaqueParts } from "./calls/opaque-parts.js";
import { OpaqueRegistration } from "./calls/opaque-registration.js";
import { PasswordCalls } from "./calls/password-calls.js";
import { Registration } from "./calls/registration.js";
import { SessionCalls } from "./calls/session-calls.js";
import { SessionGuard, type SessionLifetime } from "./calls/session-guard.js";
import { SessionOpening } from "./calls/session-opening.js";
import { WatchRegistry } from "./calls/watch-registry.js";
import { keyIdOf } from "./opaque/opaque-record.js";
import { PendingLogins } from "./opaque/pending-logins.js";
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
  /** Without them there is no OpaqueService. */
  readonly opaqueKeys?: ServerKeys | undefined;
  readonly lifetime?: Partial<SessionLifetime> | undefined;
  /** How soon a watch sees what happens on other servers, in milliseconds. Default 1,000. */
  readonly watchPollMs?: number | undefined;
  /** Milliseconds since 1970. Default Date.now. */
  readonly now?: (() => number) | undefined;
}

export type AccountServiceHandlers = ServiceHandlers<typeof AccountServiceDefinition>;
export type OpaqueServiceHandlers = ServiceHandlers<typeof OpaqueServiceDefinition>;

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_LIFETIME: SessionLifetime = { idleMs: 7 * DAY_MS, absoluteMs: 30 * DAY_MS };
/** Anyone can fail as often as they like, so these events do not pile up for ever. */
const FAILURES_KEPT_MS = 90 * DAY_MS;
const DEFAULT_WATCH_POLL_MS = 1_000;
/** Twice the time between purges: what a call under way left of a deleted account goes with one of the next two. */
const DELETED_SINCE_MS = 2 * HOUR_MS;

/** The context of RFC 9807, section 3.1: what logs in here logs in nowhere else. */
const OPAQUE_CONTEXT = Buffer.from(OpaqueServiceDefinition.fullName);

const NOBODY_ID = new Uint8Array(16);

export class AccountService extends EventEmitter<AccountEvents> {
  /** For `RpcServer.serve`. */
  readonly handlers: AccountServiceHandlers;
  /** The same, for OpaqueService; undefined without keys. */
  readonly opaqueHandlers: OpaqueServiceHandlers | undefined;
  readonly #pending: PendingLogins | undefined;
  readonly #store: AccountStore;
  readonly #guard: SessionGuard;
  readonly #now: () => number;
  readonly #watches = new WatchRegistry();

  constructor(options: AccountServiceOptions) {
    super();
    const { store, hasher, throttle, opaqueKeys, lifetime } = options;
    const { watchPollMs = DEFAULT_WATCH_POLL_MS, now = Date.now } = options;
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
    const opaque = opaqueKeys && this.#opaqueParts(parts, opaqueKeys);
    this.#pending = opaque?.pending;
    this.opaqueHandlers = opaque && this.#opaqueCalls(opaque);
  }

  #opaqueParts(parts: AccountParts, keys: ServerKeys): OpaqueParts {
    const opening = new SessionOpening(parts);
    const pending = new PendingLogins({
      onAbandoned: ({ origin, account }) => {
        opening.tellFailed(origin, account).catch((error) => this.#tellError(error));
      },
    });
    return { ...parts, opaque: new OpaqueServer(keys, OPAQUE_CONTEXT), keyId: keyIdOf(keys), pending };
  }

  #opaqueCalls(parts: OpaqueParts): OpaqueServiceHandlers {
    const registration = new OpaqueRegistration(parts);
    const login = new OpaqueLogin(parts);
    const changes = new OpaqueChanges(parts, login);
    return {
      registerStart: (request, ctx) => this.#answer(registration.start(request, ctx)),
      registerFinish: (request, ctx) => this.#answer(registration.finish(request, ctx)),
      loginStart: (request, ctx) => this.#answer(login.start(request, ctx)),
      loginFinish: (request, ctx) => this.#answer(login.finish(request, ctx)),
      upgrade: (request, ctx) => this.#answer(changes.upgrade(request, ctx)),
      replaceRecord: (request, ctx) => this.#answer(changes.replaceRecord(request, ctx)),
      resetRecord: (request, ctx) => this.#answer(changes.resetRecord(request, ctx)),
      deleteOpaqueAccount: (request, ctx) => this.#answer(changes.delete(request, ctx)),
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

  /** Logins that were begun can be finished no more. */
  close(): void {
    this.#pending?.close();
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
