// What a session may do to its own account once the password was shown: whichever way that was.

import type { CallContext } from "../../rpc/index.js";
import { deletionEvent } from "../audit-event.js";
import { sessionRefused } from "../service-status.js";
import type { AccountParts } from "./account-parts.js";
import type { GuardedSession } from "./session-guard.js";

/** Another password, as the store keeps it. Ends all other sessions. @throws RpcError UNAUTHENTICATED */
export async function changeOwnPassword(
  { store, audit }: AccountParts,
  { account, tokenHash: keptTokenHash }: GuardedSession,
  passwordHash: string,
  ctx: CallContext,
): Promise<void> {
  const event = audit.event("password_changed", ctx, account);
  if (!(await store.changePassword({ account, passwordHash, keptTokenHash }, event))) {
    // Whatever came in between, another change or an end of this session, ended this session.
    throw sessionRefused();
  }
  audit.tell(event);
}

/** For ever. @throws RpcError UNAUTHENTICATED */
export async function deleteOwnAccount(
  { store, audit }: AccountParts,
  { account, tokenHash }: GuardedSession,
): Promise<void> {
  const { accountId, passwordVersion } = account;
  const event = deletionEvent(accountId, audit.now());
  if (!(await store.deleteAccount(accountId, event, { tokenHash, passwordVersion }))) {
    throw sessionRefused();
  }
  audit.tell(event);
}
