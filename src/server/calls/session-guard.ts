// Whose session a call carries, and whether it is still one.

import type { CallContext } from "../../rpc/index.js";
import { sessionRefused } from "../service-status.js";
import { bearerToken, tokenHash } from "../session-token.js";
import type { AccountStore } from "../store/account-store.js";
import type { SessionRecord, SessionTimes } from "../store/session-store.js";

export interface SessionLifetime {
  /** A session ends this long after its last use. Default 7 days. */
  readonly idleMs: number;
  /** And this long after it began, however much it is used. Default 30 days. */
  readonly absoluteMs: number;
}

export interface GuardedSession extends SessionRecord {
  readonly tokenHash: Buffer;
}

/** A use within this of the last noted one is not noted: it would cost a write for every call. */
const TOUCH_INTERVAL_MS = 60_000;

export class SessionGuard {
  readonly lifetime: SessionLifetime;
  readonly #store: AccountStore;
  readonly #now: () => number;

  constructor(store: AccountStore, lifetime: SessionLifetime, now: () => number) {
    this.#store = store;
    this.lifetime = lifetime;
    this.#now = now;
  }

  /** @throws RpcError UNAUTHENTICATED */
  async session(ctx: CallContext): Promise<GuardedSession> {
    const token = bearerToken(ctx.metadata.get("authorization"));
    if (token === undefined) {
      throw sessionRefused();
    }
    const hash = tokenHash(token);
    const session = await this.#store.findSession(hash);
    if (session === undefined || !this.isOpen(session) || session.account.disabledAtMs !== undefined) {
      throw sessionRefused();
    }
    const nowMs = this.#now();
    if (nowMs >= session.lastUsedAtMs + TOUCH_INTERVAL_MS) {
      await this.#store.touchSession(hash, nowMs);
    }
    return { ...session, tokenHash: hash };
  }

  isOpen({ expiresAtMs, lastUsedAtMs }: SessionTimes): boolean {
    const nowMs = this.#now();
    return nowMs < expiresAtMs && nowMs < lastUsedAtMs + this.lifetime.idleMs;
  }
}
