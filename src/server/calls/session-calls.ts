// WhoAmI, Logout, ListSessions, RevokeSession, LogoutEverywhere: what one may know of one's sessions, and end.

import {
  type ListSessionsResponse,
  type LogoutEverywhereRequest,
  type LogoutEverywhereResponse,
  type LogoutResponse,
  InvalidField_Reason as Reason,
  type RevokeSessionRequest,
  type RevokeSessionResponse,
  type WhoAmIResponse,
} from "../../gen/earshot/accounts/v1/accounts.js";
import type { CallContext } from "../../rpc/index.js";
import { invalidArgument } from "../refusal.js";
import { noSuchSession } from "../service-status.js";
import { accountMessage, sessionMessage } from "./account-messages.js";
import type { AccountParts } from "./account-parts.js";

const SESSION_ID_BYTES = 16;

export class SessionCalls {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  async whoAmI(ctx: CallContext): Promise<WhoAmIResponse> {
    const { account, createdAtMs, expiresAtMs, sessionId } = await this.#parts.guard.session(ctx);
    return {
      account: accountMessage(account),
      sessionCreatedAtMs: BigInt(createdAtMs),
      sessionExpiresAtMs: BigInt(expiresAtMs),
      sessionId,
    };
  }

  async logout(ctx: CallContext): Promise<LogoutResponse> {
    const { store, audit, guard } = this.#parts;
    const { account, sessionId, tokenHash } = await guard.session(ctx);
    const event = audit.event("logout", ctx, account, sessionId);
    if (await store.endSession(tokenHash, event)) {
      audit.tell(event);
    }
    return {};
  }

  async listSessions(ctx: CallContext): Promise<ListSessionsResponse> {
    const { store, guard } = this.#parts;
    const { account, sessionId } = await guard.session(ctx);
    const sessions = await store.listSessions(account.accountId);
    return {
      sessions: sessions.filter((one) => guard.isOpen(one)).map((one) => sessionMessage(one, sessionId)),
    };
  }

  async revokeSession({ sessionId }: RevokeSessionRequest, ctx: CallContext): Promise<RevokeSessionResponse> {
    const { store, audit, guard } = this.#parts;
    const { account } = await guard.session(ctx);
    if (sessionId.length !== SESSION_ID_BYTES) {
      const description = `a session_id has ${SESSION_ID_BYTES} bytes; take it from the list of sessions`;
      throw invalidArgument({ field: "session_id", reason: Reason.REASON_MALFORMED, description });
    }
    const event = audit.event("session_revoked", ctx, account, sessionId);
    if (!(await store.revokeSession(account.accountId, sessionId, event))) {
      throw noSuchSession();
    }
    audit.tell(event);
    return {};
  }

  async logoutEverywhere(
    { keepCurrent }: LogoutEverywhereRequest,
    ctx: CallContext,
  ): Promise<LogoutEverywhereResponse> {
    const { store, audit, guard } = this.#parts;
    const { account, tokenHash } = await guard.session(ctx);
    const event = audit.event("logged_out_everywhere", ctx, account);
    await store.endSessions(account.accountId, event, keepCurrent ? tokenHash : undefined);
    audit.tell(event);
    return {};
  }
}
