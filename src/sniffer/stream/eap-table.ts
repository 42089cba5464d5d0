// Follows TLS within EAP from one MAC address to another, as conversations beside those over IP: what each side says, put
// together of its fragments, is its stream.
import type { Side } from "../event.js";
import type { DecodedPacket } from "../packet/decoded-packet.js";
import { decodeEapTls, type EapTls } from "../packet/eap-packet.js";
import { NOWHERE } from "../packet/packet-cursor.js";
import type { StreamEvent } from "./stream-event.js";
import { LocalHash, type NewStreamHash } from "./stream-hash.js";
import { EAPOL_TRANSPORT, TrackedConversation } from "./tracked-conversation.js";

const MAC_BYTES = 6;
/** Of a message that is not whole yet; longer ones than any handshake are given as they come. */
const MAX_HELD_BYTES = 0x10000;
/** What keeping a fragment costs besides its bytes. */
const FRAGMENT_COST_BYTES = 256;
/** First byte of a group address: on a wire both ends send to one, and the two are alone with each other. */
const GROUP = 0x01;

export interface EapLimits {
  /** Conversations followed at once; the one silent for longest is closed for a new one. */
  readonly maxConversations: number;
  /** Held in all for messages that are not whole yet; what would be more is given as it comes. */
  readonly maxHeldBytesInAll: number;
}

export interface EapTableOptions extends EapLimits {
  readonly nextId: () => number;
  readonly newHash?: NewStreamHash | undefined;
  readonly say: (event: StreamEvent) => void;
}

interface Half {
  /** Of the latest message: what comes again has the same. */
  identifier: number;
  fragments: Uint8Array[];
  heldBytes: number;
}

interface Session {
  readonly conversation: TrackedConversation;
  readonly halves: Record<Side, Half>;
}

export class EapTable {
  readonly #options: EapTableOptions;
  /** By both addresses, the client's first; the one silent for longest comes first. */
  readonly #sessions = new Map<string, Session>();
  #heldCostBytes = 0;

  constructor(options: EapTableOptions) {
    this.#options = options;
  }

  /** Takes a packet whose EAPOL header comes next. */
  push(packet: DecodedPacket): void {
    const { body, start, end, linkSourceAt, linkDestinationAt } = packet;
    if (linkSourceAt === NOWHERE) return;
    const message = decodeEapTls(body.subarray(start, end));
    if (message === undefined) return;
    const source = body.subarray(linkSourceAt, linkSourceAt + MAC_BYTES);
    const destination = body.subarray(linkDestinationAt, linkDestinationAt + MAC_BYTES);
    const addresses = message.isResponse ? [source, destination] : [destination, source];
    this.#message(Buffer.concat(addresses), message, packet.frame);
  }

  finish(): void {
    for (const key of this.#sessions.keys()) this.#close(key, "end-of-capture");
  }

  #message(addresses: Uint8Array, message: EapTls, frame: number): void {
    const key = keyOf(addresses);
    if (message.starts) this.#close(key, "end-of-capture");
    if (message.fragment.length === 0) return;
    const session = this.#sessions.get(key) ?? this.#open(key, addresses, frame);
    // The latest stands last.
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    session.conversation.lastFrame = frame;
    this.#fragment(session, message, frame);
  }

  #fragment(session: Session, { isResponse, identifier, hasMore, fragment }: EapTls, frame: number): void {
    const side = isResponse ? "client" : "server";
    const half = session.halves[side];
    if (half.identifier === identifier) return;
    half.identifier = identifier;
    half.fragments.push(fragment.slice());
    half.heldBytes += fragment.length;
    this.#heldCostBytes += FRAGMENT_COST_BYTES + fragment.length;
    if (!hasMore || this.#isTooMuch(half)) this.#deliver(session, side, frame);
  }

  #isTooMuch({ heldBytes }: Half): boolean {
    return heldBytes >= MAX_HELD_BYTES || this.#heldCostBytes > this.#options.maxHeldBytesInAll;
  }

  #deliver({ conversation, halves }: Session, side: Side, frame: number): void {
    const { fragments } = halves[side];
    const bytes = Buffer.concat(fragments);
    this.#heldCostBytes -= fragments.length * FRAGMENT_COST_BYTES + bytes.length;
    halves[side].fragments = [];
    halves[side].heldBytes = 0;
    if (bytes.length === 0) return;
    const offset = conversation.bytes[side];
    conversation.deliver(side, bytes, NOWHERE);
    this.#options.say({ kind: "bytes", conversation, side, offset, bytes, frame });
  }

  #open(key: string, addresses: Uint8Array, frame: number): Session {
    const oldest = this.#sessions.keys().next().value;
    if (this.#sessions.size >= this.#options.maxConversations && oldest !== undefined) this.#close(oldest, "timeout");
    const { nextId, newHash = newLocalHash } = this.#options;
    const ends = { transport: EAPOL_TRANSPORT, addresses, clientPort: 0, serverPort: 0 };
    const conversation = new TrackedConversation(nextId(), ends, frame, false, newHash);
    const session: Session = { conversation, halves: { client: newHalf(), server: newHalf() } };
    this.#sessions.set(key, session);
    this.#options.say({ kind: "open", conversation, frame });
    return session;
  }

  #close(key: string, how: "timeout" | "end-of-capture"): void {
    const session = this.#sessions.get(key);
    if (session === undefined) return;
    this.#sessions.delete(key);
    const { conversation } = session;
    for (const side of ["client", "server"] as const) this.#deliver(session, side, conversation.lastFrame);
    this.#options.say({ kind: "close", conversation, how, frame: conversation.lastFrame });
  }
}

function keyOf(addresses: Uint8Array): string {
  const isGroup = [0, MAC_BYTES].some((at) => ((addresses[at] ?? 0) & GROUP) !== 0);
  return isGroup ? "wire" : Buffer.from(addresses).toString("hex");
}

function newHalf(): Half {
  return { identifier: NOWHERE, fragments: [], heldBytes: 0 };
}

const newLocalHash: NewStreamHash = () => new LocalHash();
