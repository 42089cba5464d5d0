// The calls of AccountService: register, log in, tell who one is, log out. Tells what happened as typed events.

import { EventEmitter } from "node:events";
import type {
  Account,
  LoginRequest,
  LoginResponse,
  LogoutResponse,
  RegisterRequest,
  RegisterResponse,
  WhoAmIResponse,
} from "../gen/earshot/accounts/v1/accounts.js";
import { InvalidField_Reason as Reason } from "../gen/earshot/accounts/v1/accounts.js";
import type { CallContext } from "../rpc/index.js";
import { type AuditEvent, type AuditKind, newId } from "./audit-event.js";
import type { Caller } from "./password/fair-queue.js";
import type { PasswordHasher } from "./password/password-hasher.js";
import { normalizePassword, passwordRefusal } from "./password/password-rules.js";
import { invalidArgument } from "./refusal.js";
import { loginRefused, requestIdReused, sessionRefused, statusOf, usernameTaken } from "./service-status.js";
import { bearerToken, createToken, tokenHash } from "./session-token.js";
import type { AccountRecord, AccountStore, SessionRecord } from "./store/account-store.js";
import { normalizeUsername, usernameRefusal } from "./username.js";

/** One event for each kind, after it is stored; `error` for what a caller is told nothing of. */
export interface AccountEvents {
  registered: [AuditEvent];
  login: [AuditEvent];
  login_failed: [AuditEvent];
  logout: [AuditEvent];
  error: [unknown];
}

export interface SessionLifetime {
  /** A session ends this long after its last use. Default 7 days. */
  readonly idleMs: number;
  /** And this long after it began, however much it is used. Default 30 days. */
  readonly absoluteMs: number;
}

export interface AccountServiceOptions {
  readonly store: AccountStore;
  readonly hasher: PasswordHasher;
  readonly lifetime?: Partial<SessionLifetime> | undefined;
  /** Milliseconds since 1970. Default Date.now. */
  readonly now?: (() => number) | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_LIFETIME: SessionLifetime = { idleMs: 7 * DAY_MS, absoluteMs: 30 * DAY_MS };
/** Anyone can fail to log in as often as they like, so these do not pile up for ever. */
const FAILED_LOGIN_KEPT_MS = 90 * DAY_MS;
/** A use within this of the last noted one is not noted: it would cost a write for every call. */
const TOUCH_INTERVAL_MS = 60_000;
const REQUEST_ID_BYTES = 16;

export class AccountService extends EventEmitter<AccountEvents> {
  readonly #store: AccountStore;
  readonly #hasher: PasswordHasher;
  readonly #lifetime: SessionLifetime;
  readonly #now: () => number;

  constructor({ store, hasher, lifetime, now }: AccountServiceOptions) {
    super();
    this.#store = store;
    this.#hasher = hasher;
    this.#lifetime = { ...DEFAULT_LIFETIME, ...lifetime };
    this.#now = now ?? Date.now;
  }

  register(request: RegisterRequest, ctx: CallContext): Promise<RegisterResponse> {
    return this.#answer(async () => {
      const username = normalizeUsername(request.username);
      const password = checkedPassword(request, username);
      const atMs = this.#now();
      const account = {
        accountId: newId(atMs),
        username,
        passwordHash: await this.#hasher.hash(password, callerOf(ctx), ctx.signal),
        requestId: request.requestId.length === 0 ? newId(atMs) : request.requestId,
        createdAtMs: atMs,
      };
      const event = this.#event("registered", ctx, account);
      const outcome = await this.#store.register(account, event);
      if (outcome.kind === "username_taken") {
        throw usernameTaken(username);
      }
      if (outcome.kind === "repeated") {
        await this.#checkRepeated(outcome.account, username, password, ctx);
        return { account: accountMessage(outcome.account) };
      }
      this.#tell(event);
      return { account: accountMessage(account) };
    });
  }

  login(request: LoginRequest, ctx: CallContext): Promise<LoginResponse> {
    return this.#answer(async () => {
      const username = normalizeUsername(request.username);
      const password = normalizePassword(request.password);
      // A name that no account can have is looked up and hashed for all the same, so that it takes as long as others.
      const isName = usernameRefusal(username) === undefined;
      const account = await this.#store.findAccount(isName ? username : "");
      const stored = password === undefined ? undefined : account?.passwordHash;
      const verdict = await this.#hasher.verify(password ?? "", stored, callerOf(ctx), ctx.signal);
      if (account === undefined || password === undefined || !verdict.matches) {
        const failed = this.#event("login_failed", ctx, account);
        await this.#store.recordAudit(failed);
        this.#tell(failed);
        throw loginRefused();
      }
      if (verdict.outdated) {
        await this.#rehash(account, password, ctx);
      }
      return await this.#openSession(account, ctx);
    });
  }

  whoAmI(_request: object, ctx: CallContext): Promise<WhoAmIResponse> {
    return this.#answer(async () => {
      const { session } = await this.#session(ctx);
      return {
        account: accountMessage(session.account),
        sessionCreatedAtMs: BigInt(session.createdAtMs),
        sessionExpiresAtMs: BigInt(session.expiresAtMs),
        sessionId: Buffer.alloc(0),
      };
    });
  }

  logout(_request: object, ctx: CallContext): Promise<LogoutResponse> {
    return this.#answer(async () => {
      const { session, hash } = await this.#session(ctx);
      const event = this.#event("logout", ctx, session.account);
      await this.#store.endSession(hash, event);
      this.#tell(event);
      return {};
    });
  }

  /** Deletes what is of no use any more. To be called now and then. */
  async purge(): Promise<void> {
    const nowMs = this.#now();
    await this.#store.purgeSessions(nowMs, nowMs - this.#lifetime.idleMs);
    await this.#store.purgeFailedLogins(nowMs - FAILED_LOGIN_KEPT_MS);
  }

  /** A repeated request id is the same request only with the same name and password; else it is a mistake, or theft. */
  async #checkRepeated(found: AccountRecord, username: string, password: string, ctx: CallContext): Promise<void> {
    const { matches } = await this.#hasher.verify(password, found.passwordHash, callerOf(ctx), ctx.signal);
    if (!matches || found.username !== username) {
      throw requestIdReused();
    }
  }

  async #openSession(account: AccountRecord, ctx: CallContext): Promise<LoginResponse> {
    const token = createToken();
    const createdAtMs = this.#now();
    const expiresAtMs = createdAtMs + this.#lifetime.absoluteMs;
    const event = this.#event("login", ctx, account);
    const session = { tokenHash: tokenHash(token), accountId: account.accountId, createdAtMs, expiresAtMs };
    await this.#store.openSession(session, event);
    this.#tell(event);
    return {
      account: accountMessage(account),
      sessionToken: token,
      expiresAtMs: BigInt(expiresAtMs),
      sessionId: Buffer.alloc(0),
    };
  }

  /** Stronger parameters reach old accounts at their next login. One that cannot be stored now waits for the one after. */
  async #rehash(account: AccountRecord, password: string, ctx: CallContext): Promise<void> {
    try {
      await this.#store.replacePasswordHash(account, await this.#hasher.hash(password, callerOf(ctx), ctx.signal));
    } catch (error) {
      ctx.signal.throwIfAborted();
      this.#tellError(error);
    }
  }

  async #session(ctx: CallContext): Promise<{ session: SessionRecord; hash: Buffer }> {
    const token = bearerToken(ctx.metadata.get("authorization"));
    if (token === undefined) {
      throw sessionRefused();
    }
    const hash = tokenHash(token);
    const session = await this.#store.findSession(hash);
    const nowMs = this.#now();
    if (
      session === undefined ||
      nowMs >= session.expiresAtMs ||
      nowMs >= session.lastUsedAtMs + this.#lifetime.idleMs
    ) {
      throw sessionRefused();
    }
    if (nowMs >= session.lastUsedAtMs + TOUCH_INTERVAL_MS) {
      await this.#store.touchSession(hash, nowMs);
    }
    return { session, hash };
  }

  #event(kind: AuditKind, { peer }: CallContext, account?: { accountId: Uint8Array; username: string }): AuditEvent {
    const atMs = this.#now();
    const { accountId, username } = account ?? { accountId: undefined, username: undefined };
    return { eventId: newId(atMs), kind, atMs, accountId, username, address: peer.address };
  }

  async #answer<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw statusOf(error, (hidden) => this.#tellError(hidden));
    }
  }

  /** What is done is done: a listener that throws must not turn it into a failure. */
  #tell(event: AuditEvent): void {
    try {
      this.emit(event.kind, event);
    } catch (error) {
      this.#tellError(error);
    }
  }

  #tellError(error: unknown): void {
    if (this.listenerCount("error") > 0) {
      this.emit("error", error);
    }
  }
}

function callerOf({ peer, connection }: CallContext): Caller {
  return { address: peer.address, connectionId: connection.id };
}

function checkedPassword({ password, requestId }: RegisterRequest, username: string): string {
  if (requestId.length !== 0 && requestId.length !== REQUEST_ID_BYTES) {
    const description = `a request_id has ${REQUEST_ID_BYTES} bytes, or none`;
    throw invalidArgument({ field: "request_id", reason: Reason.REASON_MALFORMED, description });
  }
  const refusal = usernameRefusal(username) ?? passwordRefusal(password, username);
  if (refusal !== undefined) {
    throw invalidArgument(refusal);
  }
  return password.normalize("NFC");
}

function accountMessage({
  accountId,
  username,
  createdAtMs,
}: Omit<AccountRecord, "passwordHash" | "passwordVersion">): Account {
  return { accountId, username, createdAtMs: BigInt(createdAtMs) };
}
