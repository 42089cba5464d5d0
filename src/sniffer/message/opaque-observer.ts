// Watches a conversation whose messages are not read here: counts its bytes, and notices TLS that begins midway, behind
// whatever command of whatever protocol (RDP, LDAP, XMPP, SOCKS...).
import { beginsDatagramTls, isClientHello } from "../application.js";
import type { Application, Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { type BytesEvent, EventQueue, type Handover, type MessageObserver } from "./message-observer.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";

/** Protocols that are known to be in the clear though nothing here reads them. */
const CLEAR: ReadonlySet<Application> = new Set(["dns", "mdns", "dhcp", "ntp"]);

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
    if (event.kind === "passed") this.#count(event.side, event.offset, event.length);
    if (event.kind !== "bytes") return;
    if (this.#application === "unknown" && this.#beginsTls(event)) {
      this.handover = { ...this.#ends, [event.side]: event.offset };
      return;
    }
    this.#tellMidstream(event.side, event.frame, event.offset, event.bytes.length);
    this.#count(event.side, event.offset, event.bytes.length);
  }

  /** Only where a client may yet begin TLS is anything looked at. */
  unwatchedBytes(side: Side): number {
    const isTold = this.#told || !this.#conversation.midstream;
    return isTold && (this.#application !== "unknown" || side === "server") ? Number.MAX_SAFE_INTEGER : 0;
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

  #count(side: Side, offset: number, length: number): void {
    this.#bytes += length;
    this.#ends[side] = offset + length;
  }

  #beginsTls({ side, bytes }: BytesEvent): boolean {
    return this.#conversation.protocol === "udp" ? beginsDatagramTls(bytes) : side === "client" && isClientHello(bytes);
  }

  #tellMidstream(side: Side, frame: number, offset: number, length: number): void {
    if (this.#told || !this.#conversation.midstream || this.#conversation.protocol !== "tcp") return;
    this.#told = true;
    const what = "joined after it began: where its messages begin is unknown, so none are read";
    this.#queue.find(side, "metadata", what, { frame, offset, length });
  }
}
