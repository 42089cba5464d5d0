// What replaces or removes an account's password where OPAQUE is used: Upgrade, ReplaceRecord, ResetRecord, DeleteOpaqueAccount.

import type {
  DeleteOpaqueAccountRequest,
  DeleteOpaqueAccountResponse,
  PasswordProof as ProofMessage,
  ReplaceRecordRequest,
  ReplaceRecordResponse,
  ResetRecordRequest,
  ResetRecordResponse,
  UpgradeRequest,
  UpgradeResponse,
} from "../../gen/earshot/accounts/v1/opaque.js";
import type { CallContext } from "../../rpc/index.js";
import { passwordWrong, resetRefused } from "../service-status.js";
import { normalizeUsername, usernameRefusal } from "../username.js";
import type { OpaqueLogin } from "./opaque-login.js";
import { type OpaqueParts, storedRecord } from "./opaque-parts.js";
import { changeOwnPassword, deleteOwnAccount } from "./own-account.js";
import { PasswordProof, tellPasswordRefused } from "./password-proof.js";
import { ResetCodeCheck } from "./reset-code-check.js";
import type { GuardedSession } from "./session-guard.js";

export class OpaqueChanges {
  readonly #parts: OpaqueParts;
  readonly #login: OpaqueLogin;
  readonly #proof: PasswordProof;
  readonly #codes: ResetCodeCheck;

  constructor(parts: OpaqueParts, login: OpaqueLogin) {
    this.#parts = parts;
    this.#login = login;
    this.#proof = new PasswordProof(parts);
    this.#codes = new ResetCodeCheck(parts);
  }

  /** The last time that the password crosses the wire. */
  async upgrade({ currentPassword, record }: UpgradeRequest, ctx: CallContext): Promise<UpgradeResponse> {
    const session = await this.#parts.guard.session(ctx);
    const passwordHash = storedRecord(this.#parts, record);
    await this.#proof.check(session.account, currentPassword, "current_password", ctx);
    await changeOwnPassword(this.#parts, session, passwordHash, ctx);
    return {};
  }

  async replaceRecord({ proof, record }: ReplaceRecordRequest, ctx: CallContext): Promise<ReplaceRecordResponse> {
    const session = await this.#parts.guard.session(ctx);
    const passwordHash = storedRecord(this.#parts, record);
    await this.#prove(proof, session, ctx);
    await changeOwnPassword(this.#parts, session, passwordHash, ctx);
    return {};
  }

  /** Counted as an attempt to log in, as ResetPassword is. */
  async resetRecord(request: ResetRecordRequest, ctx: CallContext): Promise<ResetRecordResponse> {
    const { store, audit, throttle } = this.#parts;
    const typed = normalizeUsername(request.username);
    const username = usernameRefusal(typed) === undefined ? typed : "";
    const passwordHash = storedRecord(this.#parts, request.record);
    const attempt = await throttle.login({ username, address: ctx.peer.address });
    const { account, resetId } = await this.#codes.check({ username, code: request.code }, ctx);
    const event = audit.event("password_reset", ctx, account);
    if (!(await store.resetPassword({ account, resetId, passwordHash }, event))) throw resetRefused();
    await attempt.succeeded();
    audit.tell(event);
    return {};
  }

  async delete({ proof }: DeleteOpaqueAccountRequest, ctx: CallContext): Promise<DeleteOpaqueAccountResponse> {
    const session = await this.#parts.guard.session(ctx);
    await this.#prove(proof, session, ctx);
    await deleteOwnAccount(this.#parts, session);
    return {};
  }

  /** That the login was of the account whose session this is, with its present password. */
  async #prove(proof: ProofMessage | undefined, { account }: GuardedSession, ctx: CallContext): Promise<void> {
    const refuse = (): Promise<void> => tellPasswordRefused(this.#parts, account, ctx);
    const proven = await this.#login.prove(proof, ctx, refuse);
    const { accountId, passwordVersion } = proven.account;
    if (Buffer.compare(accountId, account.accountId) !== 0 || passwordVersion !== account.passwordVersion) {
      await refuse();
      throw passwordWrong("proof");
    }
  }
}
