// What is kept of one conversation: who talks, how much, and a hash of each side's bytes.
import { createHash } from "node:crypto";
import type { ConversationEvent, Side } from "../event.js";
import type { Conversation } from "./stream-event.js";

export interface ConversationFacts {
  readonly id: number;
  readonly protocol: "tcp" | "udp";
  readonly client: string;
  readonly server: string;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly communityId: string;
  readonly firstFrame: number;
  readonly midstream: boolean;
}

export class TrackedConversation implements Conversation {
  readonly id: number;
  readonly protocol: "tcp" | "udp";
  readonly client: string;
  readonly server: string;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly communityId: string;
  readonly firstFrame: number;
  readonly midstream: boolean;
  readonly bytes: Record<Side, number> = { client: 0, server: 0 };
  lastFrame: number;
  gaps = 0;
  state: "fin" | "rst" | "open" = "open";
  readonly #hashes = { client: createHash("sha256"), server: createHash("sha256") };

  constructor(facts: ConversationFacts) {
    this.id = facts.id;
    this.protocol = facts.protocol;
    this.client = facts.client;
    this.server = facts.server;
    this.clientPort = facts.clientPort;
    this.serverPort = facts.serverPort;
    this.communityId = facts.communityId;
    this.firstFrame = facts.firstFrame;
    this.lastFrame = facts.firstFrame;
    this.midstream = facts.midstream;
  }

  /** Counts bytes that are being delivered. */
  deliver(side: Side, bytes: Uint8Array): void {
    this.bytes[side] += bytes.length;
    this.#hashes[side].update(bytes);
  }

  summary(): Omit<ConversationEvent, "event" | "application"> {
    return {
      id: this.id,
      protocol: this.protocol,
      client: this.client,
      server: this.server,
      community_id: this.communityId,
      first_frame: this.firstFrame,
      last_frame: this.lastFrame,
      client_bytes: this.bytes.client,
      server_bytes: this.bytes.server,
      client_sha256: this.#hashes.client.copy().digest("hex"),
      server_sha256: this.#hashes.server.copy().digest("hex"),
      gaps: this.gaps,
      state: this.state,
    };
  }
}
