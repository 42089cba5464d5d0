// DeleteAccount and ExportAccount: what one may do with all that is stored of one.

import type {
  DeleteAccountRequest,
  DeleteAccountResponse,
  ExportAccountResponse,
} from "../../gen/earshot/accounts/v1/accounts.js";
import type { CallContext } from "../../rpc/index.js";
import { firstId } from "../audit-event.js";
import { EVENTS_PER_PAGE } from "../store/audit-store.js";
import { accountMessage, eventMessage, sessionMessage } from "./account-messages.js";
import type { AccountParts } from "./account-parts.js";
import { deleteOwnAccount } from "./own-account.js";
import { PasswordProof } from "./password-proof.js";
import type { GuardedSession } from "./session-guard.js";

export class AccountCalls {
  readonly #parts: AccountParts;
  readonly #proof: PasswordProof;

  constructor(parts: AccountParts) {
    this.#parts = parts;
    this.#proof = new PasswordProof(parts);
  }

  async deleteAccount({ password }: DeleteAccountRequest, ctx: CallContext): Promise<DeleteAccountResponse> {
    const session = await this.#parts.guard.session(ctx);
    await this.#proof.check(session.account, password, "password", ctx);
    await deleteOwnAccount(this.#parts, session);
    return {};
  }

  /** Never more than a page in memory; who does not read is not read for. */
  async *exportAccount(ctx: CallContext): AsyncGenerator<ExportAccountResponse> {
    const { store, audit, guard } = this.#parts;
    const session = await guard.session(ctx);
    const { account, sessionId } = session;
    const event = audit.event("exported", ctx, account);
    await store.recordAudit(event);
    audit.tell(event);
    yield await this.#accountPart(session);
    for (const one of await store.listSessions(account.accountId)) {
      yield { part: { $case: "session", value: sessionMessage(one, sessionId) } };
    }
    yield* this.#eventParts(session, event.atMs, ctx);
  }

  async #accountPart({ account }: GuardedSession): Promise<ExportAccountResponse> {
    const code = await this.#parts.store.findResetCode(account.accountId);
    const value = {
      account: accountMessage(account),
      requestId: account.requestId,
      passwordChanges: BigInt(account.passwordVersion - 1),
      logins: BigInt(account.loginCount),
      lastLoginAtMs: BigInt(account.lastLoginAtMs ?? 0),
      resetCodeExpiresAtMs: BigInt(code?.expiresAtMs ?? 0),
    };
    return { part: { $case: "account", value } };
  }

  /** Up to the time of the call, so that it ends; and only while the session lasts. */
  async *#eventParts(
    { account }: GuardedSession,
    untilMs: number,
    ctx: CallContext,
  ): AsyncGenerator<ExportAccountResponse> {
    const { store, guard } = this.#parts;
    let after: Uint8Array = firstId(0);
    for (;;) {
      const page = await store.listEventsOf(account.accountId, after);
      for (const event of page) {
        if (event.atMs > untilMs) {
          return;
        }
        after = event.eventId;
        yield { part: { $case: "event", value: eventMessage(event) } };
      }
      if (page.length < EVENTS_PER_PAGE) {
        return;
      }
      await guard.session(ctx);
    }
  }
}
