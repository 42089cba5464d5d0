// One side of a TCP connection: its reassembler, its SYN, and the events of its stream.
import type { Side } from "../event.js";
import { NOWHERE } from "../packet/packet-cursor.js";
import type { HeldCost } from "./held-segments.js";
import { Reassembler, type ReassemblyLimits, type ReassemblySink } from "./reassembler.js";
import type { RecentBytes } from "./recent-bytes.js";
import { sequenceDistance } from "./sequence.js";
import type { StreamEvent } from "./stream-event.js";
import type { TrackedConversation } from "./tracked-conversation.js";

/** What all directions share. */
export interface TcpMeans {
  readonly limits: ReassemblyLimits;
  readonly recent: RecentBytes;
  readonly held: HeldCost;
  readonly say: (event: StreamEvent) => void;
}

export class TcpDirection implements ReassemblySink {
  readonly stream: Reassembler;
  /** The SYN's sequence number, to tell a retransmission from a new connection on the same ports. */
  syn: number | undefined;
  /** Where the first packet of this side stood, its SYN counted: a SYN that comes late must agree with it. */
  firstSeen: number | undefined;
  /** What the first packet of this side acknowledged: a SYN of the other that comes late may be just what it answered. */
  firstAcknowledged: number | undefined;
  /** True once a packet of this side was captured; the other side's SYN+ACK tells of it before. */
  seen = false;
  other: TcpDirection | undefined;
  #passed = 0;
  #passedAt = 0;
  #passedFrame = 0;
  readonly #conversation: TrackedConversation;
  readonly #side: Side;
  readonly #say: (event: StreamEvent) => void;

  constructor(conversation: TrackedConversation, side: Side, means: TcpMeans) {
    this.#conversation = conversation;
    this.#side = side;
    this.#say = means.say;
    this.stream = new Reassembler(this, means.limits, means.recent, means.held);
  }

  /**
   * Without a SYN the stream begins where this side's first packet stood, data or not: what lies between is missing or comes
   * out of order. By one it may only have been a keep-alive. Gives how far ahead of that this sequence number stands.
   */
  startMidway(sequence: number): number {
    const firstSeen = this.firstSeen ?? sequence;
    const ahead = sequenceDistance(firstSeen, sequence);
    if (ahead > 1) this.stream.start(firstSeen);
    return ahead;
  }

  bytes(offset: number, bytes: Uint8Array, frame: number, position: number): void {
    const conversation = this.#conversation;
    conversation.deliver(this.#side, bytes, position);
    if (conversation.unwatched[this.#side] >= bytes.length) {
      this.#pass(offset, bytes.length, frame);
      return;
    }
    this.#sayPassed();
    this.#say({ kind: "bytes", conversation, side: this.#side, offset, bytes, frame });
  }

  /** A segment that is simply the next and that nobody wants to see needs no view of its bytes. False: it must be pushed. */
  pass(sequence: number, length: number, frame: number, position: number): boolean {
    const conversation = this.#conversation;
    if (position === NOWHERE || conversation.unwatched[this.#side] < length) return false;
    const offset = this.stream.offsetOfNext(sequence);
    if (offset < 0 || !conversation.pass(this.#side, length, position)) return false;
    this.stream.pass(length, position);
    this.#pass(offset, length, frame);
    return true;
  }

  gap(offset: number, length: number, frame: number): void {
    this.#sayPassed();
    this.#conversation.miss(this.#side, offset, length);
    this.#say({ kind: "gap", conversation: this.#conversation, side: this.#side, offset, length, frame });
  }

  oddity(what: string, offset: number, length: number, frame: number): void {
    this.#say({ kind: "oddity", conversation: this.#conversation, side: this.#side, what, offset, length, frame });
  }

  /** Tells of bytes that went by unwatched. */
  sayPassed(): void {
    if (this.#passed === 0) return;
    const length = this.#passed;
    this.#passed = 0;
    const conversation = this.#conversation;
    this.#say({
      kind: "passed",
      conversation,
      side: this.#side,
      offset: this.#passedAt,
      length,
      frame: this.#passedFrame,
    });
  }

  #pass(offset: number, length: number, frame: number): void {
    this.#conversation.unwatched[this.#side] -= length;
    if (this.#passed === 0) this.#passedAt = offset;
    this.#passed += length;
    this.#passedFrame = frame;
  }

  /** Of both sides: what comes next may rest on either. It also says anew what of what follows need not be seen. */
  #sayPassed(): void {
    this.sayPassed();
    this.other?.sayPassed();
    const { unwatched } = this.#conversation;
    unwatched.client = 0;
    unwatched.server = 0;
  }
}
