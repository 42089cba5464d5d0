// ChangePassword, for who knows the old one, and ResetPassword, for who was given a code.

import { randomBytes, timingSafeEqual } from "node:crypto";
import type {
  ChangePasswordRequest,
  ChangePasswordResponse,
  ResetPasswordRequest,
  ResetPasswordResponse,
} from "../../gen/earshot/accounts/v1/accounts.js";
import type { CallContext } from "../../rpc/index.js";
import { resetCodeHash } from "../reset-code.js";
import { resetRefused, sessionRefused } from "../service-status.js";
import type { ResetCodeRecord } from "../store/reset-code-store.js";
import { type Attempt, FREE_ATTEMPT } from "../throttle/login-throttle.js";
import { normalizeUsername, usernameRefusal } from "../username.js";
import type { AccountParts } from "./account-parts.js";
import { callerOf } from "./call-audit.js";
import { newPassword } from "./new-password.js";
import { undo } from "./password-check.js";
import { PasswordProof } from "./password-proof.js";

const ID_BYTES = 16;

export class PasswordCalls {
  readonly #parts: AccountParts;
  readonly #proof: PasswordProof;

  constructor(parts: AccountParts) {
    this.#parts = parts;
    this.#proof = new PasswordProof(parts);
  }

  async changePassword(request: ChangePasswordRequest, ctx: CallContext): Promise<ChangePasswordResponse> {
    const { store, hasher, audit, guard } = this.#parts;
    const { account, tokenHash: keptTokenHash } = await guard.session(ctx);
    const password = newPassword(request.newPassword, account.username, "new_password");
    await this.#proof.check(account, request.currentPassword, "current_password", ctx);
    const passwordHash = await hasher.hash(async () => password, callerOf(ctx), ctx.signal);
    const event = audit.event("password_changed", ctx, account);
    if (!(await store.changePassword({ account, passwordHash, keptTokenHash }, event))) {
      // Whatever came in between, another change or an end of this session, ended this session.
      throw sessionRefused();
    }
    audit.tell(event);
    return {};
  }

  /** The same work for every name and every code: hash, look up, count, compare. */
  async resetPassword(request: ResetPasswordRequest, ctx: CallContext): Promise<ResetPasswordResponse> {
    const { store, audit } = this.#parts;
    const typed = normalizeUsername(request.username);
    const username = usernameRefusal(typed) === undefined ? typed : "";
    // First, so that a queue that is full costs no try.
    const { passwordHash, attempt } = await this.#hashCounted(request.newPassword, username, ctx);
    const account = await store.findAccount(username);
    const accountId = account?.accountId ?? randomBytes(ID_BYTES);
    const stored = await store.findResetCode(accountId);
    const resetId = stored?.resetId ?? randomBytes(ID_BYTES);
    const tried = audit.event("reset_tried", ctx, account);
    const isCounted = await store.countResetTry(accountId, resetId, tried);
    audit.tell(tried);
    if (!this.#isRight(request.code, stored) || !isCounted || account === undefined) {
      throw resetRefused();
    }
    const event = audit.event("password_reset", ctx, account);
    if (!(await store.resetPassword({ account, resetId, passwordHash }, event))) {
      throw resetRefused();
    }
    await attempt.succeeded();
    audit.tell(event);
    return {};
  }

  /** Counted as an attempt to log in: who tries codes is refused as who tries passwords. */
  async #hashCounted(
    newOne: string,
    username: string,
    ctx: CallContext,
  ): Promise<{ passwordHash: string; attempt: Attempt }> {
    const { hasher, throttle } = this.#parts;
    let counted: Promise<Attempt> | undefined;
    const choose = async (): Promise<string> => {
      counted = throttle.login({ username, address: ctx.peer.address });
      await counted;
      return newPassword(newOne, username, "new_password");
    };
    try {
      const passwordHash = await hasher.hash(choose, callerOf(ctx), ctx.signal);
      return { passwordHash, attempt: (await counted) ?? FREE_ATTEMPT };
    } catch (error) {
      await undo(counted);
      throw error;
    }
  }

  #isRight(code: string, stored: ResetCodeRecord | undefined): boolean {
    const hash = resetCodeHash(code);
    const expected = stored?.codeHash ?? randomBytes(hash.length);
    const isSame = timingSafeEqual(hash, expected);
    return isSame && stored !== undefined && this.#parts.audit.now() < stored.expiresAtMs;
  }
}
