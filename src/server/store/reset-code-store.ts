// What is asked of a database about reset codes: an account has one at most, with few tries and a short life.

import type { AuditEvent } from "../audit-event.js";
import type { CheckedAccount } from "./account-store.js";

export interface NewResetCode {
  readonly accountId: Uint8Array;
  /** 16 bytes; tells this code from an earlier one. */
  readonly resetId: Uint8Array;
  /** SHA-256 of the code; the code itself is not stored. */
  readonly codeHash: Uint8Array;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface ResetCodeRecord extends Omit<NewResetCode, "accountId"> {
  readonly tries: number;
}

export interface PasswordReset {
  readonly account: CheckedAccount;
  readonly resetId: Uint8Array;
  readonly passwordHash: string;
}

/**
 * After as many, right or wrong, a code is worth nothing. More than throttling lets anyone try while a code lives, or strangers
 * could use it up for its owner: 128 bits need no lower limit.
 */
export const MAX_RESET_TRIES = 250;

export interface ResetCodeStore {
  /** In the place of an earlier one. False when the account is gone. */
  issueResetCode(code: NewResetCode, event: AuditEvent): Promise<boolean>;
  /** Expired and used up codes are found too: the caller has the clock. */
  findResetCode(accountId: Uint8Array): Promise<ResetCodeRecord | undefined>;
  /** Counts a try before the code is looked at. False when there are no more, or the code is gone; `event` is written always. */
  countResetTry(accountId: Uint8Array, resetId: Uint8Array, event: AuditEvent): Promise<boolean>;
  /** Uses up the code and ends all sessions. False when the code is gone, or the password was changed meanwhile. */
  resetPassword(reset: PasswordReset, event: AuditEvent): Promise<boolean>;
  purgeResetCodes(expiredBeforeMs: number): Promise<void>;
}
