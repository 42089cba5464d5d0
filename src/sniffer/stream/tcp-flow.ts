// One TCP connection as a passer-by sees it: which side is which, both directions put in order, and how it ended.
import type { Side } from "../event.js";
import type { DecodedPacket } from "../packet/decoded-packet.js";
import type { FlowEnds, Indexed } from "./flow-index.js";
import type { Listed } from "./recency-list.js";
import { advanceSequence } from "./sequence.js";
import { TcpDirection, type TcpMeans } from "./tcp-direction.js";
import type { TrackedConversation } from "./tracked-conversation.js";
import type { UdpFlow } from "./udp-flow.js";

const FIN = 0x01;
export const SYN = 0x02;
const RST = 0x04;
export const ACK = 0x10;

/** A window without scaling: that another connection begins so near is a matter of 1 in 16384. */
const NEAR_BYTES = 0x10000;

export class TcpFlow implements Indexed<TcpFlow | UdpFlow>, Listed<TcpFlow | UdpFlow> {
  readonly conversation: TrackedConversation;
  older: TcpFlow | UdpFlow | undefined;
  newer: TcpFlow | UdpFlow | undefined;
  hash = 0;
  lingers = false;
  touchedAt = 0;
  sameHash: TcpFlow | UdpFlow | undefined;
  readonly #means: TcpMeans;
  /** Made when first spoken of: half of a flood's connections never have a second side. */
  #client: TcpDirection | undefined;
  #server: TcpDirection | undefined;
  #finSeen = false;

  constructor(conversation: TrackedConversation, means: TcpMeans) {
    this.conversation = conversation;
    this.#means = means;
  }

  get ends(): FlowEnds {
    return this.conversation.ends;
  }

  get hasEnded(): boolean {
    return this.conversation.state !== "open";
  }

  /** What holding bytes behind holes costs, both directions. */
  get heldCostBytes(): number {
    return (this.#client?.stream.heldCostBytes ?? 0) + (this.#server?.stream.heldCostBytes ?? 0);
  }

  get retransmittedBytes(): number {
    return (this.#client?.stream.retransmittedBytes ?? 0) + (this.#server?.stream.retransmittedBytes ?? 0);
  }

  get unplacedBytes(): number {
    return (this.#client?.stream.unplacedBytes ?? 0) + (this.#server?.stream.unplacedBytes ?? 0);
  }

  /**
   * Whether this packet opens another connection on the ports of this one: a SYN that is neither sent again, nor (in a
   * capture out of order) the missing beginning of this one, nor the other half of a simultaneous open. Of a SYN+ACK
   * whose SYN was not captured, only what its side has said before can tell.
   */
  isReusedBy(packet: DecodedPacket, side: Side): boolean {
    if ((packet.flags & (SYN | RST)) !== SYN) return false;
    const own = side === "client" ? this.#client : this.#server;
    const other = side === "client" ? this.#server : this.#client;
    const begin = advanceSequence(packet.sequence, 1);
    if ((packet.flags & ACK) !== 0) return this.#isAnsweredAnew(own, begin);
    if (own?.syn !== undefined) return packet.sequence !== own.syn;
    if (other?.firstAcknowledged === begin) return false;
    const first = own?.stream.firstSequence ?? own?.firstSeen;
    // Nothing of this side to compare with: a SYN after the other side's data begins anew.
    return first === undefined ? this.conversation.midstream && other?.seen === true : first !== begin;
  }

  /** Near to what its side says, a SYN+ACK is one out of order, or a damaged packet: some begin anew near to an old end. */
  #isAnsweredAnew(own: TcpDirection | undefined, begin: number): boolean {
    if (own?.stream.hasBegun !== true || own.stream.firstSequence === begin) return false;
    if (!this.hasEnded && own.stream.isNear(begin, NEAR_BYTES)) return false;
    return own.syn === undefined ? this.conversation.midstream : own.syn !== advanceSequence(begin, -1);
  }

  push(packet: DecodedPacket, side: Side): void {
    const { flags, frame } = packet;
    const own = this.#direction(side);
    this.conversation.lastFrame = frame;
    own.seen = true;
    // A SYN takes one number of the sequence itself; data may come with it (RFC 7413).
    const sequence = (flags & SYN) === 0 ? packet.sequence : advanceSequence(packet.sequence, 1);
    own.firstSeen ??= sequence;
    if ((flags & SYN) !== 0) this.#begin(packet, own, side);
    const length = packet.payloadBytes;
    const { cutBytes } = packet;
    if (length + cutBytes > 0 && (cutBytes > 0 || !own.pass(sequence, length, frame, packet.payloadPosition))) {
      this.#place(packet, own, sequence);
    }
    if ((flags & ACK) !== 0) {
      own.firstAcknowledged ??= packet.acknowledgment;
      own.other?.stream.acknowledged(packet.acknowledgment, frame);
    }
    if ((flags & FIN) !== 0) this.#fin(own, advanceSequence(sequence, length + cutBytes));
    if ((flags & RST) !== 0 || this.#finSeen) this.#noteEnd(flags);
  }

  /** Gives up what is missing and delivers the rest. */
  flush(frame: number): void {
    this.#client?.stream.flush(frame);
    this.#server?.stream.flush(frame);
    this.#client?.sayPassed();
    this.#server?.sayPassed();
    this.#noteEnd(0);
  }

  #place(packet: DecodedPacket, own: TcpDirection, sequence: number): void {
    const { payloadBytes, cutBytes, frame } = packet;
    const { stream } = own;
    if (stream.firstSequence === undefined && own.startMidway(sequence) === -1 && payloadBytes === 1) {
      // A keep-alive: the byte in it may be any (RFC 9293, section 3.8.4).
      stream.leaveOut(1);
      return;
    }
    stream.push(sequence, packet.payload(), frame, cutBytes, packet.payloadPosition);
  }

  #begin(packet: DecodedPacket, own: TcpDirection, side: Side): void {
    own.syn ??= packet.sequence;
    own.stream.start(advanceSequence(packet.sequence, 1));
    if ((packet.flags & ACK) !== 0) {
      const { stream } = this.#direction(side === "client" ? "server" : "client");
      if (stream.firstSequence === undefined) stream.start(packet.acknowledgment);
    }
    // A SYN that was refused and is sent again: the second try may succeed.
    if (this.conversation.state === "rst") this.conversation.state = "open";
  }

  #fin(own: TcpDirection, sequence: number): void {
    this.#finSeen = true;
    if (own.stream.firstSequence === undefined) own.startMidway(sequence);
    own.stream.end(sequence);
  }

  #noteEnd(flags: number): void {
    const { conversation } = this;
    if (conversation.state !== "open") return;
    if ((flags & RST) !== 0) conversation.state = "rst";
    else if (this.#isFinished()) conversation.state = "fin";
  }

  #isFinished(): boolean {
    return isFinished(this.#client) && isFinished(this.#server);
  }

  #direction(side: Side): TcpDirection {
    return (side === "client" ? this.#client : this.#server) ?? this.#newDirection(side);
  }

  #newDirection(side: Side): TcpDirection {
    const direction = new TcpDirection(this.conversation, side, this.#means);
    const other = side === "client" ? this.#server : this.#client;
    direction.other = other;
    if (other !== undefined) other.other = direction;
    if (side === "client") this.#client = direction;
    else this.#server = direction;
    return direction;
  }
}

/** Of a side that was never seen, no FIN can be expected. */
function isFinished(direction: TcpDirection | undefined): boolean {
  return direction === undefined || !direction.seen || direction.stream.finished;
}
