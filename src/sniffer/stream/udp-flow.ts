// Datagrams between two ports. Each is delivered whole; offsets count on from one to the next.
import type { Side } from "../event.js";
import type { DecodedPacket } from "../packet/decoded-packet.js";
import type { FlowEnds, Indexed } from "./flow-index.js";
import type { Listed } from "./recency-list.js";
import type { StreamEvent } from "./stream-event.js";
import type { TcpFlow } from "./tcp-flow.js";
import type { TrackedConversation } from "./tracked-conversation.js";

export class UdpFlow implements Indexed<TcpFlow | UdpFlow>, Listed<TcpFlow | UdpFlow> {
  readonly conversation: TrackedConversation;
  readonly heldCostBytes = 0;
  readonly retransmittedBytes = 0;
  readonly unplacedBytes = 0;
  readonly hasEnded = false;
  older: TcpFlow | UdpFlow | undefined;
  newer: TcpFlow | UdpFlow | undefined;
  hash = 0;
  lingers = false;
  touchedAt = 0;
  sameHash: TcpFlow | UdpFlow | undefined;
  readonly #say: (event: StreamEvent) => void;

  constructor(conversation: TrackedConversation, say: (event: StreamEvent) => void) {
    this.conversation = conversation;
    this.#say = say;
  }

  get ends(): FlowEnds {
    return this.conversation.ends;
  }

  /** Datagrams do not end anything. */
  isReusedBy(): boolean {
    return false;
  }

  push(packet: DecodedPacket, side: Side): void {
    const { conversation } = this;
    conversation.lastFrame = packet.frame;
    if (packet.payloadBytes === 0) return;
    const offset = conversation.bytes[side];
    const bytes = packet.payload();
    conversation.deliver(side, bytes, packet.payloadPosition);
    this.#say({ kind: "bytes", conversation, side, offset, bytes, frame: packet.frame });
  }

  /** Nothing is held. */
  flush(): void {}
}
