// The pings that this side sends: their tokens, and who waits for the answer to one.

import type { PingFrame } from "../../wire/frame.js";

export class PingExchange {
  #lastToken = 0n;
  #awaited: { readonly token: bigint; readonly onAnswer: () => void } | undefined;

  /** The next ping to send. */
  ask(): PingFrame {
    this.#lastToken += 1n;
    return { kind: "ping", streamId: 0, token: this.#lastToken, ack: false };
  }

  /** Calls back when this one is answered, in place of what was waited for before. */
  onAnswerTo(token: bigint, onAnswer: () => void): void {
    this.#awaited = { token, onAnswer };
  }

  answered(token: bigint): void {
    const awaited = this.#awaited;
    if (awaited?.token === token) {
      this.#awaited = undefined;
      awaited.onAnswer();
    }
  }
}
