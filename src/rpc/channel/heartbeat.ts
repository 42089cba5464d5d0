// When to ask a silent peer whether it lives, and when to give it up: only times, no socket and no timer.

const NEVER = Number.POSITIVE_INFINITY;

/** Times in milliseconds of one clock. Anything that is heard counts as an answer: a peer that sends is alive. */
export class Heartbeat {
  readonly #timeoutMs: number;
  /** Silence after which the peer is asked. Infinity until both sides agreed on pings. */
  intervalMs = NEVER;
  #heardAt: number;
  #askedAt = NEVER;

  constructor(timeoutMs: number, nowMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#heardAt = nowMs;
  }

  heard(nowMs: number): void {
    this.#heardAt = nowMs;
    this.#askedAt = NEVER;
  }

  asked(nowMs: number): void {
    this.#askedAt = nowMs;
  }

  /** Whether a question is out. */
  get isAsked(): boolean {
    return this.#askedAt !== NEVER;
  }

  /** When to ask; once asked, when to give up. */
  get dueAt(): number {
    return this.#askedAt === NEVER ? this.#heardAt + this.intervalMs : this.#askedAt + this.#timeoutMs;
  }
}
