// A playbook for the table of conversations: push these packets, read what it tells, in order, as short lines.
import { Buffer } from "node:buffer";
import { PacketDecoder } from "../../../src/sniffer/packet/packet-decoder.js";
import { type ConversationLimits, ConversationTable } from "../../../src/sniffer/stream/conversation-table.js";
import type { Conversation, StreamEvent } from "../../../src/sniffer/stream/stream-event.js";
import { CLIENT, ipv4, RAW, SERVER, tcp, udp } from "../packet/packet-bytes.js";

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

export interface Step {
  from: "client" | "server";
  sequence: number;
  acknowledgment?: number;
  flags?: number;
  data?: string | Uint8Array;
  /** Client's and server's. */
  ports?: readonly [number, number];
  /** Packet time; a millisecond a packet where it is not given. */
  seconds?: number;
  /** Bytes that the capture left out. */
  cutBytes?: number;
}

export class TableScript {
  readonly table: ConversationTable;
  readonly conversations: Conversation[] = [];
  /** What each side of each conversation delivered: key "0 client". */
  readonly streams = new Map<string, Buffer>();
  /** Payload bytes captured, for the ledger. */
  payloadBytes = 0;
  readonly #decoder = new PacketDecoder();
  readonly #lines: string[] = [];
  #frame = 0;

  constructor(limits: Partial<ConversationLimits> = {}) {
    this.table = new ConversationTable({ limits });
  }

  tcp(step: Step): this {
    const { from, sequence, acknowledgment = 0, flags = ACK, data = "", cutBytes = 0 } = step;
    const [clientPort, serverPort] = step.ports ?? [40000, 443];
    const ports = from === "client" ? ([clientPort, serverPort] as const) : ([serverPort, clientPort] as const);
    const segment = tcp({ ports, sequence: sequence >>> 0, acknowledgment: acknowledgment >>> 0, flags }, data);
    const packet = ipv4(addresses(from), segment);
    return this.raw(packet.slice(0, packet.length - cutBytes), step.seconds, packet.length);
  }

  udp(from: "client" | "server", ports: readonly [number, number], data: string): this {
    const own = from === "client" ? ports : ([ports[1], ports[0]] as const);
    return this.raw(ipv4({ ...addresses(from), protocol: 17 }, udp(own, data)));
  }

  raw(bytes: Uint8Array, seconds = this.#frame / 1000, originalLength = bytes.length): this {
    const frame = ++this.#frame;
    const time = { seconds: Math.floor(seconds), nanoseconds: 0 };
    const packet = this.#decoder.decode({ frame, ...time, linkType: RAW, originalLength, bytes });
    this.payloadBytes += packet.payloadBytes;
    this.table.push(packet);
    this.#drain();
    bytes.fill(0xee);
    return this;
  }

  finish(): this {
    this.table.finish();
    this.#drain();
    return this;
  }

  /** What was told since the last call: "open 0", "0 client 0 hello", "0 server gap 3+2", "close 0 fin". */
  told(): string[] {
    return this.#lines.splice(0);
  }

  stream(id: number, side: "client" | "server"): Buffer {
    return this.streams.get(`${id} ${side}`) ?? Buffer.alloc(0);
  }

  #drain(): void {
    for (let event = this.table.next(); event !== undefined; event = this.table.next()) {
      if (event.kind === "open") this.conversations.push(event.conversation);
      if (event.kind === "bytes") this.#keep(event.conversation.id, event.side, event.bytes);
      this.#lines.push(line(event));
    }
  }

  #keep(id: number, side: string, bytes: Uint8Array): void {
    const key = `${id} ${side}`;
    this.streams.set(key, Buffer.concat([this.streams.get(key) ?? Buffer.alloc(0), bytes]));
  }
}

/** SYN, SYN+ACK, ACK: the first bytes are then `client` + 1 and `server` + 1. */
export function handshake(script: TableScript, client = 1000, server = 5000, more: Partial<Step> = {}): TableScript {
  return script
    .tcp({ from: "client", sequence: client, flags: SYN, ...more })
    .tcp({ from: "server", sequence: server, acknowledgment: client + 1, flags: SYN | ACK, ...more })
    .tcp({ from: "client", sequence: client + 1, acknowledgment: server + 1, ...more });
}

function addresses(from: "client" | "server") {
  const [source, destination] = from === "client" ? [CLIENT, SERVER] : [SERVER, CLIENT];
  return { source, destination };
}

function line(event: StreamEvent): string {
  const { id } = event.conversation;
  switch (event.kind) {
    case "open":
      return `open ${id}`;
    case "bytes":
      return `${id} ${event.side} ${event.offset} ${Buffer.from(event.bytes).toString("latin1")}`;
    case "passed":
      return `${id} ${event.side} passed ${event.offset}+${event.length}`;
    case "gap":
      return `${id} ${event.side} gap ${event.offset}+${event.length}`;
    case "oddity":
      return `${id} ${event.side} ${event.what} ${event.offset}+${event.length}`;
    case "close":
      return `close ${id} ${event.how}`;
  }
}
