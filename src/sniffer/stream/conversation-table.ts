// Sorts segments and datagrams into conversations and tells what each delivers, in order. Time is the packets' own.
import { ResultQueue } from "../../bytes/result-queue.js";
import type { Stage } from "../../bytes/stage.js";
import { type DecodedPacket, TCP } from "../packet/decoded-packet.js";
import { type FlowEnds, FlowIndex, sideOf } from "./flow-index.js";
import { DEFAULT_REASSEMBLY_LIMITS, type ReassemblyLimits } from "./reassembler.js";
import { RecencyList } from "./recency-list.js";
import { RecentBytes } from "./recent-bytes.js";
import type { StreamEvent } from "./stream-event.js";
import type { TcpMeans } from "./tcp-direction.js";
import { ACK, SYN, TcpFlow } from "./tcp-flow.js";
import { TrackedConversation } from "./tracked-conversation.js";
import { UdpFlow } from "./udp-flow.js";

export interface ConversationLimits extends ReassemblyLimits {
  /** Conversations followed at once; one that has ended or else the one silent for longest is closed for a new one. */
  readonly maxConversations: number;
  /** Bytes held behind holes in all conversations together, with what keeping them costs. */
  readonly maxHeldBytesInAll: number;
  /** Delivered bytes, of all conversations together, against which retransmissions are compared. */
  readonly maxRememberedBytes: number;
  /** Packet time of silence after which an ended connection takes no stragglers any more. */
  readonly lingerSeconds: number;
}

const DEFAULT_CONVERSATION_LIMITS: ConversationLimits = {
  ...DEFAULT_REASSEMBLY_LIMITS,
  maxConversations: 65_536,
  maxHeldBytesInAll: 64 * 1024 * 1024,
  maxRememberedBytes: 4 * 1024 * 1024,
  lingerSeconds: 60,
};

/** RFC 6335, section 6: system ports. */
const WELL_KNOWN_PORTS = 1023;

type Flow = TcpFlow | UdpFlow;
type CloseReason = Extract<StreamEvent, { kind: "close" }>["how"];

/** Push only packets that have a transport; pull events until undefined before the next push. */
export class ConversationTable implements Stage<DecodedPacket, StreamEvent> {
  readonly #limits: ConversationLimits;
  readonly #means: TcpMeans;
  readonly #index = new FlowIndex<Flow>();
  readonly #flows = new RecencyList<Flow>();
  /** Those that have ended, in the order in which they were last heard of, with that packet's time in seconds. */
  readonly #ended = new Map<Flow, number>();
  /** Time of the last packet that has one. */
  #nowSeconds = 0;
  readonly #say = (event: StreamEvent): void => {
    this.#events.push(event);
  };
  readonly #events = new ResultQueue<StreamEvent>();
  #nextId = 0;
  #lastFrame = 0;
  #heldCostBytes = 0;
  /** Of flows that are closed; those of open ones are added when asked for. */
  #closedRetransmittedBytes = 0;
  #closedUnplacedBytes = 0;

  constructor(limits: Partial<ConversationLimits> = {}) {
    this.#limits = { ...DEFAULT_CONVERSATION_LIMITS, ...limits };
    const recent = new RecentBytes(this.#limits.maxRememberedBytes);
    this.#means = { limits: this.#limits, recent, say: this.#say };
  }

  /** Payload bytes dropped because they had come before. */
  get retransmittedBytes(): number {
    return sum(this.#flows, (flow) => flow.retransmittedBytes) + this.#closedRetransmittedBytes;
  }

  /** Payload bytes that had no place in their stream. */
  get unplacedBytes(): number {
    return sum(this.#flows, (flow) => flow.unplacedBytes) + this.#closedUnplacedBytes;
  }

  push(packet: DecodedPacket): void {
    this.#lastFrame = packet.frame;
    this.#nowSeconds = packet.seconds ?? this.#nowSeconds;
    if (this.#ended.size > 0) this.#closeLingering();
    const flow = this.#flowOf(packet);
    const side = sideOf(packet, flow.ends) ?? "client";
    const heldBefore = flow.heldCostBytes;
    this.#flows.touch(flow);
    flow.push(packet, side);
    this.#heldCostBytes += flow.heldCostBytes - heldBefore;
    // Back at the end of the queue: what still speaks lingers on.
    this.#ended.delete(flow);
    if (flow.hasEnded) this.#ended.set(flow, this.#nowSeconds);
    if (this.#heldCostBytes > this.#limits.maxHeldBytesInAll) this.#giveUpHoles();
  }

  next(): StreamEvent | undefined {
    return this.#events.next();
  }

  /** Closes what is open, in the order of ids. */
  finish(): void {
    const flows = [...this.#flows].sort((left, right) => left.conversation.id - right.conversation.id);
    for (const flow of flows) this.#close(flow, "end-of-capture");
  }

  #flowOf(packet: DecodedPacket): Flow {
    const flow = this.#index.find(packet);
    if (flow === undefined) return this.#open(packet);
    if (!flow.isReusedBy(packet, sideOf(packet, flow.ends) ?? "client")) return flow;
    this.#close(flow, "end-of-capture");
    return this.#open(packet);
  }

  #open(packet: DecodedPacket): Flow {
    if (this.#flows.size >= this.#limits.maxConversations) this.#closeStalest();
    const isTcp = packet.transport === TCP;
    const midstream = isTcp && (packet.flags & SYN) === 0;
    const conversation = new TrackedConversation(this.#nextId++, endsOf(packet), packet.frame, midstream);
    const flow = isTcp ? new TcpFlow(conversation, this.#means) : new UdpFlow(conversation, this.#say);
    this.#index.add(flow);
    this.#flows.add(flow);
    this.#say({ kind: "open", conversation, frame: packet.frame });
    return flow;
  }

  /** A clock that was set back lets them linger for longer; their number is bounded in any case. */
  #closeLingering(): void {
    for (const [flow, lastSeconds] of this.#ended) {
      if (this.#nowSeconds - lastSeconds < this.#limits.lingerSeconds) return;
      this.#close(flow, "end-of-capture");
    }
  }

  #closeStalest(): void {
    const [ended] = this.#ended.keys();
    const flow = ended ?? this.#flows.oldest;
    if (flow !== undefined) this.#close(flow, "timeout");
  }

  #close(flow: Flow, otherwise: CloseReason): void {
    this.#heldCostBytes -= flow.heldCostBytes;
    flow.flush(this.#lastFrame);
    const { conversation } = flow;
    const how = conversation.state === "open" ? otherwise : conversation.state;
    this.#say({ kind: "close", conversation, how, frame: conversation.lastFrame });
    this.#index.remove(flow);
    this.#flows.remove(flow);
    this.#ended.delete(flow);
    this.#closedRetransmittedBytes += flow.retransmittedBytes;
    this.#closedUnplacedBytes += flow.unplacedBytes;
  }

  /** Too much is held in all: every hole is given up, since any choice among them could be steered from outside. */
  #giveUpHoles(): void {
    for (const flow of this.#flows) {
      if (flow.heldCostBytes > 0) flow.flush(this.#lastFrame);
    }
    this.#heldCostBytes = 0;
  }
}

/** The client sends the SYN or the first datagram; where that was not seen, the well-known or lower port is the server's. */
function isFromClient(packet: DecodedPacket): boolean {
  const { sourcePort, destinationPort } = packet;
  if (packet.transport !== TCP) return sourcePort > WELL_KNOWN_PORTS || destinationPort <= WELL_KNOWN_PORTS;
  if ((packet.flags & SYN) !== 0) return (packet.flags & ACK) === 0;
  return sourcePort >= destinationPort;
}

function endsOf(packet: DecodedPacket): FlowEnds {
  const { transport, sourceAt, destinationAt, addressBytes, sourcePort, destinationPort } = packet;
  const forward = isFromClient(packet);
  const addresses = new Uint8Array(2 * addressBytes);
  for (let index = 0; index < addressBytes; index++) {
    addresses[forward ? index : addressBytes + index] = packet.addresses[sourceAt + index] ?? 0;
    addresses[forward ? addressBytes + index : index] = packet.addresses[destinationAt + index] ?? 0;
  }
  const [clientPort, serverPort] = forward ? [sourcePort, destinationPort] : [destinationPort, sourcePort];
  return { transport, addresses, clientPort, serverPort };
}

function sum<T>(items: Iterable<T>, of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
