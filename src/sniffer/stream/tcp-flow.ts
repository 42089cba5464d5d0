// One TCP connection as a passer-by sees it: which side is which, both directions put in order, and how it ended.
import type { Side } from "../event.js";
import type { DecodedPacket } from "../packet/decoded-packet.js";
import type { Endpoint, Indexed } from "./flow-index.js";
import { Reassembler, type ReassemblyLimits, type ReassemblySink } from "./reassembler.js";
import type { Listed } from "./recency-list.js";
import { advanceSequence } from "./sequence.js";
import type { StreamEvent } from "./stream-event.js";
import type { TrackedConversation } from "./tracked-conversation.js";
import type { UdpFlow } from "./udp-flow.js";

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

export class TcpFlow implements Indexed, Listed<TcpFlow | UdpFlow> {
  readonly transport = 6;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly conversation: TrackedConversation;
  readonly #directions: Record<Side, Reassembler>;
  /** Sequence numbers of the SYNs, to tell a retransmission from a new connection on the same ports. */
  readonly #syns: Record<Side, number | undefined> = { client: undefined, server: undefined };
  readonly #seen: Record<Side, boolean> = { client: false, server: false };
  /** Packet time of the last packet since the connection ended, in seconds; undefined while it is open. */
  endedAtSeconds: number | undefined;
  older: TcpFlow | UdpFlow | undefined;
  newer: TcpFlow | UdpFlow | undefined;

  constructor(
    conversation: TrackedConversation,
    ends: { from: Endpoint; to: Endpoint },
    limits: ReassemblyLimits,
    say: (event: StreamEvent) => void,
  ) {
    this.conversation = conversation;
    this.from = ends.from;
    this.to = ends.to;
    this.#directions = {
      client: new Reassembler(sinkFor(conversation, "client", say), limits),
      server: new Reassembler(sinkFor(conversation, "server", say), limits),
    };
  }

  /** What holding bytes behind holes costs, both directions. */
  get heldCostBytes(): number {
    return this.#directions.client.heldCostBytes + this.#directions.server.heldCostBytes;
  }

  get retransmittedBytes(): number {
    return this.#directions.client.retransmittedBytes + this.#directions.server.retransmittedBytes;
  }

  get unplacedBytes(): number {
    return this.#directions.client.unplacedBytes + this.#directions.server.unplacedBytes;
  }

  /**
   * Whether this packet opens another connection on the ports of this one: a SYN that is neither sent again, nor (in a
   * capture out of order) the missing beginning of this one, nor the other half of a simultaneous open.
   */
  isReusedBy(packet: DecodedPacket, side: Side): boolean {
    if ((packet.flags & (SYN | ACK | RST)) !== SYN) return false;
    const syn = this.#syns[side];
    if (syn !== undefined) return packet.sequence !== syn;
    const first = this.#directions[side].firstSequence;
    return this.conversation.midstream || (first !== undefined && first !== advanceSequence(packet.sequence, 1));
  }

  push(packet: DecodedPacket, side: Side): void {
    const own = this.#directions[side];
    const other = this.#directions[side === "client" ? "server" : "client"];
    const syn = (packet.flags & SYN) !== 0;
    const acknowledges = (packet.flags & ACK) !== 0;
    this.conversation.lastFrame = packet.frame;
    this.#seen[side] = true;
    // A SYN takes one number of the sequence itself; data may come with it (RFC 7413).
    const sequence = syn ? advanceSequence(packet.sequence, 1) : packet.sequence;
    // Without a SYN the stream starts with its first data: a keep-alive before it stands one byte too early.
    if (syn) this.#begin(own, sequence, side);
    if (acknowledges && syn && other.firstSequence === undefined) other.start(packet.acknowledgment);
    const payload = packet.payload();
    own.push(sequence, payload, packet.frame, packet.cutBytes);
    if (acknowledges) other.acknowledged(packet.acknowledgment, packet.frame);
    if ((packet.flags & FIN) !== 0) own.end(advanceSequence(sequence, payload.length + packet.cutBytes));
    this.#noteEnd(packet.flags, packet.seconds ?? 0);
  }

  /** Gives up what is missing and delivers the rest. */
  flush(frame: number): void {
    this.#directions.client.flush(frame);
    this.#directions.server.flush(frame);
    if (this.conversation.state === "open" && this.#isFinished()) this.conversation.state = "fin";
  }

  #begin(own: Reassembler, sequence: number, side: Side): void {
    this.#syns[side] ??= advanceSequence(sequence, -1);
    own.start(sequence);
    // A SYN that was refused and is sent again: the second try may succeed.
    if (this.conversation.state !== "rst") return;
    this.conversation.state = "open";
    this.endedAtSeconds = undefined;
  }

  #noteEnd(flags: number, seconds: number): void {
    const { conversation } = this;
    if (conversation.state === "open") {
      if ((flags & RST) !== 0) conversation.state = "rst";
      else if (this.#isFinished()) conversation.state = "fin";
    }
    if (conversation.state !== "open") this.endedAtSeconds = seconds;
  }

  /** Of a side that was never seen, no FIN can be expected. */
  #isFinished(): boolean {
    const { client, server } = this.#directions;
    const seen = this.#seen;
    return (client.finished || !seen.client) && (server.finished || !seen.server);
  }
}

function sinkFor(conversation: TrackedConversation, side: Side, say: (event: StreamEvent) => void): ReassemblySink {
  return {
    bytes(offset, bytes, frame) {
      conversation.deliver(side, bytes);
      say({ kind: "bytes", conversation, side, offset, bytes, frame });
    },
    gap(offset, length, frame) {
      conversation.miss(side, offset, length);
      say({ kind: "gap", conversation, side, offset, length, frame });
    },
    oddity(what, offset, length, frame) {
      say({ kind: "oddity", conversation, side, what, offset, length, frame });
    },
  };
}
