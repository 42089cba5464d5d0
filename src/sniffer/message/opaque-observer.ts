// Watches a conversation whose messages are not read here: counts its bytes, and notices TLS that begins midway, behind
// whatever command of whatever protocol (RDP, LDAP, XMPP, SOCKS...).
import { isClientHello } from "../application.js";
import type { Application, Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { EventQueue, type Handover, type MessageObserver } from "./message-observer.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";

/** Protocols that are known to be in the clear though nothing here reads them. */
const CLEAR: ReadonlySet<Application> = new Set([
  "redis",
  "http2",
  "dns",
  "mdns",
  "dhcp",
  "ntp",
  "mysql",
  "postgresql",
]);

export class OpaqueObserver implements MessageObserver {
  readonly #queue: EventQueue;
  readonly #conversation: Conversation;
  readonly #application: Application;
  readonly #ends: Handover = { client: 0, server: 0 };
  #bytes = 0;
  #told = false;
  handover: Handover | undefined;

  constructor(conversation: Conversation, application: Application) {
    this.#queue = new EventQueue(conversation);
    this.#conversation = conversation;
    this.#application = application;
  }

  push(event: StreamEvent): void {
    if (event.kind === "gap") this.#queue.hole(event, "");
    if (event.kind !== "bytes") return;
    if (this.#application === "unknown" && event.side === "client" && isClientHello(event.bytes)) {
      this.handover = { client: event.offset, server: this.#ends.server };
      return;
    }
    this.#tellMidstream(event.side, event.frame, event.offset, event.bytes.length);
    this.#bytes += event.bytes.length;
    this.#ends[event.side] = event.offset + event.bytes.length;
  }

  next(): SnifferEvent | undefined {
    return this.#queue.next();
  }

  finish(): void {}

  get tally(): MessageTally {
    const tally = emptyMessageTally();
    tally[CLEAR.has(this.#application) ? "plaintext" : "not_understood"] = this.#bytes;
    return tally;
  }

  #tellMidstream(side: Side, frame: number, offset: number, length: number): void {
    if (this.#told || !this.#conversation.midstream || this.#conversation.protocol !== "tcp") return;
    this.#told = true;
    const what = "joined after it began: where its messages begin is unknown, so none are read";
    this.#queue.find(side, "metadata", what, { frame, offset, length });
  }
}
