// What is asked of a database about sessions.

import type { AuditEvent } from "../audit-event.js";
import type { AccountRecord } from "./account-store.js";

export interface NewSession {
  /** SHA-256 of the token; the token itself is not stored. */
  readonly tokenHash: Uint8Array;
  /** Names the session without giving it away. */
  readonly sessionId: Uint8Array;
  readonly accountId: Uint8Array;
  /** Of the password that was checked: when it was changed meanwhile, no session opens. */
  readonly passwordVersion: number;
  /** Where it is opened from; cut to 64 characters. */
  readonly address: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface SessionTimes {
  readonly sessionId: Uint8Array;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
  readonly expiresAtMs: number;
  readonly address: string;
}

export interface SessionRecord extends SessionTimes {
  readonly account: AccountRecord;
}

/** An account keeps no more sessions than this, but for some that are opened at the very same time. */
export const MAX_SESSIONS_PER_ACCOUNT = 64;

export interface SessionStore {
  /** Ends the account's oldest sessions above the limit. False when the password was changed, or the account is disabled or gone. */
  openSession(session: NewSession, event: AuditEvent): Promise<boolean>;
  /** Expired sessions are found too, until they are purged: the caller has the clock. */
  findSession(tokenHash: Uint8Array): Promise<SessionRecord | undefined>;
  /** The newest first; expired ones too. */
  listSessions(accountId: Uint8Array): Promise<SessionTimes[]>;
  /** Notes the use, unless a later one is noted. */
  touchSession(tokenHash: Uint8Array, usedAtMs: number): Promise<void>;
  /** False for a session that is gone. */
  endSession(tokenHash: Uint8Array, event: AuditEvent): Promise<boolean>;
  /** False when this account has no such session. */
  revokeSession(accountId: Uint8Array, sessionId: Uint8Array, event: AuditEvent): Promise<boolean>;
  /** Ends all sessions of an account, but for `keptTokenHash`. */
  endSessions(accountId: Uint8Array, event: AuditEvent, keptTokenHash?: Uint8Array): Promise<void>;
  /** Deletes sessions that expired before then, and those unused since `unusedSinceMs`. */
  purgeSessions(expiredBeforeMs: number, unusedSinceMs: number): Promise<void>;
}
