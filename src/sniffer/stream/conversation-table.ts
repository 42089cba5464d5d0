// Sorts segments and datagrams into conversations and tells what each delivers, in order. Time is the packets' own.
import type { Stage } from "../../bytes/stage.js";
import { type DecodedPacket, TCP } from "../packet/decoded-packet.js";
import { formatEndpoint } from "../packet/ip-address.js";
import { communityId } from "./community-id.js";
import { type Endpoint, FlowIndex } from "./flow-index.js";
import { DEFAULT_REASSEMBLY_LIMITS, type ReassemblyLimits } from "./reassembler.js";
import type { StreamEvent } from "./stream-event.js";
import { ACK, SYN, TcpFlow } from "./tcp-flow.js";
import { TrackedConversation } from "./tracked-conversation.js";
import { UdpFlow } from "./udp-flow.js";

export interface ConversationLimits extends ReassemblyLimits {
  /** Conversations followed at once; the oldest is closed for a new one. */
  readonly maxConversations: number;
  /** Bytes held behind holes in all conversations together. */
  readonly maxHeldBytesInAll: number;
  /** Packet time for which an ended connection still takes stragglers. */
  readonly lingerSeconds: number;
}

export const DEFAULT_CONVERSATION_LIMITS: ConversationLimits = {
  ...DEFAULT_REASSEMBLY_LIMITS,
  maxConversations: 65_536,
  maxHeldBytesInAll: 128 * 1024 * 1024,
  lingerSeconds: 10,
};

type Flow = TcpFlow | UdpFlow;
type CloseReason = Extract<StreamEvent, { kind: "close" }>["how"];

/** Push only packets that have a transport; pull events until undefined before the next push. */
export class ConversationTable implements Stage<DecodedPacket, StreamEvent> {
  readonly #limits: ConversationLimits;
  readonly #index = new FlowIndex<Flow>();
  /** In the order in which they began. */
  readonly #flows = new Set<Flow>();
  /** In the order in which they ended. */
  readonly #ended = new Set<Flow>();
  #events: StreamEvent[] = [];
  #given = 0;
  #nextId = 0;
  #lastFrame = 0;
  #heldBytes = 0;
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
    this.#closeLingering(packet.seconds ?? 0);
    const { flow, forward } = this.#flowOf(packet);
    const heldBefore = flow.heldBytes;
    flow.push(packet, forward ? "client" : "server");
    this.#heldBytes += flow.heldBytes - heldBefore;
    if (flow.endedAtSeconds !== undefined) this.#ended.add(flow);
    if (this.#heldBytes > this.#limits.maxHeldBytesInAll) this.#giveUpHoles();
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

  finish(): void {
    for (const flow of this.#flows) this.#close(flow, "end-of-capture");
  }

  #flowOf(packet: DecodedPacket): { flow: Flow; forward: boolean } {
    const found = this.#index.find(packet);
    if (found !== undefined && !found.flow.isReusedBy(packet, found.forward)) return found;
    if (found !== undefined) this.#close(found.flow, "end-of-capture");
    return this.#open(packet);
  }

  #open(packet: DecodedPacket): { flow: Flow; forward: boolean } {
    if (this.#flows.size >= this.#limits.maxConversations) this.#closeOldest();
    const forward = isFromClient(packet);
    const source = endpoint(packet, packet.sourceAt, packet.sourcePort);
    const destination = endpoint(packet, packet.destinationAt, packet.destinationPort);
    const [from, to] = forward ? [source, destination] : [destination, source];
    const conversation = new TrackedConversation({
      id: this.#nextId++,
      protocol: packet.transport === TCP ? "tcp" : "udp",
      client: formatEndpoint(from.address, 0, from.address.length, from.port),
      server: formatEndpoint(to.address, 0, to.address.length, to.port),
      clientPort: from.port,
      serverPort: to.port,
      communityId: communityId({
        protocol: packet.transport,
        source: from.address,
        destination: to.address,
        sourcePort: from.port,
        destinationPort: to.port,
      }),
      firstFrame: packet.frame,
      midstream: packet.transport === TCP && (packet.flags & SYN) === 0,
    });
    const say = (event: StreamEvent) => this.#events.push(event);
    const clientSyn = forward && (packet.flags & SYN) !== 0 ? packet.sequence : undefined;
    const flow =
      packet.transport === TCP
        ? new TcpFlow(conversation, { from, to, clientSyn }, this.#limits, say)
        : new UdpFlow(conversation, { from, to }, say);
    this.#index.add(flow);
    this.#flows.add(flow);
    this.#events.push({ kind: "open", conversation, frame: packet.frame });
    return { flow, forward };
  }

  #closeLingering(nowSeconds: number): void {
    for (const flow of this.#ended) {
      const ended = flow.endedAtSeconds ?? nowSeconds;
      if (Math.abs(nowSeconds - ended) < this.#limits.lingerSeconds) return;
      this.#close(flow, flow.conversation.state === "rst" ? "rst" : "fin");
    }
  }

  #closeOldest(): void {
    const [ended] = this.#ended;
    const [oldest] = this.#flows;
    const flow = ended ?? oldest;
    if (flow !== undefined) this.#close(flow, "timeout");
  }

  #close(flow: Flow, otherwise: CloseReason): void {
    this.#heldBytes -= flow.heldBytes;
    flow.flush(this.#lastFrame);
    const { conversation } = flow;
    const how = conversation.state === "open" ? otherwise : conversation.state;
    this.#events.push({ kind: "close", conversation, how, frame: conversation.lastFrame });
    this.#index.remove(flow);
    this.#flows.delete(flow);
    this.#ended.delete(flow);
    this.#closedRetransmittedBytes += flow.retransmittedBytes;
    this.#closedUnplacedBytes += flow.unplacedBytes;
  }

  /** Too much is held in all: every hole is given up, since any choice among them could be steered from outside. */
  #giveUpHoles(): void {
    for (const flow of this.#flows) {
      if (flow.heldBytes > 0) flow.flush(this.#lastFrame);
    }
    this.#heldBytes = 0;
  }
}

/** The client sends the SYN; where none was seen, the lower port is taken for the server's. */
function isFromClient(packet: DecodedPacket): boolean {
  if (packet.transport !== TCP) return true;
  if ((packet.flags & SYN) !== 0) return (packet.flags & ACK) === 0;
  return packet.sourcePort >= packet.destinationPort;
}

function endpoint(packet: DecodedPacket, at: number, port: number): Endpoint {
  return { address: packet.addresses.slice(at, at + packet.addressBytes), port };
}

function sum<T>(items: Iterable<T>, of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
