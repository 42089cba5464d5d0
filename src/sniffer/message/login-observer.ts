// Watches the first steps of a protocol of packets, each behind its length, up to where its login is over; the rest is
// counted as what it is, plaintext. Which packets those are, and what they give away, a LoginTalk says.
import { isClientHello } from "../application.js";
import type { MessageEvent, Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import type { Credential } from "./credential.js";
import { FramedBytes, type FramedPacket, type LengthOf } from "./framed-bytes.js";
import { type BytesEvent, EventQueue, type Handover, type MessageObserver } from "./message-observer.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";

export interface LoginOutcome {
  readonly found?: readonly Credential[];
  /** About the connection, in a sentence. */
  readonly note?: string;
  /** Shown as a message of kind hello. */
  readonly hello?: MessageEvent["fields"];
  /** Another protocol begins behind this packet: what that is. */
  readonly handover?: string;
  /** Nothing more is of interest. */
  readonly over?: boolean;
}

export interface LoginTalk {
  readonly name: string;
  /** How the packets of a side begin; asked again for each. */
  readonly lengthOf: Record<Side, LengthOf>;
  packet(side: Side, packet: FramedPacket): LoginOutcome | undefined;
}

export class LoginObserver implements MessageObserver {
  readonly #queue: EventQueue;
  readonly #id: number;
  readonly #talk: LoginTalk;
  readonly #sides: Record<Side, FramedBytes>;
  readonly #ends: Handover = { client: 0, server: 0 };
  #plaintext = 0;
  #over = false;
  handover: Handover | undefined;

  constructor(conversation: Conversation, talk: LoginTalk) {
    this.#queue = new EventQueue(conversation);
    this.#id = conversation.id;
    this.#talk = talk;
    this.#sides = {
      client: new FramedBytes((head) => talk.lengthOf.client(head)),
      server: new FramedBytes((head) => talk.lengthOf.server(head)),
    };
  }

  push(event: StreamEvent): void {
    if (event.kind === "gap") {
      this.#sides[event.side].lose();
      this.#queue.hole(event, "");
    }
    if (event.kind === "bytes") this.#bytes(event);
  }

  next(): SnifferEvent | undefined {
    return this.#queue.next();
  }

  finish(): void {}

  get tally(): MessageTally {
    return { ...emptyMessageTally(), plaintext: this.#plaintext };
  }

  #bytes(event: BytesEvent): void {
    const side = this.#sides[event.side];
    // Whatever was said before: where TLS begins, it has begun.
    if (event.side === "client" && isClientHello(event.bytes)) {
      this.handover = { client: event.offset, server: this.#ends.server };
      return;
    }
    let at = 0;
    while (at < event.bytes.length && this.handover === undefined) {
      if (this.#over || side.lost) at = event.bytes.length;
      else {
        const read = side.read(event.bytes, at, event.offset);
        at = read.at;
        this.#ends[event.side] = event.offset + at;
        if (read.packet !== undefined) this.#packet(event, read.packet);
      }
    }
    this.#ends[event.side] = event.offset + at;
    this.#plaintext += at;
  }

  #packet({ side, frame }: BytesEvent, packet: FramedPacket): void {
    const outcome = this.#talk.packet(side, packet);
    if (outcome === undefined) return;
    const length = packet.headBytes + packet.length;
    const evidence = { frame, offset: packet.end - length, length };
    const base = { conversation: this.#id, side, frame };
    const { hello, note, found = [], handover, over = false } = outcome;
    if (hello) this.#queue.say({ event: "message", ...base, kind: "hello", stream_id: 0, method: null, fields: hello });
    for (const { what, value, field, at, length: long } of found) {
      this.#queue.reveal(side, { what, value, field }, { frame, ...packet.kept.place(at, long) });
    }
    if (note !== undefined) this.#queue.find(side, "metadata", `${this.#talk.name}: ${note}`, evidence);
    if (handover !== undefined) {
      this.handover = { ...this.#ends };
      this.#queue.find(side, "metadata", `${this.#talk.name}: ${handover} behind this`, evidence);
    }
    this.#over = over;
  }
}
