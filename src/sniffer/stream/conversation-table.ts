// Sorts segments and datagrams into conversations and tells what each delivers, in order. Time is the packets' own.
import { ResultQueue } from "../../bytes/result-queue.js";
import type { Stage } from "../../bytes/stage.js";
import type { Side } from "../event.js";
import { type DecodedPacket, TCP } from "../packet/decoded-packet.js";
import type { PacketMemory } from "../packet/packet-memory.js";
import { type FlowEnds, FlowIndex, sideOf } from "./flow-index.js";
import type { HeldCost } from "./held-segments.js";
import { DEFAULT_REASSEMBLY_LIMITS, type ReassemblyLimits } from "./reassembler.js";
import { RecencyList } from "./recency-list.js";
import { RecentBytes } from "./recent-bytes.js";
import { SilenceQueue } from "./silence-queue.js";
import type { StreamEvent } from "./stream-event.js";
import { LocalHash, type NewStreamHash } from "./stream-hash.js";
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
  /** Packet time of silence after which an ended connection takes no stragglers any more: TIME-WAIT (RFC 9293, 3.4.2). */
  readonly lingerSeconds: number;
  /** Packet time of silence after which datagrams between two ports are another conversation. */
  readonly datagramSilenceSeconds: number;
}

const DEFAULT_CONVERSATION_LIMITS: ConversationLimits = {
  ...DEFAULT_REASSEMBLY_LIMITS,
  maxConversations: 65_536,
  maxHeldBytesInAll: 64 * 1024 * 1024,
  maxRememberedBytes: 4 * 1024 * 1024,
  lingerSeconds: 240,
  datagramSilenceSeconds: Number.POSITIVE_INFINITY,
};

/**
 * Of many flows, who was heard of when is kept to within so many packets: moving links for each, all over the memory, costs
 * more than finding its flow.
 */
const TOUCH_FRAMES = 256;
const MANY_FLOWS = 1024;

/** RFC 6335, section 6: system ports. */
const WELL_KNOWN_PORTS = 1023;

type Flow = TcpFlow | UdpFlow;
type CloseReason = Extract<StreamEvent, { kind: "close" }>["how"];

export interface ConversationTableOptions {
  readonly limits?: Partial<ConversationLimits> | undefined;
  /** What packets with a position lie in. */
  readonly memory?: PacketMemory | undefined;
  /** Hashes what each side says. */
  readonly newHash?: NewStreamHash | undefined;
  /** Any number that whoever made the capture could not know. */
  readonly seed?: number | undefined;
}

/** Push only packets that have a transport; pull events until undefined before the next push. */
export class ConversationTable implements Stage<DecodedPacket, StreamEvent> {
  readonly #limits: ConversationLimits;
  readonly #means: TcpMeans;
  readonly #newHash: NewStreamHash;
  readonly #index: FlowIndex<Flow>;
  readonly #flows = new RecencyList<Flow>();
  readonly #ended: SilenceQueue<Flow>;
  readonly #datagrams: SilenceQueue<Flow>;
  /** Time of the last packet that has one. */
  #nowSeconds = 0;
  readonly #say = (event: StreamEvent): void => {
    this.#events.push(event);
  };
  readonly #events = new ResultQueue<StreamEvent>();
  /** Of the packet that was pushed last. */
  latestConversation: TrackedConversation | undefined;
  latestSide: Side = "client";
  #toClose: Flow[] = [];
  #nextId = 0;
  #lastFrame = 0;
  readonly #held: HeldCost = { bytes: 0 };
  /** Of flows that are closed; those of open ones are added when asked for. */
  #closedRetransmittedBytes = 0;
  #closedUnplacedBytes = 0;

  constructor(options: ConversationTableOptions = {}) {
    this.#limits = { ...DEFAULT_CONVERSATION_LIMITS, ...options.limits };
    this.#newHash = options.newHash ?? newLocalHash;
    this.#index = new FlowIndex(options.seed);
    this.#ended = new SilenceQueue(this.#limits.lingerSeconds);
    this.#datagrams = new SilenceQueue(this.#limits.datagramSilenceSeconds);
    const recent = new RecentBytes(this.#limits.maxRememberedBytes, options.memory);
    this.#means = { limits: this.#limits, recent, held: this.#held, say: this.#say };
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
    this.#closeSilent();
    const flow = this.#flowOf(packet);
    const side = sideOf(packet, flow.ends) ?? "client";
    this.latestConversation = flow.conversation;
    this.latestSide = side;
    if (packet.frame - flow.touchedAt >= TOUCH_FRAMES || this.#flows.size < MANY_FLOWS) this.#touch(flow, packet.frame);
    if (packet.isBroken) flow.conversation.lastFrame = packet.frame;
    else flow.push(packet, side);
    if (packet.transport === TCP) this.#linger(flow);
    else if (this.#limits.datagramSilenceSeconds < Number.POSITIVE_INFINITY)
      this.#datagrams.heard(flow, this.#nowSeconds);
    if (this.#held.bytes > this.#limits.maxHeldBytesInAll) this.#giveUpHoles();
  }

  next(): StreamEvent | undefined {
    for (let event = this.#events.next(); ; event = this.#events.next()) {
      const flow = event === undefined ? this.#toClose.pop() : undefined;
      if (flow === undefined) return event;
      this.#close(flow, "end-of-capture");
    }
  }

  /** Closes what is open, in the order of ids, one at a time as `next` is asked: all that they say at once is much. */
  finish(): void {
    this.#toClose = [...this.#flows].sort((left, right) => right.conversation.id - left.conversation.id);
  }

  /** Conversations that are followed now. */
  get size(): number {
    return this.#flows.size;
  }

  /** For a conversation that is followed elsewhere. */
  takeId(): number {
    return this.#nextId++;
  }

  /** Gives up half of the conversations, those that ended or were silent for longest first. */
  shed(): void {
    for (let count = Math.ceil(this.#flows.size / 2); count > 0; count -= 1) this.closeStalest();
  }

  /** Gives up one that has ended, or else the one silent for longest. */
  closeStalest(): void {
    const flow = this.#ended.oldest ?? this.#flows.oldest;
    if (flow !== undefined) this.#close(flow, "timeout");
  }

  #flowOf(packet: DecodedPacket): Flow {
    const flow = this.#index.find(packet);
    if (flow === undefined) return this.#open(packet);
    if ((packet.flags & SYN) === 0 || packet.isBroken) return flow;
    if (!flow.isReusedBy(packet, sideOf(packet, flow.ends) ?? "client")) return flow;
    this.#close(flow, "end-of-capture");
    return this.#open(packet);
  }

  #open(packet: DecodedPacket): Flow {
    if (this.#flows.size >= this.#limits.maxConversations) this.closeStalest();
    const isTcp = packet.transport === TCP;
    const midstream = isTcp && (packet.flags & SYN) === 0;
    const conversation = new TrackedConversation(
      this.#nextId++,
      endsOf(packet),
      packet.frame,
      midstream,
      this.#newHash,
    );
    const flow = isTcp ? new TcpFlow(conversation, this.#means) : new UdpFlow(conversation, this.#say);
    this.#index.add(flow);
    this.#flows.add(flow);
    flow.touchedAt = packet.frame;
    this.#say({ kind: "open", conversation, frame: packet.frame });
    return flow;
  }

  #touch(flow: Flow, frame: number): void {
    flow.touchedAt = frame;
    this.#flows.touch(flow);
  }

  /** What has ended and still speaks lingers on; what begins anew does not. */
  #linger(flow: Flow): void {
    const hasEnded = flow.hasEnded;
    if (hasEnded) this.#ended.heard(flow, this.#nowSeconds);
    else if (flow.lingers) this.#ended.delete(flow);
    flow.lingers = hasEnded;
  }

  #closeSilent(): void {
    const now = this.#nowSeconds;
    for (let flow = this.#ended.nextDue(now); flow !== undefined; flow = this.#ended.nextDue(now)) {
      this.#close(flow, "end-of-capture");
    }
    for (let flow = this.#datagrams.nextDue(now); flow !== undefined; flow = this.#datagrams.nextDue(now)) {
      this.#close(flow, "timeout");
    }
  }

  #close(flow: Flow, otherwise: CloseReason): void {
    flow.flush(this.#lastFrame);
    const { conversation } = flow;
    const how = conversation.state === "open" ? otherwise : conversation.state;
    this.#say({ kind: "close", conversation, how, frame: conversation.lastFrame });
    this.#index.remove(flow);
    this.#flows.remove(flow);
    this.#ended.delete(flow);
    this.#datagrams.delete(flow);
    this.#closedRetransmittedBytes += flow.retransmittedBytes;
    this.#closedUnplacedBytes += flow.unplacedBytes;
  }

  /** Too much is held in all: every hole is given up, since any choice among them could be steered from outside. */
  #giveUpHoles(): void {
    for (const flow of this.#flows) {
      if (flow.heldCostBytes > 0) flow.flush(this.#lastFrame);
    }
  }
}

const newLocalHash: NewStreamHash = () => new LocalHash();

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
