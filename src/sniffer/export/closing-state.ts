// How far a TCP connection is closed, in Suricata's words (its stream-tcp.c): as RFC 9293's for a host, but of both together.
const FIN = 0x01;
const ACK = 0x10;

export class ClosingState {
  /** Whether the originator was first; undefined where nobody has closed. */
  #firstIsOriginator: boolean | undefined;
  #isAnswered = false;
  #bothClosed = false;
  #isOver = false;

  push(fromOriginator: boolean, flags: number): void {
    const isFin = (flags & FIN) !== 0;
    if (this.#firstIsOriginator === undefined) {
      if (isFin) this.#firstIsOriginator = fromOriginator;
      return;
    }
    const isFirst = fromOriginator === this.#firstIsOriginator;
    if (isFin) {
      if (!isFirst) this.#bothClosed = true;
    } else if ((flags & ACK) !== 0) {
      if (!isFirst) this.#isAnswered = true;
      else if (this.#bothClosed) this.#isOver = true;
    }
  }

  /** Undefined while nobody has closed. */
  get name(): "close_wait" | "last_ack" | "fin_wait1" | "fin_wait2" | "time_wait" | "closed" | undefined {
    if (this.#firstIsOriginator === undefined) return undefined;
    if (this.#isOver) return "closed";
    if (this.#firstIsOriginator) return this.#bothClosed ? "last_ack" : "close_wait";
    if (this.#bothClosed) return "time_wait";
    return this.#isAnswered ? "fin_wait2" : "fin_wait1";
  }
}
