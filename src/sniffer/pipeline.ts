// From packets to events: the one pipeline for live capture, files, the relay and the lab.
import { ResultQueue } from "../bytes/result-queue.js";
import type { Stage } from "../bytes/stage.js";
import { ConversationWatch, type ConversationWatchOptions } from "./conversation-watch.js";
import type { FindingEvent, SnifferEvent } from "./event.js";
import type { SecretList } from "./finding/secret-search.js";
import { Ledger } from "./ledger.js";
import type { MessageShape, Schema } from "./message/schema.js";
import { observerFor } from "./observer-choice.js";
import type { DecodedPacket } from "./packet/decoded-packet.js";
import { linkTypeName } from "./packet/link-type-names.js";
import { PacketDecoder } from "./packet/packet-decoder.js";
import type { RawPacket } from "./packet/raw-packet.js";
import { describePacket } from "./packet-event.js";
import { type ConversationLimits, ConversationTable } from "./stream/conversation-table.js";
import type { StreamEvent } from "./stream/stream-event.js";
import { CertificateReader } from "./tls/certificate-reader.js";
import { KeyLog } from "./tls/key-log.js";

export interface PipelineOptions {
  /** Gives the schema for payloads when the first one must be decoded; without it fields go by number. */
  readonly schema?: () => Schema | undefined;
  /** Messages that streams of no known protocol are tried with, each behind its length as one varint. */
  readonly foreignMessages?: () => readonly MessageShape[];
  /** Also give an event for each packet. */
  readonly packets?: boolean;
  /** Searched for in both directions of every conversation. */
  readonly secrets?: SecretList | undefined;
  /** Sees what reassembly delivers, before it is understood; its bytes are only valid during the call. */
  readonly tap?: ((event: StreamEvent) => void) | undefined;
  /** Sees what keys opened, in the same way. */
  readonly tapDecrypted?: ((event: StreamEvent) => void) | undefined;
  readonly limits?: Partial<ConversationLimits>;
}

/** What all conversations together may hold before their protocol is clear. */
const UNDECIDED_BYTES_IN_ALL = 0x4000000;

export class Pipeline implements Stage<RawPacket, SnifferEvent> {
  readonly #options: PipelineOptions;
  readonly #decoder = new PacketDecoder();
  readonly #table: ConversationTable;
  readonly #watches = new Map<number, ConversationWatch>();
  readonly #watchOptions: ConversationWatchOptions;
  readonly #ledger = new Ledger();
  readonly #skipped = new Map<string, number>();
  readonly #linkTypes = new Set<number>();
  #keys: KeyLog | undefined;
  readonly #events = new ResultQueue<SnifferEvent>();
  #packets = 0;
  #bytes = 0;
  #undecidedBytes = 0;
  #damaged = false;
  #secretSeen = false;
  #finished = false;

  constructor(options: PipelineOptions = {}) {
    this.#options = options;
    this.#table = new ConversationTable(options.limits);
    const means = {
      schema: () => options.schema?.(),
      foreignMessages: () => options.foreignMessages?.() ?? [],
      certificates: new CertificateReader(),
      keys: () => this.#keys,
    };
    this.#watchOptions = {
      observe: (application, conversation) => observerFor(application, conversation, means),
      say: (event) => this.#say(event),
      settle: (tally) => this.#ledger.addTally(tally),
      secrets: options.secrets,
      tapDecrypted: options.tapDecrypted,
      undecidedRoomBytes: () => UNDECIDED_BYTES_IN_ALL - this.#undecidedBytes,
    };
  }

  /** True once a secret of the list was found. */
  get secretSeen(): boolean {
    return this.#secretSeen;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Part of a key log (NSS format); what TLS sends from now on, and what waited for its keys, is opened with it. */
  addKeys(text: string): void {
    this.#keys ??= new KeyLog();
    this.#keys.push(text);
  }

  push(raw: RawPacket): void {
    this.#packets += 1;
    this.#bytes += raw.bytes.length;
    this.#linkTypes.add(raw.linkType);
    const packet = this.#decoder.decode(raw);
    this.#account(packet);
    if (this.#options.packets === true) this.#say(describePacket(packet, raw));
    if (packet.damage !== undefined) this.#damagedPacket(packet, raw);
    if (packet.transport === 0) return;
    this.#table.push(packet);
    this.#drain();
  }

  next(): SnifferEvent | undefined {
    return this.#events.next();
  }

  /** Tells that the input broke off at this byte of it: what came before counts, the summary says that it is damaged. */
  damage(what: string, offset: number): void {
    this.#damaged = true;
    this.#finding(`the capture is damaged: ${what}`, { frame: this.#packets, offset, length: 0 });
  }

  get damaged(): boolean {
    return this.#damaged;
  }

  /** Closes what is open, in the order of ids, and gives the summary last. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#table.finish();
    this.#drain();
    this.#ledger.add("retransmitted", this.#table.retransmittedBytes);
    this.#ledger.add("gap", this.#table.unplacedBytes + this.#decoder.heldFragmentBytes);
    this.#say({
      event: "summary",
      packets: this.#packets,
      bytes: this.#bytes,
      link_types: [...this.#linkTypes].map(linkTypeName),
      skipped: Object.fromEntries(this.#skipped),
      accounted: this.#ledger.accounted,
      damaged: this.#damaged,
    });
  }

  #account(packet: DecodedPacket): void {
    this.#ledger.add("headers", packet.headerBytes);
    this.#ledger.add("padding", packet.paddingBytes);
    this.#ledger.add("not_understood", packet.notUnderstoodBytes);
    if (packet.skipped !== undefined) {
      this.#skipped.set(packet.skipped, (this.#skipped.get(packet.skipped) ?? 0) + 1);
    }
  }

  #drain(): void {
    for (let event = this.#table.next(); event !== undefined; event = this.#table.next()) {
      this.#options.tap?.(event);
      this.#watch(event);
    }
  }

  #watch(event: StreamEvent): void {
    const { id } = event.conversation;
    let watch = this.#watches.get(id);
    if (watch === undefined) {
      watch = new ConversationWatch(event.conversation, this.#watchOptions);
      this.#watches.set(id, watch);
    }
    const before = watch.undecidedBytes;
    watch.push(event);
    this.#undecidedBytes += watch.undecidedBytes - before;
    if (event.kind === "close") this.#watches.delete(id);
  }

  #say(event: SnifferEvent): void {
    if (event.event === "finding" && event.what === "secret") this.#secretSeen = true;
    this.#events.push(event);
  }

  #damagedPacket(packet: DecodedPacket, raw: RawPacket): void {
    const { what, offset } = packet.damage ?? { what: "", offset: 0 };
    this.#finding(what, { frame: raw.frame, offset, length: Math.max(0, raw.bytes.length - offset) });
  }

  #finding(what: string, evidence: FindingEvent["evidence"]): void {
    this.#say({ event: "finding", conversation: null, side: null, visibility: "damaged", what, evidence });
  }
}
