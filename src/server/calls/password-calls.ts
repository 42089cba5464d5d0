// ChangePassword, for who knows the old one, and ResetPassword, for who was given a code.

import type {
  ChangePasswordRequest,
  ChangePasswordResponse,
  ResetPasswordRequest,
  ResetPasswordResponse,
} from "../../gen/earshot/accounts/v1/accounts.js";
import type { CallContext } from "../../rpc/index.js";
import { isOpaqueRecord } from "../opaque/opaque-record.js";
import { resetRefused } from "../service-status.js";
import { type Attempt, FREE_ATTEMPT } from "../throttle/login-throttle.js";
import { normalizeUsername, usernameRefusal } from "../username.js";
import type { AccountParts } from "./account-parts.js";
import { callerOf } from "./call-audit.js";
import { newPassword } from "./new-password.js";
import { changeOwnPassword } from "./own-account.js";
import { undo } from "./password-check.js";
import { PasswordProof } from "./password-proof.js";
import { ResetCodeCheck } from "./reset-code-check.js";

export class PasswordCalls {
  readonly #parts: AccountParts;
  readonly #proof: PasswordProof;
  readonly #codes: ResetCodeCheck;

  constructor(parts: AccountParts) {
    this.#parts = parts;
    this.#proof = new PasswordProof(parts);
    this.#codes = new ResetCodeCheck(parts);
  }

  async changePassword(request: ChangePasswordRequest, ctx: CallContext): Promise<ChangePasswordResponse> {
    const { hasher, guard } = this.#parts;
    const session = await guard.session(ctx);
    const password = newPassword(request.newPassword, session.account.username, "new_password");
    await this.#proof.check(session.account, request.currentPassword, "current_password", ctx);
    const passwordHash = await hasher.hash(async () => password, callerOf(ctx), ctx.signal);
    await changeOwnPassword(this.#parts, session, passwordHash, ctx);
    return {};
  }

  /** The same work for every name and every code: hash, look up, count, compare. */
  async resetPassword(request: ResetPasswordRequest, ctx: CallContext): Promise<ResetPasswordResponse> {
    const { store, audit } = this.#parts;
    const typed = normalizeUsername(request.username);
    const username = usernameRefusal(typed) === undefined ? typed : "";
    // First, so that a queue that is full costs no try.
    const { passwordHash, attempt } = await this.#hashCounted(request.newPassword, username, ctx);
    const { account, resetId } = await this.#codes.check({ username, code: request.code }, ctx);
    // A password for an account that has none would cross the wire, and could then be asked for at every login.
    if (isOpaqueRecord(account.passwordHash)) throw resetRefused();
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
}
