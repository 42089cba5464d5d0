// What an observer has to say, queued until it is asked: events, decrypted bytes, and the account of bytes.
import { ResultQueue } from "../../bytes/result-queue.js";
import type { Side, SnifferEvent, Visibility } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import type { Assessor } from "./assessor.js";
import { type ByteClass, emptyTally, type TlsTally } from "./tls-tally.js";
import type { Voice, Where } from "./voice.js";

export class Observation implements Voice {
  readonly #conversation: Conversation;
  readonly #givesDecrypted: boolean;
  readonly #assessor: Assessor | undefined;
  readonly tally: TlsTally = emptyTally();
  readonly #events = new ResultQueue<SnifferEvent>();
  readonly #decrypted: StreamEvent[] = [];
  /** Decrypted bytes so far, gaps included. */
  readonly #plainBytes: Record<Side, number> = { client: 0, server: 0 };

  /**
   * `givesDecrypted`: someone takes what `nextDecrypted` has; otherwise nothing is kept for it. `assessor`: hears all that
   * is said, and has the last word.
   */
  constructor(conversation: Conversation, givesDecrypted = false, assessor?: Assessor) {
    this.#assessor = assessor;
    this.#conversation = conversation;
    this.#givesDecrypted = givesDecrypted;
  }

  get conversation(): number {
    return this.#conversation.id;
  }

  next(): SnifferEvent | undefined {
    return this.#events.next();
  }

  nextDecrypted(): StreamEvent | undefined {
    return this.#decrypted.shift();
  }

  say(event: SnifferEvent): void {
    this.#assessor?.hear(event);
    this.#events.push(event);
  }

  /** To be called once, when everything else was said. */
  assess(): void {
    if (this.#assessor !== undefined) this.#events.push(this.#assessor.conclude(this.conversation));
  }

  find(side: Side, visibility: Visibility, what: string, { frame, offset, length }: Where): void {
    const evidence = { frame, offset, length };
    this.say({ event: "finding", conversation: this.conversation, side, visibility, what, evidence });
  }

  count(kind: ByteClass, bytes: number): void {
    this.tally[kind] += bytes;
  }

  give(side: Side, bytes: Uint8Array, frame: number): void {
    if (bytes.length === 0 || !this.#givesDecrypted) return;
    const offset = this.#plainBytes[side];
    this.#decrypted.push({ kind: "bytes", conversation: this.#conversation, side, offset, bytes, frame });
    this.#plainBytes[side] += bytes.length;
  }

  miss(side: Side, length: number, frame: number): void {
    if (!this.#givesDecrypted) return;
    const offset = this.#plainBytes[side];
    this.#decrypted.push({ kind: "gap", conversation: this.#conversation, side, offset, length, frame });
    this.#plainBytes[side] += length;
  }

  /** The decrypted stream ends where the encrypted one does; without decrypted bytes there is none to end. */
  close(event: Extract<StreamEvent, { kind: "close" }>): void {
    if (this.#plainBytes.client + this.#plainBytes.server > 0) this.#decrypted.push(event);
  }
}
