// What is kept of one conversation: who talks, how much, and a hash of each side's bytes.
import type { Application, Side } from "../event.js";
import { TCP } from "../packet/decoded-packet.js";
import { formatEndpoint } from "../packet/ip-address.js";
import { communityId } from "./community-id.js";
import type { FlowEnds } from "./flow-index.js";
import type { Conversation, ConversationProtocol, ConversationSummary } from "./stream-event.js";
import type { NewStreamHash, StreamHash } from "./stream-hash.js";

/** In the place of IP's number, of a conversation between MAC addresses: the EtherType. */
export const EAPOL_TRANSPORT = 0x888e;

/** Texts and hashes are made when first asked for: a flood of SYNs opens a million conversations that nobody reads. */
export class TrackedConversation implements Conversation {
  readonly id: number;
  readonly ends: FlowEnds;
  readonly firstFrame: number;
  readonly midstream: boolean;
  readonly bytes: Record<Side, number> = { client: 0, server: 0 };
  readonly unwatched: Record<Side, number> = { client: 0, server: 0 };
  lastFrame: number;
  gaps = 0;
  state: "fin" | "rst" | "open" = "open";
  application: Application | undefined;
  readonly #newHash: NewStreamHash;
  #clientHash: StreamHash | undefined;
  #serverHash: StreamHash | undefined;
  readonly #gapEnds: Record<Side, number> = { client: -1, server: -1 };
  #texts: { client: string; server: string; communityId: string } | undefined;

  constructor(id: number, ends: FlowEnds, firstFrame: number, midstream: boolean, newHash: NewStreamHash) {
    this.id = id;
    this.ends = ends;
    this.firstFrame = firstFrame;
    this.lastFrame = firstFrame;
    this.midstream = midstream;
    this.#newHash = newHash;
  }

  get protocol(): ConversationProtocol {
    const { transport } = this.ends;
    if (transport === EAPOL_TRANSPORT) return "eap";
    return transport === TCP ? "tcp" : "udp";
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
  deliver(side: Side, bytes: Uint8Array, position: number): void {
    this.bytes[side] += bytes.length;
    this.#hash(side).update(bytes, position);
  }

  /** The same for bytes that nobody wants to see; false where their hash must. */
  pass(side: Side, length: number, position: number): boolean {
    if (!this.#hash(side).pass(length, position)) return false;
    this.bytes[side] += length;
    return true;
  }

  /** Counts a hole that is being given up; holes next to each other are one. */
  miss(side: Side, offset: number, length: number): void {
    if (offset !== this.#gapEnds[side]) this.gaps++;
    this.#gapEnds[side] = offset + length;
  }

  summary(done: (summary: ConversationSummary) => void): void {
    const { id, protocol, client, server, communityId, firstFrame, lastFrame, bytes, gaps, state } = this;
    let clientSha256 = "";
    this.#hash("client").sha256((hex) => {
      clientSha256 = hex;
    });
    // Hashes come in the order in which they are asked for: with this one, both are there.
    this.#hash("server").sha256((serverSha256) => {
      done({
        id,
        protocol,
        client,
        server,
        community_id: communityId,
        first_frame: firstFrame,
        last_frame: lastFrame,
        client_bytes: bytes.client,
        server_bytes: bytes.server,
        client_sha256: clientSha256,
        server_sha256: serverSha256,
        gaps,
        state,
      });
    });
  }

  /** Made when first needed: half of a flood's connections never have a second side. */
  #hash(side: Side): StreamHash {
    if (side === "client") {
      this.#clientHash ??= this.#newHash();
      return this.#clientHash;
    }
    this.#serverHash ??= this.#newHash();
    return this.#serverHash;
  }

  #described(): { client: string; server: string; communityId: string } {
    const { addresses, clientPort, serverPort, transport } = this.ends;
    const length = addresses.length / 2;
    this.#texts ??= {
      client: formatEndpoint(addresses, 0, length, clientPort),
      server: formatEndpoint(addresses, length, length, serverPort),
      communityId: transport === EAPOL_TRANSPORT ? "" : communityIdOf(this.ends),
    };
    return this.#texts;
  }
}

function communityIdOf({ addresses, clientPort, serverPort, transport }: FlowEnds): string {
  const length = addresses.length / 2;
  return communityId({
    protocol: transport,
    source: addresses.subarray(0, length),
    destination: addresses.subarray(length),
    sourcePort: clientPort,
    destinationPort: serverPort,
  });
}
