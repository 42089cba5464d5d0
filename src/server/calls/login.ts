// Login: the same work and the same answer for every name and password that do not belong together.

import type { LoginRequest, LoginResponse } from "../../gen/earshot/accounts/v1/accounts.js";
import type { CallContext } from "../../rpc/index.js";
import { loginRefused } from "../service-status.js";
import type { AccountRecord } from "../store/account-store.js";
import { normalizeUsername, usernameRefusal } from "../username.js";
import type { AccountParts } from "./account-parts.js";
import { callerOf } from "./call-audit.js";
import { checkPassword } from "./password-check.js";
import { SessionOpening } from "./session-opening.js";

export class Login {
  readonly #parts: AccountParts;
  readonly #opening: SessionOpening;

  constructor(parts: AccountParts) {
    this.#parts = parts;
    this.#opening = new SessionOpening(parts);
  }

  async login(request: LoginRequest, ctx: CallContext): Promise<LoginResponse> {
    const typed = normalizeUsername(request.username);
    // A name that no account can have is looked up and hashed for all the same, so that it takes as long as others.
    const username = usernameRefusal(typed) === undefined ? typed : "";
    const find = () => this.#parts.store.findAccount(username);
    const claim = { username, password: request.password, find };
    const { account, password, outdated } = await checkPassword(this.#parts, claim, ctx);
    if (account === undefined || password === undefined) {
      await this.#opening.tellFailed(ctx, account);
      throw loginRefused();
    }
    await this.#opening.refuseDisabled(account, ctx);
    if (outdated) {
      await this.#rehash(account, password, ctx);
    }
    return await this.#opening.open(account, ctx);
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
