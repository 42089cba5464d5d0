// From packets to events: the one pipeline for live capture, files, the relay and the lab.
import { randomBytes } from "node:crypto";
import { ResultQueue } from "../bytes/result-queue.js";
import type { Stage } from "../bytes/stage.js";
import { ConversationWatch, type ConversationWatchOptions } from "./conversation-watch.js";
import type { FindingEvent, Side, SnifferEvent } from "./event.js";
import type { SecretList } from "./finding/secret-search.js";
import { SOUGHT } from "./finding/sought-secret.js";
import { Ledger } from "./ledger.js";
import { eapLimits, MAX_SPEAKING_CONVERSATIONS, MAX_UNDECIDED_BYTES, type PipelineLimits } from "./memory-limits.js";
import type { MessageShape, Schema } from "./message/schema.js";
import { observerFor } from "./observer-choice.js";
import type { DecodedPacket } from "./packet/decoded-packet.js";
import { linkTypeName } from "./packet/link-type-names.js";
import { PacketCursor } from "./packet/packet-cursor.js";
import { EAPOL, PacketDecoder } from "./packet/packet-decoder.js";
import type { PacketMemory } from "./packet/packet-memory.js";
import type { RawPacket } from "./packet/raw-packet.js";
import { PacketCount } from "./packet-count.js";
import { describePacket } from "./packet-event.js";
import { ConversationTable } from "./stream/conversation-table.js";
import { EapTable } from "./stream/eap-table.js";
import type { Conversation, StreamEvent } from "./stream/stream-event.js";
import type { StreamHashes } from "./stream/stream-hash.js";
import type { AssessedTransport, NewAssessor } from "./tls/assessor.js";
import { CertificateReader } from "./tls/certificate-reader.js";
import { KeyLog } from "./tls/key-log.js";

export interface PipelineOptions {
  /** Gives the schema for payloads when the first one must be decoded; without it fields go by number. */
  readonly schema?: () => Schema | undefined;
  /** Messages that streams of no known protocol are tried with, each behind its length as one varint. */
  readonly foreignMessages?: () => readonly MessageShape[];
  /** Also give an event for each packet. */
  readonly packets?: boolean;
  /** Read headers and count packets, and follow no conversation. */
  readonly headersOnly?: boolean;
  /** Sees each packet before the conversation that it belongs to does; both are only valid during the call. */
  readonly onPacket?: ((packet: DecodedPacket, cursor: PacketCursor) => void) | undefined;
  /** Sees each segment and datagram with the conversation and side that it is of, before their events come. */
  readonly onSegment?: SegmentWatcher | undefined;
  /** Searched for in both directions of every conversation. */
  readonly secrets?: SecretList | undefined;
  /** Sees what reassembly delivers, before it is understood; its bytes are only valid during the call. */
  readonly tap?: ((event: StreamEvent) => void) | undefined;
  /** Sees what keys opened, in the same way. */
  readonly tapDecrypted?: ((event: StreamEvent) => void) | undefined;
  readonly limits?: Partial<PipelineLimits> | undefined;
  /** What packets with a position lie in. */
  readonly memory?: PacketMemory;
  /** Who hashes what each side of a conversation says; without it that is done here. */
  readonly hashes?: StreamHashes | undefined;
  /** Who judges each TLS handshake for later (finding/assessment.ts); without it no assessment is given. */
  readonly assess?: NewAssessor | undefined;
}

export type SegmentWatcher = (packet: DecodedPacket, conversation: Conversation, side: Side) => void;

export class Pipeline implements Stage<RawPacket, SnifferEvent> {
  readonly #options: PipelineOptions;
  readonly #decoder: PacketDecoder;
  readonly #table: ConversationTable;
  readonly #eap: EapTable;
  readonly #watches = new Map<number, ConversationWatch>();
  readonly #maxWatches: number;
  readonly #watchOptions: ConversationWatchOptions;
  readonly #ledger = new Ledger();
  readonly #count: PacketCount | undefined;
  readonly #skipped = new Map<string, number>();
  readonly #cursor = new PacketCursor();
  readonly #linkTypes = new Set<number>();
  #lastLinkType = -1;
  #keys: KeyLog | undefined;
  readonly #events = new ResultQueue<SnifferEvent>();
  #packets = 0;
  #bytes = 0;
  #undecidedBytes = 0;
  #heldBytes = 0;
  readonly #maxUndecidedBytes: number;
  #unseenBytes = 0;
  /** Of the packet that is looked at; null where the capture has no times. Asked for only where handshakes are judged. */
  #nowSeconds: number | null = null;
  #damaged = false;
  #secretSeen = false;
  #finished = false;
  /** Between `finish` and the summary. */
  #closing = false;

  constructor(options: PipelineOptions = {}) {
    this.#options = options;
    if (options.headersOnly === true) this.#count = new PacketCount();
    const { limits, memory, hashes, assess } = options;
    this.#decoder = new PacketDecoder(limits?.fragments);
    const newHash = hashes && (() => hashes.newHash());
    this.#table = new ConversationTable({ limits, memory, newHash, seed: randomBytes(4).readInt32LE() });
    this.#eap = new EapTable({
      ...eapLimits(limits),
      nextId: () => this.#table.takeId(),
      newHash,
      say: (event) => {
        // What is TLS in it is accounted for by who reads that.
        if (event.kind === "bytes") this.#ledger.add("not_understood", -event.bytes.length);
        this.#take(event);
      },
    });
    this.#maxWatches = limits?.maxSpeakingConversations ?? MAX_SPEAKING_CONVERSATIONS;
    this.#maxUndecidedBytes = limits?.maxUndecidedBytes ?? MAX_UNDECIDED_BYTES;
    const means = {
      schema: () => options.schema?.(),
      foreignMessages: () => options.foreignMessages?.() ?? [],
      certificates: new CertificateReader(),
      keys: () => this.#keys,
      newAssessor:
        assess &&
        ((transport: AssessedTransport, midstream: boolean) =>
          assess({ transport, midstream, now: () => this.#nowSeconds })),
    };
    this.#watchOptions = {
      observe: (application, conversation) => observerFor(application, conversation, means),
      say: (event) => this.#say(event),
      settle: (tally) => this.#ledger.addTally(tally),
      maySkip: options.tap === undefined && options.secrets === undefined,
      secrets: options.secrets,
      tapDecrypted: options.tapDecrypted,
      undecidedRoomBytes: () => this.#maxUndecidedBytes - this.#undecidedBytes,
    };
  }

  /** True once a secret of the list was found. */
  get secretSeen(): boolean {
    return this.#secretSeen;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Bytes that were sent, and mostly acknowledged, but never seen: what the capture lost or cut off. */
  get unseenBytes(): number {
    return this.#unseenBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Conversations that are followed now. */
  get conversations(): number {
    return this.#table.size;
  }

  /** Gives up half of the conversations, where memory is short; what they said so far is told. */
  shed(): void {
    this.#table.shed();
    this.#drain();
  }

  /** Part of a key log (NSS format); what TLS sends from now on, and what waited for its keys, is opened with it. */
  addKeys(text: string): void {
    this.#keys ??= new KeyLog();
    this.#keys.push(text);
  }

  /** Connections of which such a part said something. */
  get keyCount(): number {
    return this.#keys?.size ?? 0;
  }

  push(raw: RawPacket): void {
    this.pushAt(this.#cursor.set(raw));
  }

  /** The same for a packet that stands in larger memory. */
  pushAt(cursor: PacketCursor): void {
    this.#packets += 1;
    this.#bytes += cursor.capturedLength;
    if (this.#options.assess !== undefined) this.#nowSeconds = cursor.seconds;
    if (cursor.linkType !== this.#lastLinkType) this.#noteLinkType(cursor.linkType);
    const packet = this.#decoder.decodeAt(cursor);
    this.#ledger.addPacket(packet);
    if (packet.skipped !== undefined) this.#skipped.set(packet.skipped, (this.#skipped.get(packet.skipped) ?? 0) + 1);
    if (this.#options.packets === true) this.#say(describePacket(packet, cursor));
    this.#options.onPacket?.(packet, cursor);
    if (packet.damage !== undefined) this.#damagedPacket(packet);
    if (this.#count !== undefined) this.#countPacket(this.#count, packet);
    else if (packet.transport !== 0) this.#follow(packet);
    else if (packet.skipped === EAPOL) this.#eap.push(packet);
  }

  #countPacket(count: PacketCount, packet: DecodedPacket): void {
    count.add(packet.protocol || (packet.skipped ?? "unknown"), packet.capturedLength);
    this.#ledger.add("not_understood", packet.payloadBytes);
  }

  #follow(packet: DecodedPacket): void {
    this.#table.push(packet);
    const { onSegment } = this.#options;
    if (onSegment !== undefined && this.#table.latestConversation !== undefined) {
      onSegment(packet, this.#table.latestConversation, this.#table.latestSide);
    }
    this.#drain();
  }

  next(): SnifferEvent | undefined {
    for (;;) {
      const event = this.#events.next();
      if (event !== undefined || !this.#closing) return event;
      const last = this.#table.next();
      if (last === undefined) this.#end();
      else this.#take(last);
    }
  }

  /** Tells that the input broke off at this byte of it: what came before counts, the summary says that it is damaged. */
  damage(what: string, offset: number): void {
    this.#damaged = true;
    this.#finding(`the capture is damaged: ${what}`, { frame: this.#packets, offset, length: 0 });
  }

  get damaged(): boolean {
    return this.#damaged;
  }

  /** What is open closes in the order of ids, as `next` is asked; the summary is last. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#closing = true;
    this.#eap.finish();
    this.#table.finish();
  }

  #end(): void {
    this.#closing = false;
    this.#options.hashes?.settle();
    this.#ledger.add("retransmitted", this.#table.retransmittedBytes);
    this.#ledger.add("gap", this.#table.unplacedBytes + this.#decoder.heldFragmentBytes);
    this.#say({
      event: "summary",
      packets: this.#packets,
      bytes: this.#bytes,
      link_types: [...this.#linkTypes].map(linkTypeName),
      skipped: Object.fromEntries(this.#skipped),
      accounted: this.#ledger.accounted,
      ...(this.#count === undefined ? {} : { protocols: this.#count.protocols }),
      damaged: this.#damaged,
    });
  }

  #noteLinkType(linkType: number): void {
    this.#lastLinkType = linkType;
    this.#linkTypes.add(linkType);
  }

  #drain(): void {
    for (let event = this.#table.next(); event !== undefined; event = this.#table.next()) this.#take(event);
  }

  #take(event: StreamEvent): void {
    this.#options.tap?.(event);
    if (event.kind === "gap") this.#unseenBytes += event.length;
    this.#watch(event);
  }

  #watch(event: StreamEvent): void {
    // A flood opens a million conversations that never say anything: they are followed from their first word on.
    if (event.kind === "open") return;
    const { id } = event.conversation;
    const watch = this.#watches.get(id) ?? this.#newWatch(event.conversation);
    this.#undecidedBytes -= watch.undecidedBytes;
    this.#heldBytes -= watch.heldBytes;
    watch.push(event);
    this.#undecidedBytes += watch.undecidedBytes;
    if (event.kind === "close") this.#watches.delete(id);
    else this.#heldBytes += watch.heldBytes;
    // Should this close one that never spoke, its own close comes by here and the next goes.
    if (this.#watches.size > this.#maxWatches || this.#heldBytes > this.#maxUndecidedBytes >> 1)
      this.#table.closeStalest();
  }

  #newWatch(conversation: Conversation): ConversationWatch {
    const watch = new ConversationWatch(conversation, this.#watchOptions);
    this.#watches.set(conversation.id, watch);
    return watch;
  }

  #say(event: SnifferEvent): void {
    if (event.event === "finding" && event.what === SOUGHT) this.#secretSeen = true;
    this.#events.push(event);
  }

  #damagedPacket(packet: DecodedPacket): void {
    const { what, offset } = packet.damage ?? { what: "", offset: 0 };
    this.#finding(what, { frame: packet.frame, offset, length: Math.max(0, packet.capturedLength - offset) });
  }

  #finding(what: string, evidence: FindingEvent["evidence"]): void {
    this.#say({ event: "finding", conversation: null, side: null, visibility: "damaged", what, evidence });
  }
}
