// Which stored events a watcher has had: those of other servers become visible late, so the last seconds are read again.

import { firstId, type StoredAuditEvent } from "../audit-event.js";

/**
 * An event is made before it is stored, which may take as long as the database may; the rest is for clocks of servers that
 * differ. An event that becomes visible later than this is missed.
 */
export const EVENT_WINDOW_MS = 10_000;
/** Of the ids remembered. Above it the window is shorter. */
const MAX_REMEMBERED = 1_000;

export class EventWindow {
  readonly #now: () => number;
  #floorMs: number;
  #passStartedMs = 0;
  /** Ids in hexadecimal, and when; in the order of arrival. */
  readonly #seen = new Map<string, number>();

  /** Everything before `floorMs` counts as seen. */
  constructor(floorMs: number, now: () => number) {
    this.#floorMs = floorMs;
    this.#now = now;
  }

  /** A new pass through the stored events; gives the id to begin after. */
  begin(): Buffer {
    this.#passStartedMs = this.#now();
    return firstId(this.#floorMs);
  }

  /** True the first time. */
  take({ eventId, atMs }: Pick<StoredAuditEvent, "eventId" | "atMs">): boolean {
    const id = Buffer.from(eventId).toString("hex");
    if (atMs < this.#floorMs || this.#seen.has(id)) {
      return false;
    }
    // What is older is not read again by the next pass.
    if (atMs >= this.#passStartedMs - EVENT_WINDOW_MS) {
      this.#remember(id, atMs);
    }
    return true;
  }

  /** The pass has read all pages that there were. */
  end(): void {
    this.#floorMs = Math.max(this.#floorMs, this.#passStartedMs - EVENT_WINDOW_MS);
    for (const [id, atMs] of this.#seen) {
      if (atMs < this.#floorMs) {
        this.#seen.delete(id);
      }
    }
  }

  #remember(id: string, atMs: number): void {
    this.#seen.set(id, atMs);
    const [oldest] = this.#seen;
    if (this.#seen.size > MAX_REMEMBERED && oldest !== undefined) {
      this.#seen.delete(oldest[0]);
      this.#floorMs = Math.max(this.#floorMs, oldest[1] + 1);
    }
  }
}
