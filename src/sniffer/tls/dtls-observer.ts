// Watches a DTLS conversation (RFC 6347, RFC 9147): hellos, certificates of 1.2, alerts, and what stays hidden.
import { ByteReader } from "../../bytes/byte-reader.js";
import { BytesError } from "../../bytes/bytes-error.js";
import type { Stage } from "../../bytes/stage.js";
import type { RecordEvent, Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import type { Assessor } from "./assessor.js";
import { CertificateReader } from "./certificate-reader.js";
import { DTLS_HEADER_BYTES, type DtlsRecord, decodeDtlsDatagram } from "./dtls-record.js";
import { FragmentAssembler } from "./fragment-assembler.js";
import { HandshakeWatch } from "./handshake-watch.js";
import { alertName, ContentType } from "./names.js";
import { Observation } from "./observation.js";
import { counted, hex16 } from "./printable.js";
import { TlsDirection } from "./tls-direction.js";
import { DEFAULT_TLS_LIMITS, type TlsLimits } from "./tls-limits.js";
import { TlsSession } from "./tls-session.js";
import type { ByteClass, TlsTally } from "./tls-tally.js";

/** Messages of one side that may be incomplete at a time. */
const MAX_OPEN_MESSAGES = 4;
const ALERT_BYTES = 2;

type Datagram = Extract<StreamEvent, { kind: "bytes" }>;

export interface DatagramObserverOptions {
  readonly limits?: Partial<TlsLimits>;
  readonly certificates?: CertificateReader;
  /** Where the handshake is to be judged, at the end. */
  readonly assessor?: Assessor | undefined;
}

interface Half {
  readonly direction: TlsDirection;
  /** By message number, oldest first. */
  readonly messages: Map<number, FragmentAssembler>;
}

export class DtlsObserver implements Stage<StreamEvent, SnifferEvent> {
  readonly #observation: Observation;
  readonly #halves: Record<Side, Half>;
  readonly #handshakes: HandshakeWatch;
  readonly #limits: TlsLimits;
  #ended = false;

  constructor(conversation: Conversation, options: DatagramObserverOptions = {}) {
    this.#limits = { ...DEFAULT_TLS_LIMITS, ...options.limits };
    this.#observation = new Observation(conversation, false, options.assessor);
    const half = (side: Side): Half => ({
      direction: new TlsDirection(side, false, this.#limits),
      messages: new Map(),
    });
    this.#halves = { client: half("client"), server: half("server") };
    this.#handshakes = new HandshakeWatch(this.#observation, new TlsSession(), {
      limits: this.#limits,
      certificates: options.certificates ?? new CertificateReader(),
      transport: "d",
      assessor: options.assessor,
    });
  }

  push(event: StreamEvent): void {
    if (event.kind === "close") this.finish();
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

  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const { direction } of Object.values(this.#halves)) {
      const { firstHidden, hiddenRecords, hiddenBytes, side } = direction;
      if (firstHidden === undefined) continue;
      const what = `application data is encrypted: ${counted(hiddenRecords, "record")}, ${counted(hiddenBytes, "byte")}`;
      this.#observation.find(side, "hidden", what, { ...firstHidden, length: hiddenBytes });
    }
    this.#observation.assess();
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
    event.byte_class = this.#read(half, record, datagram);
    this.#observation.count(event.byte_class, record.fragment.length);
  }

  #read(half: Half, record: DtlsRecord, datagram: Datagram): ByteClass {
    const where = { offset: datagram.offset + record.at, length: record.fragment.length, frame: datagram.frame };
    if (record.type === ContentType.Alert) this.#alert(record, datagram);
    if (record.epoch > 0) {
      if (record.type === ContentType.ApplicationData) half.direction.hide(where);
      return "ciphertext";
    }
    if (record.type === ContentType.Handshake) this.#fragments(half, record, datagram);
    return "tls_metadata";
  }

  #alert({ epoch, fragment }: DtlsRecord, { conversation, frame, side }: Datagram): void {
    const [level, description] = fragment;
    const isClear = epoch === 0 && fragment.length === ALERT_BYTES && level !== undefined && description !== undefined;
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

  #fragments(half: Half, record: DtlsRecord, datagram: Datagram): void {
    const reader = new ByteReader(record.fragment);
    try {
      while (!reader.atEnd()) this.#fragment(half, reader, record, datagram);
    } catch (error) {
      if (!(error instanceof BytesError)) throw error;
      const where = { offset: datagram.offset + record.at, length: record.fragment.length, frame: datagram.frame };
      const what = "a handshake fragment is cut short";
      if (half.direction.isNew(what)) this.#observation.find(datagram.side, "damaged", what, where);
    }
  }

  // RFC 6347 section 4.2.2: type, whole length, message number, and where this fragment belongs.
  #fragment({ direction, messages }: Half, reader: ByteReader, record: DtlsRecord, datagram: Datagram): void {
    const type = reader.u8();
    const length = reader.u24();
    const number = reader.u16();
    const offset = reader.u24();
    const bytes = reader.bytes(reader.u24());
    const body = bytes.length === length ? bytes : this.#assembled(messages, number, length, offset, bytes);
    if (body === undefined) return;
    const where = { offset: datagram.offset + record.at, frame: datagram.frame };
    // What follows it in the same order of fields as TLS has them; nothing here hashes transcripts.
    this.#handshakes.message(direction, { type, body, whole: body, ...where });
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
