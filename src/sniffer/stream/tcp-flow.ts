// One TCP connection as a passer-by sees it: which side is which, both directions put in order, and how it ended.
import type { Side } from "../event.js";
import type { DecodedPacket } from "../packet/decoded-packet.js";
import type { Endpoint, Indexed } from "./flow-index.js";
import { Reassembler, type ReassemblyLimits, type ReassemblySink } from "./reassembler.js";
import { advanceSequence } from "./sequence.js";
import type { StreamEvent } from "./stream-event.js";
import type { TrackedConversation } from "./tracked-conversation.js";

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

export class TcpFlow implements Indexed {
  readonly transport = 6;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly conversation: TrackedConversation;
  readonly #directions: Record<Side, Reassembler>;
  /** Sequence number of the client's SYN, to tell its retransmission from a new connection on the same ports. */
  readonly #clientSyn: number | undefined;
  /** Packet time at which the flow ended, in seconds; undefined while it is open. */
  endedAtSeconds: number | undefined;

  constructor(
    conversation: TrackedConversation,
    ends: { from: Endpoint; to: Endpoint; clientSyn: number | undefined },
    limits: ReassemblyLimits,
    say: (event: StreamEvent) => void,
  ) {
    this.conversation = conversation;
    this.from = ends.from;
    this.to = ends.to;
    this.#clientSyn = ends.clientSyn;
    this.#directions = {
      client: new Reassembler(sinkFor(conversation, "client", say), limits),
      server: new Reassembler(sinkFor(conversation, "server", say), limits),
    };
  }

  /** Bytes held behind holes, both directions. */
  get heldBytes(): number {
    return this.#directions.client.heldBytes + this.#directions.server.heldBytes;
  }

  get retransmittedBytes(): number {
    return this.#directions.client.retransmittedBytes + this.#directions.server.retransmittedBytes;
  }

  get unplacedBytes(): number {
    return this.#directions.client.unplacedBytes + this.#directions.server.unplacedBytes;
  }

  /** Whether this packet opens another connection on the ports of this one. */
  isReusedBy(packet: DecodedPacket, forward: boolean): boolean {
    if ((packet.flags & (SYN | ACK | RST)) !== SYN) return false;
    return !forward || packet.sequence !== this.#clientSyn;
  }

  push(packet: DecodedPacket, side: Side): void {
    const own = this.#directions[side];
    const other = this.#directions[side === "client" ? "server" : "client"];
    const syn = (packet.flags & SYN) !== 0;
    const acknowledges = (packet.flags & ACK) !== 0;
    this.conversation.lastFrame = packet.frame;
    // A SYN takes one number of the sequence itself; data may come with it (RFC 7413).
    const sequence = syn ? advanceSequence(packet.sequence, 1) : packet.sequence;
    // Without a SYN the stream starts with its first data: a keep-alive before it stands one byte too early.
    if (syn) own.start(sequence);
    if (acknowledges && syn) other.start(packet.acknowledgment);
    const payload = packet.payload();
    own.push(sequence, payload, packet.frame);
    if (acknowledges) other.acknowledged(packet.acknowledgment, packet.frame);
    if ((packet.flags & FIN) !== 0) own.end(advanceSequence(sequence, payload.length + packet.cutBytes));
    this.#noteEnd(packet);
  }

  /** Gives up what is missing and delivers the rest. */
  flush(frame: number): void {
    this.#directions.client.flush(frame);
    this.#directions.server.flush(frame);
  }

  #noteEnd(packet: DecodedPacket): void {
    if ((packet.flags & RST) !== 0) this.conversation.state = "rst";
    else if (
      this.conversation.state === "open" &&
      this.#directions.client.finished &&
      this.#directions.server.finished
    ) {
      this.conversation.state = "fin";
    }
    if (this.conversation.state !== "open") this.endedAtSeconds ??= packet.seconds ?? 0;
  }
}

function sinkFor(conversation: TrackedConversation, side: Side, say: (event: StreamEvent) => void): ReassemblySink {
  return {
    bytes(offset, bytes, frame) {
      conversation.deliver(side, bytes);
      say({ kind: "bytes", conversation, side, offset, bytes, frame });
    },
    gap(offset, length, frame) {
      conversation.gaps++;
      say({ kind: "gap", conversation, side, offset, length, frame });
    },
    oddity(what, offset, length, frame) {
      say({ kind: "oddity", conversation, side, what, offset, length, frame });
    },
  };
}
