// A session as the library lists it.
import type { ListedSession } from "../../../src/client/account-values.js";

export function listedSession(sessionId: string, more: Partial<ListedSession> = {}): ListedSession {
  return {
    sessionId,
    createdAt: new Date("2026-01-02T03:04:05Z"),
    lastUsedAt: new Date("2026-01-03T04:05:06Z"),
    expiresAt: new Date("2026-02-01T03:04:05Z"),
    address: "192.0.2.1",
    isCurrent: false,
    ...more,
  };
}
