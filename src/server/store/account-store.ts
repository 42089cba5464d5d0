// What the account service asks of a database. Two drivers serve it; test/contract/store-contract.ts says what each must do.

import type { AuditEvent } from "../audit-event.js";
import type { AuditStore } from "./audit-store.js";
import type { ResetCodeStore } from "./reset-code-store.js";
import type { SessionStore } from "./session-store.js";
import type { StoreCondition } from "./store-condition.js";

/** Ids are 16 bytes, hashes of tokens and codes 32. Times are milliseconds since 1970. */
export interface AccountRecord {
  readonly accountId: Uint8Array;
  readonly username: string;
  /** PHC string. */
  readonly passwordHash: string;
  /** Counts the changes of the password from 1, so that what was checked against an older one can be refused. */
  readonly passwordVersion: number;
  /** Names the registration. */
  readonly requestId: Uint8Array;
  readonly createdAtMs: number;
  /** Undefined for an account in use. */
  readonly disabledAtMs: number | undefined;
  readonly loginCount: number;
  readonly lastLoginAtMs: number | undefined;
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

/** What names an account, and the password that was checked. */
export type CheckedAccount = Pick<AccountRecord, "accountId" | "passwordVersion">;

/** See {@link AccountTable.findHashUnlike}. */
export const MAX_PREFIXES = 6;

/** How many accounts one page has. */
export const ACCOUNTS_PER_PAGE = 100;

/** Where a method answers false, nothing was done: what the caller had checked before is so no more. */
export interface AccountTable {
  register(account: NewAccount, event: AuditEvent): Promise<RegisterOutcome>;
  findAccount(username: string): Promise<AccountRecord | undefined>;
  /** Any hash that begins with none of these, of which there are at most {@link MAX_PREFIXES}. Reads all accounts. */
  findHashUnlike(prefixes: readonly string[]): Promise<string | undefined>;
  /** Any hash that begins with `prefix` and not with `unlike`, unless that is empty. Reads all accounts. */
  findHashLike(prefix: string, unlike: string): Promise<string | undefined>;
  /** A page of accounts in the order of their names' bytes, from after that name on. Begin with "". */
  listAccounts(afterUsername: string): Promise<AccountRecord[]>;
  /** The same password under another hash. False when the password was changed since `account` was read. */
  replacePasswordHash(account: CheckedAccount, passwordHash: string): Promise<boolean>;
  /** Another password: ends all sessions but `keptTokenHash`, and the reset code. False when that session or password is gone. */
  changePassword(change: PasswordChange, event: AuditEvent): Promise<boolean>;
  /** Ends all sessions. False when it is disabled already, or gone. */
  disableAccount(accountId: Uint8Array, atMs: number, event: AuditEvent): Promise<boolean>;
  /** False when it is not disabled, or gone. */
  enableAccount(accountId: Uint8Array, event: AuditEvent): Promise<boolean>;
  /**
   * With its sessions, its reset code and its audit events; of those only `event` is left, which should tell no name. With
   * `proof`, only while that session and that password are the account's. False when it is gone, or the proof fails.
   */
  deleteAccount(accountId: Uint8Array, event: AuditEvent, proof?: DeletionProof): Promise<boolean>;
}

export interface PasswordChange {
  readonly account: CheckedAccount;
  readonly passwordHash: string;
  readonly keptTokenHash: Uint8Array;
}

export interface DeletionProof {
  readonly tokenHash: Uint8Array;
  readonly passwordVersion: number;
}

/**
 * Every method is atomic, survives a crash once it has resolved, gives up at its own deadline, and rejects with a
 * StoreError. A retry inside a method never does a thing twice. Audit events are written in the transaction of what
 * they tell.
 */
export interface AccountStore extends AccountTable, SessionStore, ResetCodeStore, AuditStore, StoreCondition {
  /** For people: the file, or the URL without its password. */
  readonly label: string;
  close(): Promise<void>;
}
