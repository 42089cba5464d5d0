// One side of a TCP connection: its reassembler, its SYN, and the events of its stream.
import type { Side } from "../event.js";
import { Reassembler, type ReassemblyLimits, type ReassemblySink } from "./reassembler.js";
import type { RecentBytes } from "./recent-bytes.js";
import type { StreamEvent } from "./stream-event.js";
import type { TrackedConversation } from "./tracked-conversation.js";

/** What all directions share. */
export interface TcpMeans {
  readonly limits: ReassemblyLimits;
  readonly recent: RecentBytes;
  readonly say: (event: StreamEvent) => void;
}

export class TcpDirection implements ReassemblySink {
  readonly stream: Reassembler;
  /** The SYN's sequence number, to tell a retransmission from a new connection on the same ports. */
  syn: number | undefined;
  /** Where the first packet of this side stood, its SYN counted: a SYN that comes late must agree with it. */
  firstSeen: number | undefined;
  /** True once a packet of this side was captured; the other side's SYN+ACK tells of it before. */
  seen = false;
  readonly #conversation: TrackedConversation;
  readonly #side: Side;
  readonly #say: (event: StreamEvent) => void;

  constructor(conversation: TrackedConversation, side: Side, means: TcpMeans) {
    this.#conversation = conversation;
    this.#side = side;
    this.#say = means.say;
    this.stream = new Reassembler(this, means.limits, means.recent);
  }

  bytes(offset: number, bytes: Uint8Array, frame: number): void {
    this.#conversation.deliver(this.#side, bytes);
    this.#say({ kind: "bytes", conversation: this.#conversation, side: this.#side, offset, bytes, frame });
  }

  gap(offset: number, length: number, frame: number): void {
    this.#conversation.miss(this.#side, offset, length);
    this.#say({ kind: "gap", conversation: this.#conversation, side: this.#side, offset, length, frame });
  }

  oddity(what: string, offset: number, length: number, frame: number): void {
    this.#say({ kind: "oddity", conversation: this.#conversation, side: this.#side, what, offset, length, frame });
  }
}
