// TLS sessions that servers gave out, for the next connection to the same server under the same trust (RFC 8446, 4.6.1).

import type { X509Certificate } from "node:crypto";
import { isOutOfDate } from "./peer-certificate.js";

/** Of one server and trust; it gives two for a full handshake and one for a resumed one. */
const MAX_PER_KEY = 32;
/** Of all: about 2 KB each. */
const MAX_SESSIONS = 512;

export interface StoredSession {
  readonly session: Buffer;
  /** Of the full handshake that the session goes back to: a resumed one shows none, and is judged by this. */
  readonly certificate: X509Certificate;
}

/**
 * The newest first, and each once as long as there are others: who watches the wire can recognise one that is used twice
 * (RFC 8446, C.4). The last is used until the server gives new ones, since Node's servers give none when they resume. They
 * are secrets, and stay in memory.
 */
export class SessionStore {
  readonly #sessions = new Map<string, StoredSession[]>();
  #count = 0;

  add(key: string, session: StoredSession): void {
    const stored = this.#sessions.get(key) ?? [];
    this.#sessions.delete(key);
    this.#sessions.set(key, stored); // Last in order: the least recently filled key loses first.
    stored.push(session);
    this.#count += 1;
    if (stored.length > MAX_PER_KEY) {
      stored.shift();
      this.#count -= 1;
    }
    while (this.#count > MAX_SESSIONS) {
      this.#dropOldestKey();
    }
  }

  /** The newest session for that key whose certificate has not run out. */
  take(key: string, nowMs: number): StoredSession | undefined {
    const stored = this.#sessions.get(key);
    const newest = stored?.at(-1);
    if (stored === undefined || newest === undefined) {
      return undefined;
    }
    const isOver = isOutOfDate(newest.certificate, nowMs);
    if (isOver || stored.length > 1) {
      stored.pop();
      this.#count -= 1;
    }
    if (stored.length === 0) {
      this.#sessions.delete(key);
    }
    return isOver ? this.take(key, nowMs) : newest;
  }

  #dropOldestKey(): void {
    for (const [key, stored] of this.#sessions) {
      this.#sessions.delete(key);
      this.#count -= stored.length;
      return;
    }
  }
}
