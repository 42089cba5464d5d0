// One's own events without end: a new stream after each that broke, with nothing left out and nothing told twice.
import { setTimeout as sleep } from "node:timers/promises";
import type { AccountClient } from "../account-client.js";
import type { ListedSession, SecurityEvent } from "../account-values.js";
import { ClientError, type ClientErrorCode } from "../client-error.js";
import { EventHistory } from "./event-history.js";

export interface EventFeedOptions {
  readonly token: string;
  /** Undefined: from now on. */
  readonly since: Date | undefined;
  /** Connects for as long as `use` runs; `signal` ends what is under way. */
  readonly withClient: (use: (client: AccountClient) => Promise<void>, signal: AbortSignal) => Promise<void>;
  /** False when no more events are wanted. */
  readonly onEvent: (event: SecurityEvent) => Promise<boolean>;
  /** Told each time that the server begins to watch, and each time that it is lost. */
  readonly onState: (state: "watching" | "lost") => void;
  readonly now: () => Date;
  /** How long the first pause after a loss is at most; each further one is up to twice as long. Default 250. */
  readonly firstDelayMs?: number;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;
/** How exact the server is about the last use of a session. */
const LAST_USE_MS = 60_000;
/** What may be over in a while. The rest has to be looked at by someone. */
const PASSING: ReadonlySet<ClientErrorCode> = new Set(["not_connected", "connection_lost", "timed_out", "busy"]);

export class EventFeed {
  readonly #options: EventFeedOptions;
  #history: EventHistory | undefined;
  #failures = 0;

  constructor(options: EventFeedOptions) {
    this.#options = options;
    if (options.since !== undefined) this.#history = new EventHistory(options.since);
  }

  /**
   * Resolves when `onEvent` wants no more. Throws ClientError: "session_ended" at the end of the session, what the first
   * attempt failed with, and later whatever waiting does not mend.
   */
  async run(): Promise<void> {
    let hasWatched = false;
    for (;;) {
      try {
        await this.#watchOnce(() => {
          hasWatched = true;
        });
        return;
      } catch (error) {
        if (!hasWatched || !isPassing(error)) throw error;
        await this.#pause(error);
      }
    }
  }

  /** A connection for each attempt: one that hangs is left behind with all that waits on it. */
  async #watchOnce(onWatching: () => void): Promise<void> {
    const { withClient, signal } = this.#options;
    const leaving = new AbortController();
    const watch = async (client: AccountClient) => {
      try {
        await this.#watch(client, onWatching);
      } finally {
        leaving.abort();
      }
    };
    await withClient(watch, AbortSignal.any([signal, leaving.signal]));
  }

  async #watch(client: AccountClient, onWatching: () => void): Promise<void> {
    const { token, onEvent, onState, now } = this.#options;
    const startedAt = now();
    const since = this.#history?.resumeAt;
    const stream = client.watch(token, since === undefined ? {} : { since });
    let next = stream.next();
    // It may fail while the sessions are asked for, which then fails too and tells of it.
    next.catch(() => undefined);
    // Asked behind the watch on one connection: once this is answered, the watch has begun.
    const sessions = await client.listSessions(token);
    this.#history ??= new EventHistory(startOfWatch(startedAt, sessions));
    this.#failures = 0;
    onWatching();
    onState("watching");
    for (;;) {
      const { done, value } = await next;
      if (done === true) throw new ClientError("connection_lost", "The server ended the watch; try again.");
      if (this.#history.take(value) && !(await onEvent(value))) return;
      next = stream.next();
      next.catch(() => undefined);
    }
  }

  async #pause(error: unknown): Promise<void> {
    const { signal, onState, firstDelayMs = FIRST_DELAY_MS } = this.#options;
    if (this.#failures === 0) onState("lost");
    const longestMs = Math.min(firstDelayMs * 2 ** this.#failures, MAX_DELAY_MS);
    const askedMs = error instanceof ClientError ? (error.retryAfterMs ?? 0) : 0;
    this.#failures += 1;
    // At random, so that all who watched a server do not come back to it at once.
    const delayMs = Math.min(askedMs, MAX_DELAY_MS) + longestMs * (0.5 + Math.random() / 2);
    await sleep(delayMs, undefined, { signal }).catch((cause: unknown) => {
      throw new ClientError("interrupted", "Interrupted.", { cause });
    });
  }
}

/** UNAVAILABLE: the server is stopping, or has lost its database for a while. */
function isPassing(error: unknown): boolean {
  return error instanceof ClientError && (PASSING.has(error.code) || error.status === "UNAVAILABLE") && !isTrust(error);
}

function isTrust({ code }: ClientError): boolean {
  return code === "server_not_trusted" || code === "server_identity_changed";
}

/**
 * When the watch began by the server's clock, for a connection that is lost before the first event. This clock will do if it
 * agrees with the server's; if not, the last use of the session, which is up to a minute too early, so that nothing is lost.
 */
function startOfWatch(startedAt: Date, sessions: readonly ListedSession[]): Date {
  const lastUse = sessions.find(({ isCurrent }) => isCurrent)?.lastUsedAt ?? startedAt;
  const aheadMs = startedAt.getTime() - lastUse.getTime();
  return aheadMs >= 0 && aheadMs <= LAST_USE_MS ? startedAt : lastUse;
}
