// What is told of every success and failure: to listeners, to the log, and to the table audit_events.

import { randomFillSync } from "node:crypto";

/** All kinds. Those that the table holds of a later version may be others. */
export const AUDIT_KINDS = [
  "registered",
  "login",
  "login_failed",
  "logout",
  "session_revoked",
  "logged_out_everywhere",
  "password_changed",
  "password_refused",
  "reset_code_issued",
  "reset_tried",
  "password_reset",
  "exported",
  "disabled",
  "enabled",
  "account_deleted",
] as const;

/** In the place of an address: of a deletion that was not the owner's. */
export const ADMINISTRATOR = "administrator";
const ADMINISTRATIVE: ReadonlySet<string> = new Set(["disabled", "enabled", "reset_code_issued"]);

export type AuditKind = (typeof AUDIT_KINDS)[number];

export interface AuditEvent {
  /** 16 bytes; ordered by time. */
  readonly eventId: Uint8Array;
  readonly kind: AuditKind;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Undefined for a login with a name that no account has. */
  readonly accountId: Uint8Array | undefined;
  /** Undefined as `accountId` is: people type passwords into the name's field, and those must not be kept. */
  readonly username: string | undefined;
  /** Where the call came from; empty for what only administrators do, and for deletions by the owner. */
  readonly address: string;
  /** Of login, logout and session_revoked. */
  readonly sessionId?: Uint8Array | undefined;
  /** Of the server process that made it, for its log; not stored. */
  readonly connectionId?: number | undefined;
}

/** An event as the table holds it, maybe of a later version with kinds of its own. */
export type StoredAuditEvent = Omit<AuditEvent, "kind" | "connectionId"> & { readonly kind: string };

/** Whom an event is about. */
export interface AuditSubject {
  readonly accountId: Uint8Array;
  readonly username: string;
}

/** What stays of a deleted account: that it was, and until when; neither its name nor an address. */
export function deletionEvent(
  accountId: Uint8Array,
  atMs: number,
  address: "" | typeof ADMINISTRATOR = "",
): AuditEvent {
  return { eventId: newId(atMs), kind: "account_deleted", atMs, accountId, username: undefined, address };
}

/** What an administrator did to an account. */
export function administrativeEvent(
  kind: "disabled" | "enabled" | "reset_code_issued",
  { accountId, username }: AuditSubject,
  atMs: number,
): AuditEvent {
  return { eventId: newId(atMs), kind, atMs, accountId, username, address: "" };
}

/** Whether an administrator did it, and not the owner or a stranger. */
export function isAdministrative({ kind, address }: Pick<StoredAuditEvent, "kind" | "address">): boolean {
  return ADMINISTRATIVE.has(kind) || address === ADMINISTRATOR;
}

/** What the ids of the last millisecond were numbered up to. */
let last = { atMs: Number.NaN, number: 0 };

/**
 * 16 bytes in the layout of UUIDv7 (RFC 9562, section 5.7): by time first, so that rows land at an index's end. Those of one
 * process and millisecond are numbered in its 12 bits for that (section 6.2, method 1), so that they keep their order.
 */
export function newId(nowMs: number): Buffer {
  const id = Buffer.alloc(16);
  randomFillSync(id, 6);
  last = { atMs: nowMs, number: nowMs === last.atMs ? (last.number + 1) & 0x0fff : id.readUInt16BE(6) & 0x07ff };
  id.writeUIntBE(nowMs, 0, 6);
  id.writeUInt16BE(0x7000 | last.number, 6);
  id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8);
  return id;
}

/** No id that {@link newId} made before then is as high, and none of later is lower. */
export function firstId(atMs: number): Buffer {
  const id = Buffer.alloc(16);
  id.writeUIntBE(Math.max(0, atMs), 0, 6);
  return id;
}

/** When {@link newId} made it. */
export function timeOfId(id: Uint8Array): number {
  return Buffer.from(id).readUIntBE(0, 6);
}
