// What is told of every success and failure: to listeners, to the log, and to the table audit_events.

import { randomFillSync } from "node:crypto";

export type AuditKind = "registered" | "login" | "login_failed" | "logout";

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
  /** Where the call came from. */
  readonly address: string;
}

/** 16 bytes in the layout of UUIDv7 (RFC 9562, section 5.7): by time first, so that rows land at an index's end. */
export function newId(nowMs: number): Buffer {
  const id = Buffer.alloc(16);
  randomFillSync(id, 6);
  id.writeUIntBE(nowMs, 0, 6);
  id.writeUInt8((id.readUInt8(6) & 0x0f) | 0x70, 6);
  id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8);
  return id;
}

/** No id that {@link newId} made before then is as high, and none of later is lower. */
export function firstId(atMs: number): Buffer {
  const id = Buffer.alloc(16);
  id.writeUIntBE(Math.max(0, atMs), 0, 6);
  return id;
}
