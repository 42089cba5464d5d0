// Made-up rows for the contract of account stores.

import { randomBytes } from "node:crypto";
import type { Test } from "tap";
import { type AuditEvent, type AuditKind, newId } from "../../src/server/audit-event.js";
import type { AccountRecord, AccountStore, NewAccount } from "../../src/server/store/account-store.js";
import type { NewSession } from "../../src/server/store/session-store.js";

export interface StoreUnderTest {
  /** Another connection to the same database, as another server process has it. */
  open(): Promise<AccountStore>;
  /** All rows of a table, to see what is really stored. */
  rows(table: string): Promise<Record<string, unknown>[]>;
}

export interface Contract {
  readonly store: AccountStore;
  readonly database: StoreUnderTest;
}

export type ContractPart = (t: Test, contract: Contract) => Promise<void>;

export const NOW_MS = 1_795_000_000_123;
let counter = 0;

export function newAccount(): NewAccount {
  counter += 1;
  return {
    accountId: newId(NOW_MS),
    username: `user${counter}-${randomBytes(4).toString("hex")}`,
    passwordHash: "$scrypt$ln=4,r=8,p=1$AAAA$BBBB",
    requestId: randomBytes(16),
    createdAtMs: NOW_MS,
  };
}

/** An account that is registered, as the store gives it. */
export async function registered(store: AccountStore, account = newAccount()): Promise<AccountRecord> {
  await store.register(account, event("registered", account));
  const found = await store.findAccount(account.username);
  if (found === undefined) {
    throw new Error("the account that was registered is not there");
  }
  return found;
}

export function newSession({ accountId }: Pick<NewAccount, "accountId">, more: Partial<NewSession> = {}): NewSession {
  return {
    tokenHash: randomBytes(32),
    sessionId: randomBytes(16),
    accountId,
    passwordVersion: 1,
    address: "192.0.2.7",
    createdAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 1000,
    ...more,
  };
}

/** A session that is open. */
export async function opened(
  store: AccountStore,
  account: AccountRecord,
  more: Partial<NewSession> = {},
): Promise<NewSession> {
  const session = newSession(account, { passwordVersion: account.passwordVersion, ...more });
  if (!(await store.openSession(session, event("login", account)))) {
    throw new Error("the session was refused");
  }
  return session;
}

export function event(
  kind: AuditKind,
  account: Pick<NewAccount, "accountId" | "username"> | undefined,
  atMs = NOW_MS,
): AuditEvent {
  const { accountId, username } = account ?? { accountId: undefined, username: undefined };
  return { eventId: newId(atMs), kind, atMs, accountId, username, address: "192.0.2.1" };
}

export function hex(value: unknown): string {
  const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString("hex") : "";
}
