// What the calls of AccountService share.

import type { PasswordHasher } from "../password/password-hasher.js";
import type { AccountStore } from "../store/account-store.js";
import type { LoginThrottle } from "../throttle/login-throttle.js";
import type { CallAudit } from "./call-audit.js";
import type { SessionGuard } from "./session-guard.js";

export interface AccountParts {
  readonly store: AccountStore;
  readonly hasher: PasswordHasher;
  readonly throttle: LoginThrottle;
  readonly audit: CallAudit;
  readonly guard: SessionGuard;
}
