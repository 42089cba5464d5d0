// What both kinds of login end with: a session, or the event of a failure.

import type { CallContext } from "../../rpc/index.js";
import { type AuditSubject, newId } from "../audit-event.js";
import { accountDisabled, loginRefused } from "../service-status.js";
import { createToken, tokenHash } from "../session-token.js";
import type { AccountRecord } from "../store/account-store.js";
import { accountMessage } from "./account-messages.js";
import type { AccountParts } from "./account-parts.js";
import type { EventOrigin } from "./call-audit.js";

export interface OpenedSession {
  readonly account: ReturnType<typeof accountMessage>;
  readonly sessionToken: string;
  readonly expiresAtMs: bigint;
  readonly sessionId: Uint8Array;
}

export class SessionOpening {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  async tellFailed(origin: EventOrigin, account: AuditSubject | undefined): Promise<void> {
    const { store, audit } = this.#parts;
    const failed = audit.event("login_failed", origin, account);
    await store.recordAudit(failed);
    audit.tell(failed);
  }

  /** Only who has the right password learns that the account is disabled. @throws RpcError */
  async refuseDisabled(account: AccountRecord, ctx: CallContext): Promise<void> {
    if (account.disabledAtMs === undefined) return;
    await this.tellFailed(ctx, account);
    throw accountDisabled(account.disabledAtMs);
  }

  /** For who has shown the password. @throws RpcError */
  async open(account: AccountRecord, ctx: CallContext): Promise<OpenedSession> {
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
      await this.tellFailed(ctx, account);
      throw loginRefused();
    }
    audit.tell(event);
    return { account: accountMessage(account), sessionToken: token, expiresAtMs: BigInt(expiresAtMs), sessionId };
  }
}
