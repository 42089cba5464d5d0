// Rows of the store as messages of the wire.

import {
  type Account,
  SecurityEvent_Kind as Kind,
  type SecurityEvent,
  type Session,
} from "../../gen/earshot/accounts/v1/accounts.js";
import { type AuditKind, isAdministrative, type StoredAuditEvent } from "../audit-event.js";
import type { AccountRecord } from "../store/account-store.js";
import type { SessionTimes } from "../store/session-store.js";

const KINDS: Readonly<Record<AuditKind, Kind>> = {
  registered: Kind.KIND_REGISTERED,
  login: Kind.KIND_LOGIN,
  login_failed: Kind.KIND_LOGIN_FAILED,
  logout: Kind.KIND_LOGOUT,
  session_revoked: Kind.KIND_SESSION_REVOKED,
  logged_out_everywhere: Kind.KIND_LOGGED_OUT_EVERYWHERE,
  password_changed: Kind.KIND_PASSWORD_CHANGED,
  password_refused: Kind.KIND_PASSWORD_REFUSED,
  reset_code_issued: Kind.KIND_RESET_CODE_ISSUED,
  reset_tried: Kind.KIND_RESET_TRIED,
  password_reset: Kind.KIND_PASSWORD_RESET,
  exported: Kind.KIND_EXPORTED,
  disabled: Kind.KIND_DISABLED,
  enabled: Kind.KIND_ENABLED,
  account_deleted: Kind.KIND_ACCOUNT_DELETED,
};
const KIND_BY_NAME: ReadonlyMap<string, Kind> = new Map(Object.entries(KINDS));

export function accountMessage({
  accountId,
  username,
  createdAtMs,
}: Pick<AccountRecord, "accountId" | "username" | "createdAtMs">): Account {
  return { accountId, username, createdAtMs: BigInt(createdAtMs) };
}

export function sessionMessage(session: SessionTimes, currentId: Uint8Array): Session {
  const { sessionId, createdAtMs, lastUsedAtMs, expiresAtMs, address } = session;
  return {
    sessionId,
    createdAtMs: BigInt(createdAtMs),
    lastUsedAtMs: BigInt(lastUsedAtMs),
    expiresAtMs: BigInt(expiresAtMs),
    address,
    current: Buffer.compare(sessionId, currentId) === 0,
  };
}

export function eventMessage(event: StoredAuditEvent): SecurityEvent {
  const { eventId, kind, atMs, sessionId } = event;
  const address = isAdministrative(event) ? "" : event.address;
  return {
    eventId,
    kind: KIND_BY_NAME.get(kind) ?? Kind.KIND_UNSPECIFIED,
    atMs: BigInt(atMs),
    address,
    sessionId: sessionId ?? Buffer.alloc(0),
  };
}
