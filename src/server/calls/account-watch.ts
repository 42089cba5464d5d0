// Watch: what happens to one's own account, on this server at once and on others soon, read from the one table of events.

import type { WatchRequest, WatchResponse } from "../../gen/earshot/accounts/v1/accounts.js";
import type { CallContext } from "../../rpc/index.js";
import { watchEnded } from "../service-status.js";
import { EVENTS_PER_PAGE } from "../store/audit-store.js";
import { eventMessage } from "./account-messages.js";
import type { AccountParts } from "./account-parts.js";
import { EventWindow } from "./event-window.js";
import type { WatchRegistry } from "./watch-registry.js";

const RETRY_MS = 1_000;

export class AccountWatch {
  readonly #parts: AccountParts;
  readonly #registry: WatchRegistry;
  readonly #pollMs: number;

  /** `pollMs`: how soon events of other servers are seen. */
  constructor(parts: AccountParts, registry: WatchRegistry, pollMs: number) {
    this.#parts = parts;
    this.#registry = registry;
    this.#pollMs = pollMs;
  }

  async *watch({ sinceMs }: WatchRequest, ctx: CallContext): AsyncGenerator<WatchResponse> {
    const { audit, guard } = this.#parts;
    const startedMs = audit.now();
    const fromMs = sinceMs === 0n ? startedMs : Math.min(Number(sinceMs), startedMs);
    const { account } = await guard.session(ctx);
    const watch = this.#registry.open(account.accountId);
    try {
      const window = new EventWindow(fromMs, audit.now);
      for (;;) {
        yield* this.#newEvents(account.accountId, window, ctx);
        if (watch.isEnded) {
          throw watchEnded(RETRY_MS);
        }
        // After the events, so that the one which ended the session is told.
        await guard.session(ctx);
        // Not all in step.
        await watch.wait(this.#pollMs * (0.75 + Math.random() / 2), ctx.signal);
        ctx.signal.throwIfAborted();
      }
    } finally {
      watch.close();
    }
  }

  /** A page at a time: who does not read is not read for, and misses nothing. */
  async *#newEvents(
    accountId: Uint8Array,
    window: EventWindow,
    { signal }: CallContext,
  ): AsyncGenerator<WatchResponse> {
    let after: Uint8Array = window.begin();
    for (;;) {
      const page = await this.#parts.store.listEventsOf(accountId, after);
      for (const event of page) {
        signal.throwIfAborted();
        after = event.eventId;
        if (window.take(event)) {
          yield { event: eventMessage(event) };
        }
      }
      if (page.length < EVENTS_PER_PAGE) {
        window.end();
        return;
      }
    }
  }
}
