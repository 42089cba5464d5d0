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
 * Each session is used once, the newest first: who watches the wire could recognise one that is used twice (RFC 8446,
 * C.4). They are secrets, and stay in memory.
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

  /** The newest session for that key whose certificate has not run out; it is not given out again. */
  take(key: string, nowMs: number): StoredSession | undefined {
    const stored = this.#sessions.get(key);
    const newest = stored?.pop();
    if (stored === undefined || newest === undefined) {
      return undefined;
    }
    this.#count -= 1;
    if (stored.length === 0) {
      this.#sessions.delete(key);
    }
    return isOutOfDate(newest.certificate, nowMs) ? this.take(key, nowMs) : newest;
  }

  #dropOldestKey(): void {
    for (const [key, stored] of this.#sessions) {
      this.#sessions.delete(key);
      this.#count -= stored.length;
      return;
    }
  }
}
