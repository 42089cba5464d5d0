// One attempt to show that one knows a password: counted, looked up and hashed in this order, with the same work for every name.

import { normalizePassword } from "../../password/password-rules.js";
import type { CallContext } from "../../rpc/index.js";
import type { AccountRecord } from "../store/account-store.js";
import type { Attempt } from "../throttle/login-throttle.js";
import type { AccountParts } from "./account-parts.js";
import { callerOf } from "./call-audit.js";

export interface Claim {
  /** Normalized; "" for what no account can have. */
  readonly username: string;
  /** As it was sent. */
  readonly password: string;
  readonly find: () => Promise<AccountRecord | undefined>;
}

export interface CheckedClaim {
  readonly account: AccountRecord | undefined;
  /** The password in the form that is hashed; undefined unless it is right. */
  readonly password: string | undefined;
  /** Its hash should be made anew. */
  readonly outdated: boolean;
}

/** @throws GateFull and Throttled before anything is looked up; StoreError; the signal's reason. */
export async function checkPassword(
  { hasher, throttle }: AccountParts,
  claim: Claim,
  ctx: CallContext,
): Promise<CheckedClaim> {
  const password = normalizePassword(claim.password);
  let counted: Promise<Attempt> | undefined;
  let account: AccountRecord | undefined;
  const find = async (): Promise<string | undefined> => {
    counted = throttle.login({ username: claim.username, address: ctx.peer.address });
    await counted;
    account = await claim.find();
    return password === undefined ? undefined : account?.passwordHash;
  };
  try {
    const { matches, outdated } = await hasher.verify(password ?? "", find, callerOf(ctx), ctx.signal);
    if (matches) {
      await (await counted)?.succeeded();
    }
    return { account, password: matches ? password : undefined, outdated };
  } catch (error) {
    await undo(counted);
    throw error;
  }
}

/** For an attempt that came to no verdict. It may still be on its way to be counted. */
export async function undo(counted: Promise<Attempt> | undefined): Promise<void> {
  await counted?.then(
    (attempt) => attempt.undone(),
    () => undefined,
  );
}
