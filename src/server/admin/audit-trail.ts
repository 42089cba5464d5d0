// Reads the table of audit events: once through, or on and on as events of any server come in.

import { setTimeout as sleep } from "node:timers/promises";
import { firstId, type StoredAuditEvent } from "../audit-event.js";
import { EventWindow } from "../calls/event-window.js";
import type { AccountStore } from "../store/account-store.js";
import { EVENTS_PER_PAGE } from "../store/audit-store.js";
import { StoreError } from "../store/store-error.js";

export interface AuditQuery {
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  /** Of this account alone. */
  readonly accountId?: Uint8Array | undefined;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly now?: () => number;
  /** Told of the first failure of an outage, and with undefined of its end. */
  readonly onOutage?: (error: StoreError | undefined) => void;
}

/** How soon events are seen. */
const POLL_MS = 500;

export class AuditTrail {
  readonly #store: AccountStore;
  readonly #query: AuditQuery;

  constructor(store: AccountStore, query: AuditQuery) {
    this.#store = store;
    this.#query = query;
  }

  /** What there is. Never more than a page in memory. @throws StoreError */
  events(): AsyncGenerator<StoredAuditEvent> {
    return this.#after(firstId(this.#query.sinceMs));
  }

  /** What there is and what comes, each once, until the signal aborts; outages are waited out. @throws StoreError that no waiting cures */
  async *follow({ signal, now = Date.now, onOutage }: FollowOptions): AsyncGenerator<StoredAuditEvent> {
    const window = new EventWindow(this.#query.sinceMs, now);
    let isAway = false;
    while (!signal.aborted) {
      try {
        yield* this.#fresh(window);
        if (isAway) {
          isAway = false;
          onOutage?.(undefined);
        }
      } catch (error) {
        if (!(error instanceof StoreError) || !isPassing(error)) {
          throw error;
        }
        if (!isAway) {
          isAway = true;
          onOutage?.(error);
        }
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async *#fresh(window: EventWindow): AsyncGenerator<StoredAuditEvent> {
    for await (const event of this.#after(window.begin())) {
      if (window.take(event)) {
        yield event;
      }
    }
    window.end();
  }

  async *#after(eventId: Uint8Array): AsyncGenerator<StoredAuditEvent> {
    const { accountId } = this.#query;
    let after = eventId;
    for (;;) {
      const page =
        accountId === undefined
          ? await this.#store.listEvents(after)
          : await this.#store.listEventsOf(accountId, after);
      yield* page;
      after = page.at(-1)?.eventId ?? after;
      if (page.length < EVENTS_PER_PAGE) {
        return;
      }
    }
  }
}

function isPassing({ code }: StoreError): boolean {
  return code === "unavailable" || code === "timeout" || code === "overloaded" || code === "conflict";
}
