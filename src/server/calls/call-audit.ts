// What a call leaves behind: its audit event, made here, and told to listeners once it is stored.

import type { CallContext } from "../../rpc/index.js";
import { type AuditEvent, type AuditKind, type AuditSubject, newId } from "../audit-event.js";
import type { Caller } from "../password/fair-queue.js";

/** Where a call came from: every CallContext is one. */
export interface EventOrigin {
  readonly peer: { readonly address: string };
  readonly connection: { readonly id: number };
}

export interface CallAuditOptions {
  readonly now: () => number;
  readonly onTold: (event: AuditEvent) => void;
  /** Gets what callers are told nothing of. */
  readonly onError: (error: unknown) => void;
}

export class CallAudit {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly #options: CallAuditOptions;

  constructor(options: CallAuditOptions) {
    this.now = options.now;
    this.#options = options;
  }

  /** Not stored yet: that happens together with what it tells. */
  event(
    kind: AuditKind,
    { peer, connection }: EventOrigin,
    subject?: AuditSubject,
    sessionId?: Uint8Array,
  ): AuditEvent {
    const atMs = this.now();
    const { accountId, username } = subject ?? { accountId: undefined, username: undefined };
    const { address } = peer;
    return { eventId: newId(atMs), kind, atMs, accountId, username, address, sessionId, connectionId: connection.id };
  }

  /** What is done is done: a listener that throws must not turn it into a failure. */
  tell(event: AuditEvent): void {
    try {
      this.#options.onTold(event);
    } catch (error) {
      this.tellError(error);
    }
  }

  tellError(error: unknown): void {
    this.#options.onError(error);
  }
}

/** Whose turn it is when passwords are hashed. */
export function callerOf({ peer, connection }: CallContext): Caller {
  return { address: peer.address, connectionId: connection.id };
}
