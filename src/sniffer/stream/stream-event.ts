// What reassembly tells of a conversation, in the order in which it becomes known.
import type { Application, ConversationEvent, Side } from "../event.js";

/** "eap": TLS within EAP, between MAC addresses. */
export type ConversationProtocol = ConversationEvent["protocol"];

/** One side's address and port, as printed: "10.0.0.1:40005" or "[fe80::1]:443"; of EAP the MAC address. */
export interface Conversation {
  readonly id: number;
  readonly protocol: ConversationProtocol;
  readonly client: string;
  readonly server: string;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly communityId: string;
  readonly firstFrame: number;
  lastFrame: number;
  /** Bytes delivered in order so far, per side (holes not counted). */
  readonly bytes: Record<Side, number>;
  gaps: number;
  /**
   * Bytes of each side that come next and that nobody wants to see, such as those of a long record: they are told by
   * their number, as one `passed` event before the conversation's next other event. Set by whoever takes the events.
   */
  readonly unwatched: Record<Side, number>;
  /** True when the capture began after the connection did: frame boundaries are then unknown. */
  readonly midstream: boolean;
  state: "fin" | "rst" | "open";
  /** What it speaks, once that is clear; set by whoever watches it. */
  application?: Application | undefined;
  /** What is spoken within, where keys opened it. */
  openedApplication?: Application | undefined;
  /** What the conversation's JSON line says, as of now; given at once, or when its hashes are there. */
  summary(done: (summary: ConversationSummary) => void): void;
}

export type ConversationSummary = Omit<ConversationEvent, "event" | "application">;

/**
 * `offset` counts from 0 in the side's stream (sequence number minus initial sequence number minus one; from the
 * first byte seen when midstream) and includes holes. `frame` is the packet whose arrival made the bytes
 * deliverable. `bytes` is only valid until the next push: copy what must be kept.
 */
export type StreamEvent =
  | { kind: "open"; conversation: Conversation; frame: number }
  | { kind: "bytes"; conversation: Conversation; side: Side; offset: number; bytes: Uint8Array; frame: number }
  | { kind: "passed"; conversation: Conversation; side: Side; offset: number; length: number; frame: number }
  | { kind: "gap"; conversation: Conversation; side: Side; offset: number; length: number; frame: number }
  | {
      kind: "oddity";
      conversation: Conversation;
      side: Side;
      what: string;
      offset: number;
      length: number;
      frame: number;
    }
  | { kind: "close"; conversation: Conversation; how: "fin" | "rst" | "timeout" | "end-of-capture"; frame: number };
