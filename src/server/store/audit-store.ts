// What is asked of a database about audit events.

import type { AuditEvent, StoredAuditEvent } from "../audit-event.js";

/** How many events one page has. */
export const EVENTS_PER_PAGE = 100;

export interface AuditStore {
  recordAudit(event: AuditEvent): Promise<void>;
  /** A page of the events with ids above that one, in their order, which is that of time. Begin with `firstId(sinceMs)`. */
  listEvents(afterEventId: Uint8Array): Promise<StoredAuditEvent[]>;
  /** The same, of one account. */
  listEventsOf(accountId: Uint8Array, afterEventId: Uint8Array): Promise<StoredAuditEvent[]>;
  /** Deletes failures before then: anyone can cause as many as they like. All else is kept. */
  purgeFailures(beforeMs: number): Promise<void>;
  /** Deletes what calls that were under way left behind of accounts deleted since then. */
  purgeDeleted(sinceMs: number): Promise<void>;
}
