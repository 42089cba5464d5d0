// Follows one stream of events, as captured or as decrypted: finds out what it speaks, gives it to the observer of that
// protocol, changes the observer where another protocol takes over, and settles the account of each.
import type { Stage } from "../bytes/stage.js";
import { chooseDatagramApplication } from "./application.js";
import type { Application, Side, SnifferEvent } from "./event.js";
import { type SecretList, SecretSearch } from "./finding/secret-search.js";
import { SOUGHT } from "./finding/sought-secret.js";
import type { Tally } from "./ledger.js";
import { redactedText } from "./message/decode-message.js";
import type { Handover } from "./message/message-observer.js";
import { OpaqueObserver } from "./message/opaque-observer.js";
import type { Conversation, StreamEvent } from "./stream/stream-event.js";
import { UndecidedStream } from "./undecided-stream.js";

/** Any observer of a conversation. Those that never hand over or decrypt lack these. */
export interface Observer extends Stage<StreamEvent, SnifferEvent> {
  readonly tally: Tally;
  readonly handover?: Handover | undefined;
  /** What it keeps of messages that are not whole yet. */
  readonly heldBytes?: number;
  nextDecrypted?(): StreamEvent | undefined;
  /** How many of a side's next bytes it need not see: it is told of them by a `passed` event. */
  unwatchedBytes?(side: Side): number;
}

export interface StreamWatchOptions {
  readonly observe: (application: Application, conversation: Conversation) => Observer;
  readonly say: (event: SnifferEvent) => void;
  readonly settle: (tally: Tally) => void;
  /** Whether nobody but the observer looks at the bytes. */
  readonly maySkip: boolean;
  readonly secrets: SecretList | undefined;
  /** Bytes that all undecided streams together may still hold. */
  readonly undecidedRoomBytes: () => number;
}

/** A tunnel in a tunnel in a tunnel: deeper than this, nobody needs to know. */
const MAX_HANDOVERS = 8;

export class StreamWatch {
  /** What the stream began with; undefined until it is clear. */
  application: Application | undefined;
  readonly #conversation: Conversation;
  readonly #options: StreamWatchOptions;
  readonly #decrypted: (event: StreamEvent) => void;
  readonly #searches: Record<Side, SecretSearch> | undefined;
  #undecided: UndecidedStream | undefined;
  #observer: Observer | undefined;
  #handovers = 0;

  /** `decrypted` takes what keys opened. */
  constructor(conversation: Conversation, options: StreamWatchOptions, decrypted: (event: StreamEvent) => void) {
    this.#decrypted = decrypted;
    this.#conversation = conversation;
    this.#options = options;
    const { secrets } = options;
    this.#searches = secrets && { client: new SecretSearch(secrets), server: new SecretSearch(secrets) };
    this.#undecided = new UndecidedStream({ conversation, midstream: conversation.midstream });
  }

  /** What is kept of messages that are not whole yet. */
  get heldBytes(): number {
    return this.#observer?.heldBytes ?? 0;
  }

  get undecidedBytes(): number {
    return this.#undecided?.heldBytes ?? 0;
  }

  push(event: StreamEvent): void {
    if (event.kind === "bytes") this.#search(event);
    else if (event.kind === "gap") this.#searches?.[event.side].gap();
    this.#route(event);
    if (this.#options.maySkip && (event.kind === "bytes" || event.kind === "gap")) this.#askLess();
    if (event.kind === "close" && this.#observer !== undefined) this.#retire(this.#observer);
  }

  #askLess(): void {
    const { unwatched } = this.#conversation;
    unwatched.client = this.#observer?.unwatchedBytes?.("client") ?? 0;
    unwatched.server = this.#observer?.unwatchedBytes?.("server") ?? 0;
  }

  #route(event: StreamEvent): void {
    if (this.#observer === undefined) this.#consider(event);
    else this.#observe(this.#observer, event);
  }

  #consider(event: StreamEvent): void {
    const undecided = this.#undecided;
    if (undecided === undefined || event.kind === "open") return;
    const application = this.#choose(undecided, event);
    if (application === undefined) return;
    this.application ??= application;
    this.#conversation.application ??= application;
    this.#undecided = undefined;
    const known = this.#handovers < MAX_HANDOVERS;
    this.#observer = known
      ? this.#options.observe(application, this.#conversation)
      : new OpaqueObserver(this.#conversation, "opaque");
    for (const held of undecided.take()) this.#route(held);
    this.#route(event);
  }

  #choose(undecided: UndecidedStream, event: StreamEvent): Application | undefined {
    if (this.#conversation.protocol !== "udp") {
      return undecided.push(event, this.#options.undecidedRoomBytes() <= 0);
    }
    if (event.kind !== "bytes") return event.kind === "close" ? "unknown" : undefined;
    return chooseDatagramApplication(event.bytes, this.#conversation.clientPort, this.#conversation.serverPort);
  }

  #observe(observer: Observer, event: StreamEvent): void {
    observer.push(event);
    this.#drain(observer);
    const { handover } = observer;
    if (handover === undefined) return;
    this.#retire(observer);
    this.#handovers += 1;
    this.#undecided = new UndecidedStream({ conversation: this.#conversation, midstream: false });
    if (event.kind !== "bytes") return;
    const taken = Math.max(0, handover[event.side] - event.offset);
    if (taken >= event.bytes.length) return;
    this.#route({ ...event, offset: event.offset + taken, bytes: event.bytes.subarray(taken) });
  }

  #drain(observer: Observer): void {
    for (let event = observer.next(); event !== undefined; event = observer.next()) this.#options.say(event);
    for (let event = observer.nextDecrypted?.(); event !== undefined; event = observer.nextDecrypted?.()) {
      this.#decrypted(event);
    }
  }

  #retire(observer: Observer): void {
    observer.finish();
    this.#drain(observer);
    this.#options.settle(observer.tally);
    this.#observer = undefined;
  }

  #search(event: Extract<StreamEvent, { kind: "bytes" }>): void {
    const search = this.#searches?.[event.side];
    if (search === undefined) return;
    for (const { secret, form, offset, length } of search.push(event.bytes, event.offset)) {
      this.#options.say({
        event: "finding",
        conversation: this.#conversation.id,
        side: event.side,
        visibility: "readable",
        what: SOUGHT,
        value: redactedText(length),
        field: `secret ${secret}, ${form}`,
        evidence: { frame: event.frame, offset, length },
      });
    }
  }
}
