// Login: the same work and the same answer for every name and password that do not belong together.

import type { LoginRequest, LoginResponse } from "../../gen/earshot/accounts/v1/accounts.js";
import type { CallContext } from "../../rpc/index.js";
import { type AuditSubject, newId } from "../audit-event.js";
import { accountDisabled, loginRefused } from "../service-status.js";
import { createToken, tokenHash } from "../session-token.js";
import type { AccountRecord } from "../store/account-store.js";
import { normalizeUsername, usernameRefusal } from "../username.js";
import { accountMessage } from "./account-messages.js";
import type { AccountParts } from "./account-parts.js";
import { callerOf } from "./call-audit.js";
import { checkPassword } from "./password-check.js";

export class Login {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  async login(request: LoginRequest, ctx: CallContext): Promise<LoginResponse> {
    const typed = normalizeUsername(request.username);
    // A name that no account can have is looked up and hashed for all the same, so that it takes as long as others.
    const username = usernameRefusal(typed) === undefined ? typed : "";
    const find = () => this.#parts.store.findAccount(username);
    const claim = { username, password: request.password, find };
    const { account, password, outdated } = await checkPassword(this.#parts, claim, ctx);
    if (account === undefined || password === undefined) {
      await this.#tellFailed(ctx, account);
      throw loginRefused();
    }
    // Only who has the right password learns that the account is disabled.
    if (account.disabledAtMs !== undefined) {
      await this.#tellFailed(ctx, account);
      throw accountDisabled(account.disabledAtMs);
    }
    if (outdated) {
      await this.#rehash(account, password, ctx);
    }
    return await this.#openSession(account, ctx);
  }

  async #tellFailed(ctx: CallContext, account: AuditSubject | undefined): Promise<void> {
    const { store, audit } = this.#parts;
    const failed = audit.event("login_failed", ctx, account);
    await store.recordAudit(failed);
    audit.tell(failed);
  }

  async #openSession(account: AccountRecord, ctx: CallContext): Promise<LoginResponse> {
    const { store, audit, guard } = this.#parts;
    const token = createToken();
    const createdAtMs = audit.now();
    const expiresAtMs = createdAtMs + guard.lifetime.absoluteMs;
    const sessionId = newId(createdAtMs);
    const event = audit.event("login", ctx, account, sessionId);
    const { accountId, passwordVersion } = account;
    const { address } = ctx.peer;
    const session = { tokenHash: tokenHash(token), sessionId, accountId, passwordVersion, address };
    if (!(await store.openSession({ ...session, createdAtMs, expiresAtMs }, event))) {
      // The password that was right when it was checked is so no more.
      await this.#tellFailed(ctx, account);
      throw loginRefused();
    }
    audit.tell(event);
    return { account: accountMessage(account), sessionToken: token, expiresAtMs: BigInt(expiresAtMs), sessionId };
  }

  /** Stronger parameters reach old accounts at their next login. One that cannot be stored now waits for the one after. */
  async #rehash(account: AccountRecord, password: string, ctx: CallContext): Promise<void> {
    const { store, hasher, audit } = this.#parts;
    try {
      await store.replacePasswordHash(account, await hasher.hash(async () => password, callerOf(ctx), ctx.signal));
    } catch (error) {
      ctx.signal.throwIfAborted();
      audit.tellError(error);
    }
  }
}
