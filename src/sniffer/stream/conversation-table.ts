// Sorts segments and datagrams into conversations and tells what each delivers, in order. Time is the packets' own.
import type { Stage } from "../../bytes/stage.js";
import { type DecodedPacket, TCP } from "../packet/decoded-packet.js";
import { type Endpoint, FlowIndex } from "./flow-index.js";
import { DEFAULT_REASSEMBLY_LIMITS, type ReassemblyLimits } from "./reassembler.js";
import { RecencyList } from "./recency-list.js";
import type { StreamEvent } from "./stream-event.js";
import { ACK, SYN, TcpFlow } from "./tcp-flow.js";
import { TrackedConversation } from "./tracked-conversation.js";
import { UdpFlow } from "./udp-flow.js";

export interface ConversationLimits extends ReassemblyLimits {
  /** Conversations followed at once; one that has ended or else the one silent for longest is closed for a new one. */
  readonly maxConversations: number;
  /** Bytes held behind holes in all conversations together, with what keeping them costs. */
  readonly maxHeldBytesInAll: number;
  /** Packet time of silence after which an ended connection takes no stragglers any more. */
  readonly lingerSeconds: number;
}

export const DEFAULT_CONVERSATION_LIMITS: ConversationLimits = {
  ...DEFAULT_REASSEMBLY_LIMITS,
  maxConversations: 65_536,
  maxHeldBytesInAll: 128 * 1024 * 1024,
  lingerSeconds: 60,
};

/** RFC 6335, section 6: system ports. */
const WELL_KNOWN_PORTS = 1023;

type Flow = TcpFlow | UdpFlow;
type CloseReason = Extract<StreamEvent, { kind: "close" }>["how"];

/** Push only packets that have a transport; pull events until undefined before the next push. */
export class ConversationTable implements Stage<DecodedPacket, StreamEvent> {
  readonly #limits: ConversationLimits;
  readonly #index = new FlowIndex<Flow>();
  readonly #flows = new RecencyList<Flow>();
  /** Those that have ended, in the order in which they were last heard of. */
  readonly #ended = new Set<Flow>();
  readonly #say = (event: StreamEvent): void => {
    this.#events.push(event);
  };
  #events: StreamEvent[] = [];
  #given = 0;
  #nextId = 0;
  #lastFrame = 0;
  #heldCostBytes = 0;
  /** Of flows that are closed; those of open ones are added when asked for. */
  #closedRetransmittedBytes = 0;
  #closedUnplacedBytes = 0;

  constructor(limits: Partial<ConversationLimits> = {}) {
    this.#limits = { ...DEFAULT_CONVERSATION_LIMITS, ...limits };
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
    if (this.#ended.size > 0) this.#closeLingering(packet.seconds ?? 0);
    const { flow, forward } = this.#flowOf(packet);
    const heldBefore = flow.heldCostBytes;
    this.#flows.touch(flow);
    flow.push(packet, forward ? "client" : "server");
    this.#heldCostBytes += flow.heldCostBytes - heldBefore;
    // Back at the end of the queue: what still speaks lingers on.
    this.#ended.delete(flow);
    if (flow.endedAtSeconds !== undefined) this.#ended.add(flow);
    if (this.#heldCostBytes > this.#limits.maxHeldBytesInAll) this.#giveUpHoles();
  }

  next(): StreamEvent | undefined {
    const event = this.#events[this.#given];
    if (event !== undefined) {
      this.#given++;
      return event;
    }
    if (this.#given > 0) {
      this.#events = [];
      this.#given = 0;
    }
    return undefined;
  }

  /** Closes what is open, in the order of ids. */
  finish(): void {
    const flows = [...this.#flows].sort((left, right) => left.conversation.id - right.conversation.id);
    for (const flow of flows) this.#close(flow, "end-of-capture");
  }

  #flowOf(packet: DecodedPacket): { flow: Flow; forward: boolean } {
    const found = this.#index.find(packet);
    if (found === undefined) return this.#open(packet);
    if (!found.flow.isReusedBy(packet, found.forward ? "client" : "server")) return found;
    this.#close(found.flow, "end-of-capture");
    return this.#open(packet);
  }

  #open(packet: DecodedPacket): { flow: Flow; forward: boolean } {
    if (this.#flows.size >= this.#limits.maxConversations) this.#closeStalest();
    const forward = isFromClient(packet);
    const source = endpoint(packet, packet.sourceAt, packet.sourcePort);
    const destination = endpoint(packet, packet.destinationAt, packet.destinationPort);
    const [from, to] = forward ? [source, destination] : [destination, source];
    const conversation = new TrackedConversation({
      id: this.#nextId++,
      transport: packet.transport,
      client: from,
      server: to,
      firstFrame: packet.frame,
      midstream: packet.transport === TCP && (packet.flags & SYN) === 0,
    });
    const flow =
      packet.transport === TCP
        ? new TcpFlow(conversation, { from, to }, this.#limits, this.#say)
        : new UdpFlow(conversation, { from, to }, this.#say);
    this.#index.add(flow);
    this.#flows.add(flow);
    this.#say({ kind: "open", conversation, frame: packet.frame });
    return { flow, forward };
  }

  #closeLingering(nowSeconds: number): void {
    for (const flow of this.#ended) {
      const ended = flow.endedAtSeconds ?? nowSeconds;
      if (Math.abs(nowSeconds - ended) < this.#limits.lingerSeconds) return;
      this.#close(flow, flow.conversation.state === "rst" ? "rst" : "fin");
    }
  }

  #closeStalest(): void {
    const [ended] = this.#ended;
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

function endpoint(packet: DecodedPacket, at: number, port: number): Endpoint {
  return { address: packet.addresses.slice(at, at + packet.addressBytes), port };
}

function sum<T>(items: Iterable<T>, of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
