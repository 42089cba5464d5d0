// Follows one conversation from its first packet to its close: the stream as captured, the one that keys opened within
// it, and the oddities of its packets.
import type { Application, SnifferEvent } from "./event.js";
import type { Conversation, StreamEvent } from "./stream/stream-event.js";
import { StreamWatch, type StreamWatchOptions } from "./stream-watch.js";

export interface ConversationWatchOptions extends StreamWatchOptions {
  /** Sees what keys opened, before it is understood. */
  readonly tapDecrypted: ((event: StreamEvent) => void) | undefined;
}

/** Oddities of one conversation that are told one by one. */
const MAX_ODDITIES = 32;

export class ConversationWatch {
  readonly #conversation: Conversation;
  readonly #options: ConversationWatchOptions;
  readonly #captured: StreamWatch;
  #opened: StreamWatch | undefined;
  #oddities = 0;

  constructor(conversation: Conversation, options: ConversationWatchOptions) {
    this.#conversation = conversation;
    this.#options = options;
    this.#captured = new StreamWatch(conversation, options, (event) => this.#decrypted(event));
  }

  get undecidedBytes(): number {
    return this.#captured.undecidedBytes + (this.#opened?.undecidedBytes ?? 0);
  }

  get heldBytes(): number {
    return this.#captured.heldBytes;
  }

  push(event: StreamEvent): void {
    if (event.kind === "oddity") {
      this.#oddity(event);
      return;
    }
    this.#captured.push(event);
    if (event.kind !== "close") return;
    const application: Application = this.#captured.application ?? "unknown";
    this.#conversation.summary((summary) => this.#options.say({ event: "conversation", ...summary, application }));
  }

  #decrypted(event: StreamEvent): void {
    this.#options.tapDecrypted?.(event);
    this.#opened ??= new StreamWatch(this.#conversation, this.#openedOptions(), () => {
      // TLS within TLS is told, but its keys are nobody's here.
    });
    this.#opened.push(event);
    this.#conversation.openedApplication = this.#opened.application;
  }

  #openedOptions(): StreamWatchOptions {
    return {
      ...this.#options,
      say: (said) => {
        // What is within is as safe as what is around it, and more; one assessment a conversation is enough.
        if (said.event !== "assessment") this.#options.say(markDecrypted(said));
      },
      // These bytes are in the account already, as the ciphertext that they were on the wire.
      settle: () => {},
      maySkip: false,
    };
  }

  #oddity(event: Extract<StreamEvent, { kind: "oddity" }>): void {
    this.#oddities += 1;
    if (this.#oddities > MAX_ODDITIES) return;
    const last = this.#oddities === MAX_ODDITIES ? "; further oddities of this conversation are not told" : "";
    const { side, offset, length, frame } = event;
    const { id } = this.#conversation;
    const what = event.what + last;
    const evidence = { frame, offset, length };
    this.#options.say({ event: "finding", conversation: id, side, visibility: "damaged", what, evidence });
  }
}

function markDecrypted(event: SnifferEvent): SnifferEvent {
  return event.event === "finding" || event.event === "message" ? { ...event, decrypted: true } : event;
}
