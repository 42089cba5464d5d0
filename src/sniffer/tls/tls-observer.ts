// Watches one conversation's TLS: records, hellos, certificates, alerts, and what stays hidden. It takes no part in it.
import type { Stage } from "../../bytes/stage.js";
import type { Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import type { Assessor } from "./assessor.js";
import { CertificateReader } from "./certificate-reader.js";
import { Decryption } from "./decryption.js";
import { HandshakeWatch } from "./handshake-watch.js";
import type { Ja4Transport } from "./ja4.js";
import { KeyExchange } from "./key-exchange.js";
import type { KeyLog } from "./key-log.js";
import { contentTypeName } from "./names.js";
import { Observation } from "./observation.js";
import { RECORD_HEADER_BYTES } from "./record-header.js";
import type { RecordStreamOutput } from "./record-stream.js";
import { RecordWatch } from "./record-watch.js";
import { describeSslV2Hello } from "./sslv2-hello.js";
import { TlsDirection } from "./tls-direction.js";
import { DEFAULT_TLS_LIMITS, type TlsLimits } from "./tls-limits.js";
import { TlsSession } from "./tls-session.js";
import type { TlsTally } from "./tls-tally.js";

export interface TlsObserverOptions {
  readonly limits?: Partial<TlsLimits>;
  /** First letter of JA4. */
  readonly transport?: Ja4Transport;
  /** Shared between observers so that a certificate seen a thousand times is decoded once. */
  readonly certificates?: CertificateReader;
  /** Secrets of the ends; it may grow while this observer works. What it opens comes out of `nextDecrypted`. */
  readonly keys?: KeyLog;
  /**
   * Whether someone takes what `nextDecrypted` gives; true unless said otherwise when there are keys. Suites that
   * encrypt nothing are opened without keys.
   */
  readonly givesDecrypted?: boolean;
  /** Where the handshake is to be judged, at the end. */
  readonly assessor?: Assessor | undefined;
}

/** Holes of one side that are told one by one. */
const MAX_HOLES_TOLD = 32;

export class TlsObserver implements Stage<StreamEvent, SnifferEvent> {
  readonly #conversation: Conversation;
  readonly #limits: TlsLimits;
  readonly #keepsApplicationData: boolean;
  /** Made when first spoken of: half of a flood's connections never have a second side. */
  #client: TlsDirection | undefined;
  #server: TlsDirection | undefined;
  readonly #watch: RecordWatch;
  readonly #observation: Observation;
  #ended = false;

  constructor(conversation: Conversation, options: TlsObserverOptions = {}) {
    const limits = options.limits === undefined ? DEFAULT_TLS_LIMITS : { ...DEFAULT_TLS_LIMITS, ...options.limits };
    this.#conversation = conversation;
    this.#limits = limits;
    const voice = new Observation(conversation, options.givesDecrypted ?? options.keys !== undefined, options.assessor);
    this.#observation = voice;
    const session = new TlsSession(options.keys === undefined ? undefined : new KeyExchange());
    const certificates = options.certificates ?? new CertificateReader();
    const handshakes = new HandshakeWatch(voice, session, {
      limits,
      certificates,
      transport: options.transport ?? "t",
      assessor: options.assessor,
    });
    const { keys } = options;
    this.#watch = new RecordWatch(voice, session, handshakes, new Decryption(keys, session, voice));
    this.#keepsApplicationData = keys !== undefined;
  }

  push(event: StreamEvent): void {
    switch (event.kind) {
      case "bytes":
        this.#direction(event.side).records.push(event);
        this.#drain(this.#direction(event.side));
        break;
      case "passed":
        this.#direction(event.side).records.pass(event);
        break;
      case "gap":
        this.#direction(event.side).records.gap(event);
        this.#drain(this.#direction(event.side));
        break;
      case "close":
        this.finish();
        this.#observation.close(event);
    }
  }

  unwatchedBytes(side: Side): number {
    return (side === "client" ? this.#client : this.#server)?.records.unwatchedBytes ?? 0;
  }

  next(): SnifferEvent | undefined {
    return this.#observation.next();
  }

  /**
   * Application data that keys opened, as the reassembler would have given it had it been in the clear: offsets count
   * decrypted bytes, what could not be opened amid it is a gap of about its size, and it ends with a close.
   */
  nextDecrypted(): StreamEvent | undefined {
    return this.#observation.nextDecrypted();
  }

  /** Says what stayed hidden. A close event does the same; the second of both does nothing. */
  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const direction of this.#directions()) {
      direction.records.finish();
      const cut = direction.records.pendingRecord;
      if (cut !== undefined) this.#watch.say(direction, cut);
      this.#watch.finish(direction);
    }
    this.#observation.assess();
  }

  /** Sums, at any time, to the bytes pushed. */
  get heldBytes(): number {
    return (this.#client?.heldBytes ?? 0) + (this.#server?.heldBytes ?? 0);
  }

  get tally(): TlsTally {
    const tally = { ...this.#observation.tally };
    for (const direction of this.#directions()) {
      const { headerBytes, fragmentBytes, type } = direction.records.pending;
      tally.tls_metadata += headerBytes + direction.records.sslV2Bytes;
      if (type !== undefined) tally[this.#watch.byteClass(direction, type, fragmentBytes)] += fragmentBytes;
      tally.gap += direction.records.gapBytes;
      tally.not_understood += direction.records.notUnderstoodBytes;
    }
    return tally;
  }

  #direction(side: Side): TlsDirection {
    return (side === "client" ? this.#client : this.#server) ?? this.#newDirection(side);
  }

  #newDirection(side: Side): TlsDirection {
    const direction = new TlsDirection(side, this.#conversation.midstream, this.#limits);
    direction.records.keepsApplicationData = this.#keepsApplicationData;
    if (side === "client") this.#client = direction;
    else this.#server = direction;
    return direction;
  }

  #directions(): TlsDirection[] {
    return [this.#client, this.#server].filter((direction) => direction !== undefined);
  }

  #drain(direction: TlsDirection): void {
    for (let output = direction.records.next(); output !== undefined; output = direction.records.next()) {
      if (output.kind === "record") this.#watch.record(direction, output.record);
      else this.#oddity(direction, output);
    }
  }

  #oddity(direction: TlsDirection, output: Exclude<RecordStreamOutput, { kind: "record" }>): void {
    switch (output.kind) {
      case "sslv2_hello":
        this.#observation.find(direction.side, "metadata", describeSslV2Hello(output.hello), output);
        break;
      case "found":
        direction.loseTrack();
        if (this.#conversation.midstream || direction.isNew("found")) {
          this.#observation.find(
            direction.side,
            "metadata",
            "a record boundary was found; records are read from here",
            output,
          );
        }
        break;
      case "hole":
        this.#hole(direction, output);
        break;
      case "damaged":
        this.#observation.find(direction.side, "damaged", `not TLS from here on: ${output.what}`, output);
    }
  }

  #hole(direction: TlsDirection, hole: Extract<RecordStreamOutput, { kind: "hole" }>): void {
    const { cut, lost, length } = hole;
    if (cut !== undefined) {
      const { record, fragmentBytes } = cut;
      this.#watch.say(direction, record);
      this.#observation.count("tls_metadata", RECORD_HEADER_BYTES);
      this.#observation.count(this.#watch.byteClass(direction, record.type, fragmentBytes), fragmentBytes);
    }
    direction.loseTrack();
    if (lost) this.#watch.lose(direction, length, hole.frame);
    const inside = cut === undefined ? "" : ` inside a record of ${contentTypeName(cut.record.type)}`;
    const consequence = lost
      ? "record boundaries are unknown until two records in a row fit"
      : "the record is lost, the next is not";
    direction.holes += 1;
    if (direction.holes > MAX_HOLES_TOLD) return;
    this.#observation.find(
      direction.side,
      "damaged",
      `${length} bytes were not captured${inside}: ${consequence}`,
      hole,
    );
  }
}
