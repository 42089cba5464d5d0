// Holds what a conversation said until its protocol is clear, within bounds, and gives it back in order.
import { chooseApplication, UNDECIDED_LIMIT_BYTES } from "./application.js";
import type { Application, Side } from "./event.js";
import type { Conversation, StreamEvent } from "./stream/stream-event.js";

/** How many bytes may be looked at again and again before it is only done when they have doubled. */
const PATIENT_BYTES = 0x40000;
/** Tiny segments must not cost an object each without end. */
const MAX_HELD_EVENTS = 4096;

export interface UndecidedOptions {
  readonly conversation: Conversation;
  /** True when the beginning was not captured. */
  readonly midstream: boolean;
}

export class UndecidedStream {
  readonly #conversation: Conversation;
  #midstream: boolean;
  #held: StreamEvent[] = [];
  readonly #prefixes: Record<Side, Prefix> = { client: new Prefix(), server: new Prefix() };
  #spokeFirst: Side = "client";
  #lookedAt = 0;
  #lookAgainAt = 0;
  #heldBytes = 0;

  constructor(options: UndecidedOptions) {
    this.#conversation = options.conversation;
    this.#midstream = options.midstream;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The protocol once it is clear; the event is then not kept. `final` asks for an answer now. */
  push(event: StreamEvent, final: boolean): Application | undefined {
    if (event.kind === "bytes") return this.#bytes(event, final);
    if (event.kind === "gap") this.#gap(event);
    if (event.kind === "close" || final) return this.#choose(true);
    this.#held.push(event);
    return undefined;
  }

  /** What was kept, in the order in which it came; nothing is kept afterwards. */
  take(): StreamEvent[] {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    this.#prefixes.client.clear();
    this.#prefixes.server.clear();
    return held;
  }

  #bytes(event: Extract<StreamEvent, { kind: "bytes" }>, final: boolean): Application | undefined {
    if (this.#heldBytes === 0) this.#spokeFirst = event.side;
    const prefix = this.#prefixes[event.side];
    const before = prefix.length;
    prefix.push(event.bytes);
    this.#heldBytes += event.bytes.length;
    const full = this.#heldBytes >= UNDECIDED_LIMIT_BYTES || this.#held.length >= MAX_HELD_EVENTS;
    const choice = this.#isDue() || full || final ? this.#choose(full || final) : undefined;
    if (choice === undefined) this.#held.push({ ...event, bytes: prefix.own(before, event.bytes) });
    return choice;
  }

  /** Behind a hole nothing more is learnt; a hole at the front makes this a stream joined midway. */
  #gap(event: Extract<StreamEvent, { kind: "gap" }>): void {
    const prefix = this.#prefixes[event.side];
    if (prefix.length === 0) this.#midstream = true;
    else prefix.freeze();
  }

  /** Looking at everything again for each of a thousand tiny segments would be quadratic. */
  #isDue(): boolean {
    const held = this.#heldBytes;
    if (held < this.#lookAgainAt) return false;
    this.#lookedAt += held;
    if (this.#lookedAt > PATIENT_BYTES) this.#lookAgainAt = held * 2;
    return true;
  }

  #choose(final: boolean): Application | undefined {
    return chooseApplication({
      client: this.#prefixes.client.bytes,
      server: this.#prefixes.server.bytes,
      spokeFirst: this.#spokeFirst,
      serverPort: this.#conversation.serverPort,
      midstream: this.#midstream,
      final,
    });
  }
}

const EMPTY = new Uint8Array(0);

/** The first bytes of one side. The first chunk is only viewed: most streams are clear by it and need no copy. */
class Prefix {
  #bytes: Uint8Array = EMPTY;
  #length = 0;
  #viewed = false;
  #frozen = false;

  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  push(chunk: Uint8Array): void {
    if (this.#frozen) return;
    if (this.#length === 0) {
      this.#bytes = chunk;
      this.#length = chunk.length;
      this.#viewed = true;
      return;
    }
    this.#reserve(this.#length + chunk.length);
    this.#bytes.set(chunk, this.#length);
    this.#length += chunk.length;
  }

  /** The chunk in memory that stays: the prefix's own where it holds it. */
  own(at: number, chunk: Uint8Array): Uint8Array {
    if (this.#frozen) return chunk.slice();
    if (this.#viewed) this.#reserve(this.#length);
    return this.#bytes.slice(at, at + chunk.length);
  }

  freeze(): void {
    this.#frozen = true;
  }

  clear(): void {
    this.#bytes = EMPTY;
    this.#length = 0;
  }

  #reserve(length: number): void {
    if (!this.#viewed && length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2, 256));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#viewed = false;
  }
}
