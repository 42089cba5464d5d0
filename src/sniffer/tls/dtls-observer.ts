// Watches a DTLS conversation (RFC 6347, RFC 9147): hellos, certificates of 1.2, alerts, and what stays hidden; or is opened
// by a key log, up to 1.2.
import { ByteReader } from "../../bytes/byte-reader.js";
import { BytesError } from "../../bytes/bytes-error.js";
import type { Stage } from "../../bytes/stage.js";
import type { RecordEvent, Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import type { Assessor } from "./assessor.js";
import { CertificateReader } from "./certificate-reader.js";
import { Decryption } from "./decryption.js";
import { DTLS_HEADER_BYTES, type DtlsRecord, decodeDtlsDatagram } from "./dtls-record.js";
import { FragmentAssembler } from "./fragment-assembler.js";
import { HandshakeWatch } from "./handshake-watch.js";
import type { KeyLog } from "./key-log.js";
import { alertName, ContentType } from "./names.js";
import { Observation } from "./observation.js";
import { counted, hex16 } from "./printable.js";
import { TlsDirection } from "./tls-direction.js";
import { DEFAULT_TLS_LIMITS, type TlsLimits } from "./tls-limits.js";
import { TlsSession } from "./tls-session.js";
import type { TlsTally } from "./tls-tally.js";

/** Messages of one side that may be incomplete at a time. */
const MAX_OPEN_MESSAGES = 4;
const ALERT_BYTES = 2;
const NO_BYTES = new Uint8Array(0);

type Datagram = Extract<StreamEvent, { kind: "bytes" }>;

export interface DatagramObserverOptions {
  readonly limits?: Partial<TlsLimits>;
  readonly certificates?: CertificateReader;
  /** Secrets of the ends; what they open comes out of `nextDecrypted`. */
  readonly keys?: KeyLog | undefined;
  /** Where the handshake is to be judged, at the end. */
  readonly assessor?: Assessor | undefined;
}

interface Half {
  readonly direction: TlsDirection;
  /** By message number, oldest first. */
  readonly messages: Map<number, FragmentAssembler>;
  /** Of the keys in use. */
  epoch: number;
}

/** What a record holds, in the clear or opened. */
interface Content {
  readonly type: number;
  readonly bytes: Uint8Array;
  /** Where its record begins in the datagram. */
  readonly at: number;
  readonly wasSealed: boolean;
}

export class DtlsObserver implements Stage<StreamEvent, SnifferEvent> {
  readonly #observation: Observation;
  readonly #halves: Record<Side, Half>;
  readonly #handshakes: HandshakeWatch;
  readonly #decryption: Decryption;
  readonly #limits: TlsLimits;
  #ended = false;

  constructor(conversation: Conversation, options: DatagramObserverOptions = {}) {
    this.#limits = { ...DEFAULT_TLS_LIMITS, ...options.limits };
    this.#observation = new Observation(conversation, options.keys !== undefined, options.assessor);
    const half = (side: Side): Half => ({
      direction: new TlsDirection(side, false, this.#limits),
      messages: new Map(),
      epoch: 0,
    });
    this.#halves = { client: half("client"), server: half("server") };
    const session = new TlsSession();
    this.#decryption = new Decryption(options.keys, session, this.#observation);
    this.#handshakes = new HandshakeWatch(this.#observation, session, {
      limits: this.#limits,
      certificates: options.certificates ?? new CertificateReader(),
      transport: "d",
      assessor: options.assessor,
    });
  }

  push(event: StreamEvent): void {
    if (event.kind === "close") {
      this.finish();
      this.#observation.close(event);
    }
    if (event.kind !== "bytes") return;
    const { preambleBytes, records, rest } = decodeDtlsDatagram(event.bytes);
    this.#observation.count("tls_metadata", preambleBytes);
    for (const record of records) this.#record(this.#halves[event.side], record, event);
    this.#observation.count(rest.kind === "sealed" ? "ciphertext" : "not_understood", rest.length);
    if (rest.kind === "sealed") this.#halves[event.side].direction.hide({ ...event, length: rest.length });
  }

  next(): SnifferEvent | undefined {
    return this.#observation.next();
  }

  /** Application data that keys opened, a datagram for each record. */
  nextDecrypted(): StreamEvent | undefined {
    return this.#observation.nextDecrypted();
  }

  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const { direction } of Object.values(this.#halves)) {
      const { firstHidden, hiddenRecords, hiddenBytes, side } = direction;
      if (firstHidden === undefined) continue;
      const keys = this.#decryption.hasOpened(side) ? " (read here with the key log)" : "";
      const what = `application data is encrypted: ${counted(hiddenRecords, "record")}, ${counted(hiddenBytes, "byte")}${keys}`;
      this.#observation.find(side, "hidden", what, { ...firstHidden, length: hiddenBytes });
      this.#decryption.finish(direction);
    }
    this.#observation.assess();
  }

  get heldBytes(): number {
    let held = 0;
    for (const { messages, direction } of [this.#halves.client, this.#halves.server]) {
      held += direction.heldBytes;
      for (const { heldBytes } of messages.values()) held += heldBytes;
    }
    return held;
  }

  get tally(): TlsTally {
    return { ...this.#observation.tally };
  }

  #record(half: Half, record: DtlsRecord, datagram: Datagram): void {
    this.#observation.count("tls_metadata", DTLS_HEADER_BYTES);
    const event: RecordEvent = {
      event: "record",
      conversation: datagram.conversation.id,
      frame: datagram.frame,
      side: datagram.side,
      content_type: record.type,
      version: hex16(record.version),
      length: record.fragment.length,
      offset: datagram.offset + record.at,
    };
    this.#observation.say(event);
    event.byte_class = record.epoch > 0 ? "ciphertext" : "tls_metadata";
    this.#observation.count(event.byte_class, record.fragment.length);
    const { type, fragment: bytes, at } = record;
    const content = record.epoch > 0 ? this.#open(half, record, event) : { type, bytes, at, wasSealed: false };
    if (content !== undefined) this.#read(half, content, datagram);
    else if (type === ContentType.Alert) this.#alert(NO_BYTES, datagram);
  }

  #open(half: Half, record: DtlsRecord, event: RecordEvent): Content | undefined {
    const where = { offset: event.offset ?? 0, length: record.fragment.length, frame: event.frame };
    // The epoch says that the keys changed, also where the change_cipher_spec was lost.
    if (record.epoch > half.epoch) this.#decryption.change(half.direction);
    half.epoch = Math.max(half.epoch, record.epoch);
    if (record.type === ContentType.ApplicationData) half.direction.hide(where);
    const opened = this.#decryption.open(half.direction, record, where);
    if (opened === undefined) return undefined;
    event.opened = true;
    return { type: opened.type, bytes: opened.content, at: record.at, wasSealed: true };
  }

  #read(half: Half, content: Content, datagram: Datagram): void {
    switch (content.type) {
      case ContentType.ApplicationData:
        if (content.wasSealed) this.#observation.give(datagram.side, content.bytes, datagram.frame);
        break;
      case ContentType.Handshake:
        this.#fragments(half, content, datagram);
        break;
      case ContentType.Alert:
        this.#alert(content.bytes, datagram);
    }
  }

  #alert(bytes: Uint8Array, { conversation, frame, side }: Datagram): void {
    const [level, description] = bytes;
    const isClear = bytes.length === ALERT_BYTES && level !== undefined && description !== undefined;
    this.#observation.say({
      event: "alert",
      conversation: conversation.id,
      frame,
      side,
      level: isClear ? level : null,
      description: isClear ? description : null,
      name: isClear ? alertName(description) : "encrypted",
    });
  }

  #fragments(half: Half, content: Content, datagram: Datagram): void {
    const reader = new ByteReader(content.bytes);
    try {
      while (!reader.atEnd()) this.#fragment(half, reader, content, datagram);
    } catch (error) {
      if (!(error instanceof BytesError)) throw error;
      const where = { offset: datagram.offset + content.at, length: content.bytes.length, frame: datagram.frame };
      const what = "a handshake fragment is cut short";
      if (half.direction.isNew(what)) this.#observation.find(datagram.side, "damaged", what, where);
    }
  }

  // RFC 6347 section 4.2.2: type, whole length, message number, and where this fragment belongs.
  #fragment({ direction, messages }: Half, reader: ByteReader, content: Content, datagram: Datagram): void {
    const type = reader.u8();
    const length = reader.u24();
    const number = reader.u16();
    const offset = reader.u24();
    const bytes = reader.bytes(reader.u24());
    const body = bytes.length === length ? bytes : this.#assembled(messages, number, length, offset, bytes);
    if (body === undefined) return;
    const where = { offset: datagram.offset + content.at, frame: datagram.frame };
    // What follows it in the same order of fields as TLS has them; nothing here hashes transcripts.
    this.#handshakes.message(direction, { type, body, whole: body, ...where }, content.wasSealed);
  }

  #assembled(
    messages: Map<number, FragmentAssembler>,
    number: number,
    length: number,
    offset: number,
    bytes: Uint8Array,
  ): Uint8Array | undefined {
    if (length > this.#limits.maxMessageBytes || offset + bytes.length > length) return undefined;
    const assembler = messages.get(number) ?? new FragmentAssembler(length);
    messages.set(number, assembler);
    const oldest = messages.keys().next().value;
    if (messages.size > MAX_OPEN_MESSAGES && oldest !== undefined) messages.delete(oldest);
    assembler.add(offset, bytes);
    const whole = assembler.whole();
    if (whole !== undefined) messages.delete(number);
    return whole;
  }
}
