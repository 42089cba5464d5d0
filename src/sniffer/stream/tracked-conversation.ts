// What is kept of one conversation: who talks, how much, and a hash of each side's bytes.
import type { ConversationEvent, Side } from "../event.js";
import { formatEndpoint } from "../packet/ip-address.js";
import { communityId } from "./community-id.js";
import type { FlowEnds } from "./flow-index.js";
import { StreamDigest } from "./stream-digest.js";
import type { Conversation } from "./stream-event.js";

/** Texts and hashes are made when first asked for: a flood of SYNs opens a million conversations that nobody reads. */
export class TrackedConversation implements Conversation {
  readonly id: number;
  readonly ends: FlowEnds;
  readonly firstFrame: number;
  readonly midstream: boolean;
  readonly bytes: Record<Side, number> = { client: 0, server: 0 };
  lastFrame: number;
  gaps = 0;
  state: "fin" | "rst" | "open" = "open";
  #clientDigest: StreamDigest | undefined;
  #serverDigest: StreamDigest | undefined;
  #texts: { client: string; server: string; communityId: string } | undefined;

  constructor(id: number, ends: FlowEnds, firstFrame: number, midstream: boolean) {
    this.id = id;
    this.ends = ends;
    this.firstFrame = firstFrame;
    this.lastFrame = firstFrame;
    this.midstream = midstream;
  }

  get protocol(): "tcp" | "udp" {
    return this.ends.transport === 6 ? "tcp" : "udp";
  }

  get client(): string {
    return this.#described().client;
  }

  get server(): string {
    return this.#described().server;
  }

  get clientPort(): number {
    return this.ends.clientPort;
  }

  get serverPort(): number {
    return this.ends.serverPort;
  }

  get communityId(): string {
    return this.#described().communityId;
  }

  /** Counts bytes that are being delivered. */
  deliver(side: Side, bytes: Uint8Array): void {
    this.bytes[side] += bytes.length;
    this.#digest(side).update(bytes);
  }

  /** Counts a hole that is being given up. */
  miss(side: Side, offset: number, length: number): void {
    if (this.#digest(side).noteGap(offset, length)) this.gaps++;
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
      client_sha256: this.#digest("client").sha256(),
      server_sha256: this.#digest("server").sha256(),
      gaps: this.gaps,
      state: this.state,
    };
  }

  #digest(side: Side): StreamDigest {
    if (side === "client") {
      this.#clientDigest ??= new StreamDigest();
      return this.#clientDigest;
    }
    this.#serverDigest ??= new StreamDigest();
    return this.#serverDigest;
  }

  #described(): { client: string; server: string; communityId: string } {
    const { addresses, clientPort, serverPort, transport } = this.ends;
    const length = addresses.length / 2;
    this.#texts ??= {
      client: formatEndpoint(addresses, 0, length, clientPort),
      server: formatEndpoint(addresses, length, length, serverPort),
      communityId: communityId({
        protocol: transport,
        source: addresses.subarray(0, length),
        destination: addresses.subarray(length),
        sourcePort: clientPort,
        destinationPort: serverPort,
      }),
    };
    return this.#texts;
  }
}
