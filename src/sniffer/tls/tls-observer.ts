// Watches one conversation's TLS: records, hellos, certificates, alerts, and what stays hidden. It takes no part in it.
import type { Stage } from "../../bytes/stage.js";
import type { FindingEvent, Side, SnifferEvent, Visibility } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { CertificateReader } from "./certificate-reader.js";
import { Decryption } from "./decryption.js";
import { HandshakeWatch } from "./handshake-watch.js";
import type { Ja4Transport } from "./ja4.js";
import type { KeyLog } from "./key-log.js";
import { contentTypeName } from "./names.js";
import { RECORD_HEADER_BYTES } from "./record-header.js";
import type { RecordStreamOutput } from "./record-stream.js";
import { RecordWatch } from "./record-watch.js";
import { describeSslV2Hello } from "./sslv2-hello.js";
import { TlsDirection } from "./tls-direction.js";
import { DEFAULT_TLS_LIMITS, type TlsLimits } from "./tls-limits.js";
import { TlsSession } from "./tls-session.js";
import { emptyTally, type TlsTally } from "./tls-tally.js";
import type { Voice, Where } from "./voice.js";

export interface TlsObserverOptions {
  readonly limits?: Partial<TlsLimits>;
  /** First letter of JA4. */
  readonly transport?: Ja4Transport;
  /** Shared between observers so that a certificate seen a thousand times is decoded once. */
  readonly certificates?: CertificateReader;
  /** Secrets of the ends; it may grow while this observer works. What it opens comes out of `nextDecrypted`. */
  readonly keys?: KeyLog;
}

export class TlsObserver implements Stage<StreamEvent, SnifferEvent> {
  readonly #conversation: Conversation;
  readonly #client: TlsDirection;
  readonly #server: TlsDirection;
  readonly #watch: RecordWatch;
  readonly #settled = emptyTally();
  #events: SnifferEvent[] = [];
  #given = 0;
  readonly #decrypted: StreamEvent[] = [];
  /** Decrypted bytes so far, gaps included. */
  readonly #plain: Record<Side, number> = { client: 0, server: 0 };
  #ended = false;

  constructor(conversation: Conversation, options: TlsObserverOptions = {}) {
    const limits = { ...DEFAULT_TLS_LIMITS, ...options.limits };
    this.#conversation = conversation;
    this.#client = new TlsDirection("client", conversation.midstream, limits);
    this.#server = new TlsDirection("server", conversation.midstream, limits);
    const voice = this.#makeVoice();
    const session = new TlsSession();
    const certificates = options.certificates ?? new CertificateReader();
    const handshakes = new HandshakeWatch(voice, session, {
      limits,
      certificates,
      transport: options.transport ?? "t",
    });
    const { keys } = options;
    this.#watch = new RecordWatch(voice, session, handshakes, new Decryption(keys, session, voice));
    for (const direction of [this.#client, this.#server]) direction.records.keepsApplicationData = keys !== undefined;
  }

  push(event: StreamEvent): void {
    switch (event.kind) {
      case "bytes":
        this.#direction(event.side).records.push(event);
        this.#drain(this.#direction(event.side));
        break;
      case "gap":
        this.#direction(event.side).records.gap(event);
        this.#drain(this.#direction(event.side));
        break;
      case "close":
        this.finish();
        if (this.#plain.client + this.#plain.server > 0) this.#decrypted.push(event);
    }
  }

  next(): SnifferEvent | undefined {
    const event = this.#events[this.#given];
    if (event !== undefined) {
      this.#given += 1;
      return event;
    }
    if (this.#given > 0) this.#events = [];
    this.#given = 0;
    return undefined;
  }

  /**
   * Application data that keys opened, as the reassembler would have given it had it been in the clear: offsets count
   * decrypted bytes, what could not be opened amid it is a gap of about its size, and it ends with a close.
   */
  nextDecrypted(): StreamEvent | undefined {
    return this.#decrypted.shift();
  }

  /** Says what stayed hidden. A close event does the same; the second of both does nothing. */
  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const direction of [this.#client, this.#server]) {
      direction.records.finish();
      this.#watch.finish(direction);
    }
  }

  /** Sums, at any time, to the bytes pushed. */
  get tally(): TlsTally {
    const tally = { ...this.#settled };
    for (const direction of [this.#client, this.#server]) {
      const { headerBytes, fragmentBytes, type } = direction.records.pending;
      tally.tls_metadata += headerBytes + direction.records.sslV2Bytes;
      if (type !== undefined) tally[this.#watch.byteClass(direction, type, fragmentBytes)] += fragmentBytes;
      tally.gap += direction.records.gapBytes;
      tally.not_understood += direction.records.notUnderstoodBytes;
    }
    return tally;
  }

  #direction(side: Side): TlsDirection {
    return side === "client" ? this.#client : this.#server;
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
        this.#find(direction.side, "metadata", describeSslV2Hello(output.hello), output);
        break;
      case "found":
        direction.loseTrack();
        if (this.#conversation.midstream || direction.isNew("found")) {
          this.#find(direction.side, "metadata", "a record boundary was found; records are read from here", output);
        }
        break;
      case "hole":
        this.#hole(direction, output);
        break;
      case "damaged":
        this.#find(direction.side, "damaged", `not TLS from here on: ${output.what}`, output);
    }
  }

  #hole(direction: TlsDirection, hole: Extract<RecordStreamOutput, { kind: "hole" }>): void {
    const { cut, lost, length } = hole;
    if (cut !== undefined) {
      this.#settled.tls_metadata += RECORD_HEADER_BYTES;
      this.#settled[this.#watch.byteClass(direction, cut.type, cut.fragmentBytes)] += cut.fragmentBytes;
    }
    direction.loseTrack();
    if (lost) this.#watch.lose(direction, length, hole.frame);
    const inside = cut === undefined ? "" : ` inside a record of ${contentTypeName(cut.type)}`;
    const consequence = lost
      ? "record boundaries are unknown until two records in a row fit"
      : "the record is lost, the next is not";
    this.#find(direction.side, "damaged", `${length} bytes were not captured${inside}: ${consequence}`, hole);
  }

  #makeVoice(): Voice {
    return {
      conversation: this.#conversation.id,
      say: (event) => this.#events.push(event),
      find: (side, visibility, what, where) => this.#find(side, visibility, what, where),
      count: (kind, bytes) => {
        this.#settled[kind] += bytes;
      },
      give: (side, bytes, frame) => {
        if (bytes.length === 0) return;
        this.#decrypted.push({
          kind: "bytes",
          conversation: this.#conversation,
          side,
          offset: this.#plain[side],
          bytes,
          frame,
        });
        this.#plain[side] += bytes.length;
      },
      miss: (side, length, frame) => {
        this.#decrypted.push({
          kind: "gap",
          conversation: this.#conversation,
          side,
          offset: this.#plain[side],
          length,
          frame,
        });
        this.#plain[side] += length;
      },
    };
  }

  #find(side: Side, visibility: Visibility, what: string, where: Where): void {
    const finding: FindingEvent = {
      event: "finding",
      conversation: this.#conversation.id,
      side,
      visibility,
      what,
      evidence: { frame: where.frame, offset: where.offset, length: where.length },
    };
    this.#events.push(finding);
  }
}
