// Which events were told already, and where to begin again after a lost connection so that none is left out.
import type { SecurityEvent } from "../account-values.js";

/** Servers may store an event up to about 10 s after its time, and tell it after later ones. */
const OVERLAP_MS = 60_000;
/** Of the ids remembered: an account in a flood of failed logins must not fill the memory of who watches it. */
const MAX_REMEMBERED = 50_000;

export class EventHistory {
  #startMs: number;
  #newestMs: number | undefined;
  /** Ids, and when; in the order of arrival. */
  readonly #told = new Map<string, number>();

  /** Nothing before `start` is of interest. */
  constructor(start: Date) {
    this.#startMs = start.getTime();
  }

  /** Where the next stream has to begin. */
  get resumeAt(): Date {
    return new Date(Math.max(this.#startMs, (this.#newestMs ?? 0) - OVERLAP_MS));
  }

  /** True the first time. */
  take({ eventId, at }: Pick<SecurityEvent, "eventId" | "at">): boolean {
    if (this.#told.has(eventId)) return false;
    const atMs = at.getTime();
    // Where the server's clock is behind the one that `start` was read from, the server's decides.
    if (this.#newestMs === undefined) this.#startMs = Math.min(this.#startMs, atMs);
    this.#newestMs = Math.max(this.#newestMs ?? atMs, atMs);
    this.#told.set(eventId, atMs);
    this.#forget();
    return true;
  }

  /** What the next stream begins too late to tell again. Where there are too many, it begins later. */
  #forget(): void {
    const resumeMs = this.resumeAt.getTime();
    for (const [id, atMs] of this.#told) {
      if (atMs >= resumeMs && this.#told.size <= MAX_REMEMBERED) return;
      this.#told.delete(id);
      this.#startMs = Math.max(this.#startMs, atMs + 1);
    }
  }
}
