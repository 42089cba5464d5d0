// What the account service asks of a database. Two drivers serve it; test/contract/store-contract.ts says what each must do.

import type { AuditEvent } from "../audit-event.js";

/** Ids are 16 bytes, token hashes 32. Times are milliseconds since 1970. */
export interface AccountRecord {
  readonly accountId: Uint8Array;
  readonly username: string;
  /** PHC string. */
  readonly passwordHash: string;
  /** Counts the changes of the hash, so that a change can tell whether it came too late. */
  readonly passwordVersion: number;
  readonly createdAtMs: number;
}

export interface NewAccount {
  readonly accountId: Uint8Array;
  readonly username: string;
  readonly passwordHash: string;
  /** Names the attempt: a second Register with the same one makes no second account. */
  readonly requestId: Uint8Array;
  readonly createdAtMs: number;
}

export type RegisterOutcome =
  | { readonly kind: "registered" }
  /** This request id made an account before; whether it was the same request is for the caller to judge. */
  | { readonly kind: "repeated"; readonly account: AccountRecord }
  | { readonly kind: "username_taken" };

export interface NewSession {
  /** SHA-256 of the token; the token itself is not stored. */
  readonly tokenHash: Uint8Array;
  readonly accountId: Uint8Array;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface SessionRecord {
  readonly account: AccountRecord;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
  readonly expiresAtMs: number;
}

/**
 * Every method is atomic, survives a crash once it has resolved, gives up at its own deadline, and rejects with a
 * StoreError. A retry inside a method never does a thing twice. Audit events are written in the transaction of what
 * they tell.
 */
export interface AccountStore {
  /** For people: the file, or the URL without its password. */
  readonly label: string;
  register(account: NewAccount, event: AuditEvent): Promise<RegisterOutcome>;
  findAccount(username: string): Promise<AccountRecord | undefined>;
  openSession(session: NewSession, event: AuditEvent): Promise<void>;
  /** Expired sessions are found too, until they are purged: the caller has the clock. */
  findSession(tokenHash: Uint8Array): Promise<SessionRecord | undefined>;
  /** Notes the use, unless a later one is noted. */
  touchSession(tokenHash: Uint8Array, usedAtMs: number): Promise<void>;
  /** Does nothing to a session that is gone. */
  endSession(tokenHash: Uint8Array, event: AuditEvent): Promise<void>;
  /** Deletes sessions that expired before then, and those unused since `unusedSinceMs`. */
  purgeSessions(expiredBeforeMs: number, unusedSinceMs: number): Promise<void>;
  /** False when the hash was changed since `account` was read. */
  replacePasswordHash(account: AccountRecord, passwordHash: string): Promise<boolean>;
  recordAudit(event: AuditEvent): Promise<void>;
  /** Deletes the audit events of failed logins before then; all others are kept. */
  purgeFailedLogins(beforeMs: number): Promise<void>;
  close(): Promise<void>;
}
