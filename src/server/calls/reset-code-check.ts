// One try of a reset code: counted, then compared, with the same work for every name and every code.

import { randomBytes, timingSafeEqual } from "node:crypto";
import type { CallContext } from "../../rpc/index.js";
import { resetCodeHash } from "../reset-code.js";
import { resetRefused } from "../service-status.js";
import type { AccountRecord } from "../store/account-store.js";
import type { ResetCodeRecord } from "../store/reset-code-store.js";
import type { AccountParts } from "./account-parts.js";

const ID_BYTES = 16;

export class ResetCodeCheck {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  /** Does not use the code up. @throws RpcError UNAUTHENTICATED, the same for an unknown name */
  async check(
    { username, code }: { readonly username: string; readonly code: string },
    ctx: CallContext,
  ): Promise<{ account: AccountRecord; resetId: Uint8Array }> {
    const { store, audit } = this.#parts;
    const account = await store.findAccount(username);
    const accountId = account?.accountId ?? randomBytes(ID_BYTES);
    const stored = await store.findResetCode(accountId);
    const resetId = stored?.resetId ?? randomBytes(ID_BYTES);
    const tried = audit.event("reset_tried", ctx, account);
    const isCounted = await store.countResetTry(accountId, resetId, tried);
    audit.tell(tried);
    if (!this.#isRight(code, stored) || !isCounted || account === undefined) {
      throw resetRefused();
    }
    return { account, resetId };
  }

  #isRight(code: string, stored: ResetCodeRecord | undefined): boolean {
    const hash = resetCodeHash(code);
    const expected = stored?.codeHash ?? randomBytes(hash.length);
    const isSame = timingSafeEqual(hash, expected);
    return isSame && stored !== undefined && this.#parts.audit.now() < stored.expiresAtMs;
  }
}
