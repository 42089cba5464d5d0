// The password asked for once more, by calls that a stolen session alone must not be able to make.

import { InvalidField_Reason as Reason } from "../../gen/earshot/accounts/v1/accounts.js";
import type { CallContext } from "../../rpc/index.js";
import { invalidArgument } from "../refusal.js";
import { passwordWrong } from "../service-status.js";
import type { AccountRecord } from "../store/account-store.js";
import type { AccountParts } from "./account-parts.js";
import { checkPassword } from "./password-check.js";

export class PasswordProof {
  readonly #parts: AccountParts;

  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  /** @throws RpcError PERMISSION_DENIED, which names the field; GateFull; Throttled */
  async check(
    account: AccountRecord,
    given: string,
    field: "password" | "current_password",
    ctx: CallContext,
  ): Promise<void> {
    if (given === "") {
      const description = "this call asks for the present password once more";
      throw invalidArgument({ field, reason: Reason.REASON_REQUIRED, description });
    }
    const claim = { username: account.username, password: given, find: async () => account };
    const { password } = await checkPassword(this.#parts, claim, ctx);
    if (password === undefined) {
      await tellPasswordRefused(this.#parts, account, ctx);
      throw passwordWrong(field);
    }
  }
}

export async function tellPasswordRefused(
  { store, audit }: AccountParts,
  account: AccountRecord,
  ctx: CallContext,
): Promise<void> {
  const event = audit.event("password_refused", ctx, account);
  await store.recordAudit(event);
  audit.tell(event);
}
