// Audit events over the shared SQL; and how every told write becomes one that no retry does twice.

import { type AuditEvent, firstId, type StoredAuditEvent, timeOfId } from "../audit-event.js";
import { type AuditStore, EVENTS_PER_PAGE } from "./audit-store.js";
import type { SqlDatabase, SqlRow, SqlStatement } from "./sql-database.js";
import { bytes, integer, optionalBytes, text } from "./sql-row.js";
import { StoreError } from "./store-error.js";

/** Bound where an event is of nobody: so that it is as much work to bind as one of somebody. NULL is stored. */
const NOBODY = { accountId: Buffer.alloc(16), username: Buffer.from("-nobody-") };
const INSERT_EVENT =
  "INSERT INTO audit_events (event_id, kind, at_ms, account_id, username, address, session_id) " +
  `VALUES (?, ?, ?, NULLIF(?, x'${NOBODY.accountId.toString("hex")}'), NULLIF(?, x'${NOBODY.username.toString("hex")}'), ?, ?)`;
const SELECT_EVENT = "SELECT event_id FROM audit_events WHERE event_id = ?";
const COLUMNS = "event_id, kind, at_ms, account_id, username, address, session_id";
const SELECT_EVENTS = `SELECT ${COLUMNS} FROM audit_events WHERE event_id > ? ORDER BY event_id LIMIT ${EVENTS_PER_PAGE}`;
/** Ids begin with the time, so this is the order of ids; and the index by account and time gives it without sorting. */
const SELECT_EVENTS_OF =
  `SELECT ${COLUMNS} FROM audit_events WHERE account_id = ? AND at_ms >= ? AND event_id > ? ` +
  `ORDER BY at_ms, event_id LIMIT ${EVENTS_PER_PAGE}`;
/** Ids are ordered by time, so this reads only the old rows, by the primary key. */
const PURGE_FAILURES =
  "DELETE FROM audit_events WHERE event_id < ? AND kind IN ('login_failed', 'password_refused', 'reset_tried')";
const SELECT_DELETED =
  "SELECT account_id FROM audit_events WHERE event_id > ? AND kind = 'account_deleted' ORDER BY event_id LIMIT 1000";
const DELETE_LEFT_EVENTS = "DELETE FROM audit_events WHERE account_id = ? AND kind <> 'account_deleted'";
const DELETE_LEFT_SESSIONS = "DELETE FROM sessions WHERE account_id = ?";
const DELETE_LEFT_CODE = "DELETE FROM reset_codes WHERE account_id = ?";
const MAX_ADDRESS_CHARACTERS = 64;

export function sqlAudit(database: SqlDatabase): AuditStore {
  return {
    async recordAudit(event) {
      await writeTold(database, [], event);
    },
    async listEvents(afterEventId) {
      return (await database.query({ sql: SELECT_EVENTS, values: [Buffer.from(afterEventId)] })).map(eventOf);
    },
    async listEventsOf(accountId, afterEventId) {
      const values = [Buffer.from(accountId), String(timeOfId(afterEventId)), Buffer.from(afterEventId)];
      return (await database.query({ sql: SELECT_EVENTS_OF, values })).map(eventOf);
    },
    async purgeFailures(beforeMs) {
      await database.write([{ sql: PURGE_FAILURES, values: [firstId(beforeMs)] }]);
    },
    async purgeDeleted(sinceMs) {
      const rows = await database.query({ sql: SELECT_DELETED, values: [firstId(sinceMs)] });
      for (const row of rows) {
        for (const sql of [DELETE_LEFT_EVENTS, DELETE_LEFT_SESSIONS, DELETE_LEFT_CODE]) {
          await database.write([{ sql, values: [bytes(row, "account_id")] }]);
        }
      }
    },
  };
}

/**
 * Does all of it and stores the event, or nothing. False when a row that must match does not, or a key refuses one; true
 * also when an earlier attempt did it whose answer was lost, of which the event is the proof.
 */
export async function writeTold(
  database: SqlDatabase,
  statements: readonly SqlStatement[],
  event: AuditEvent,
): Promise<boolean> {
  const batch = [...statements, insertion(event)];
  if (await isWritten(database, batch)) {
    return true;
  }
  const [row] = await database.query({ sql: SELECT_EVENT, values: [Buffer.from(event.eventId)] });
  return row !== undefined;
}

/** What is kept of an address, which a column bounds. */
export function cutAddress(address: string): string {
  return address.slice(0, MAX_ADDRESS_CHARACTERS);
}

async function isWritten(database: SqlDatabase, batch: readonly SqlStatement[]): Promise<boolean> {
  try {
    return (await database.write(batch)).length === batch.length;
  } catch (error) {
    if (error instanceof StoreError && error.code === "duplicate") {
      return false;
    }
    throw error;
  }
}

function insertion({ eventId, kind, atMs, accountId, username, address, sessionId }: AuditEvent): SqlStatement {
  return {
    sql: INSERT_EVENT,
    values: [
      Buffer.from(eventId),
      kind,
      String(atMs),
      Buffer.from(accountId ?? NOBODY.accountId),
      Buffer.from(username ?? NOBODY.username),
      cutAddress(address),
      sessionId === undefined ? null : Buffer.from(sessionId),
    ],
  };
}

function eventOf(row: SqlRow): StoredAuditEvent {
  return {
    eventId: bytes(row, "event_id"),
    kind: text(row, "kind"),
    atMs: integer(row, "at_ms"),
    accountId: optionalBytes(row, "account_id"),
    username: optionalBytes(row, "username")?.toString(),
    address: text(row, "address"),
    sessionId: optionalBytes(row, "session_id"),
  };
}
