// What is kept of one conversation: who talks, how much, and a hash of each side's bytes.
import { createHash, type Hash } from "node:crypto";
import type { ConversationEvent, Side } from "../event.js";
import { formatEndpoint } from "../packet/ip-address.js";
import { communityId } from "./community-id.js";
import type { Endpoint } from "./flow-index.js";
import type { Conversation } from "./stream-event.js";

export interface ConversationFacts {
  readonly id: number;
  /** Protocol number of the Internet header: 6 or 17. */
  readonly transport: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly firstFrame: number;
  readonly midstream: boolean;
}

const SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Texts and hashes are made when first asked for: a flood of SYNs opens a million conversations that nobody reads. */
export class TrackedConversation implements Conversation {
  readonly id: number;
  readonly protocol: "tcp" | "udp";
  readonly firstFrame: number;
  readonly midstream: boolean;
  readonly bytes: Record<Side, number> = { client: 0, server: 0 };
  lastFrame: number;
  gaps = 0;
  state: "fin" | "rst" | "open" = "open";
  readonly #facts: ConversationFacts;
  readonly #hashes: Record<Side, Hash | undefined> = { client: undefined, server: undefined };
  /** Where the last hole of each side ended: holes next to each other are one. */
  readonly #gapEnds: Record<Side, number> = { client: -1, server: -1 };
  #client: string | undefined;
  #server: string | undefined;
  #communityId: string | undefined;

  constructor(facts: ConversationFacts) {
    this.id = facts.id;
    this.protocol = facts.transport === 6 ? "tcp" : "udp";
    this.firstFrame = facts.firstFrame;
    this.lastFrame = facts.firstFrame;
    this.midstream = facts.midstream;
    this.#facts = facts;
  }

  get client(): string {
    this.#client ??= describe(this.#facts.client);
    return this.#client;
  }

  get server(): string {
    this.#server ??= describe(this.#facts.server);
    return this.#server;
  }

  get clientPort(): number {
    return this.#facts.client.port;
  }

  get serverPort(): number {
    return this.#facts.server.port;
  }

  get communityId(): string {
    const { client, server, transport } = this.#facts;
    this.#communityId ??= communityId({
      protocol: transport,
      source: client.address,
      destination: server.address,
      sourcePort: client.port,
      destinationPort: server.port,
    });
    return this.#communityId;
  }

  /** Counts bytes that are being delivered. */
  deliver(side: Side, bytes: Uint8Array): void {
    this.bytes[side] += bytes.length;
    const hash = this.#hashes[side] ?? createHash("sha256");
    this.#hashes[side] = hash.update(bytes);
  }

  /** Counts a hole that is being given up. */
  miss(side: Side, offset: number, length: number): void {
    if (this.#gapEnds[side] !== offset) this.gaps++;
    this.#gapEnds[side] = offset + length;
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
      client_sha256: this.#sha256("client"),
      server_sha256: this.#sha256("server"),
      gaps: this.gaps,
      state: this.state,
    };
  }

  #sha256(side: Side): string {
    return this.#hashes[side]?.copy().digest("hex") ?? SHA256_OF_NOTHING;
  }
}

function describe({ address, port }: Endpoint): string {
  return formatEndpoint(address, 0, address.length, port);
}
