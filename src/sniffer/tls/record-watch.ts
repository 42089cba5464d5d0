// Reads the meaning of each record of a conversation: which are encrypted, which are alerts, what may be looked into.
import type { RecordEvent, Side } from "../event.js";
import { encryptsNothing } from "./cipher-suite-names.js";
import type { Decryption } from "./decryption.js";
import type { HandshakeWatch } from "./handshake-watch.js";
import { alertName, ContentType, contentTypeName } from "./names.js";
import { counted, hex16 } from "./printable.js";
import type { OpenedRecord } from "./record-cipher.js";
import type { TlsRecord } from "./record-deframer.js";
import { MAX_FRAGMENT_BYTES_13, RECORD_HEADER_BYTES } from "./record-header.js";
import { opensClearHandshake, type TlsDirection } from "./tls-direction.js";
import type { TlsSession } from "./tls-session.js";
import type { ByteClass } from "./tls-tally.js";
import type { Voice, Where } from "./voice.js";

const ALERT_BYTES = 2;
const HEARTBEAT_HEADER_BYTES = 3;
const HEARTBEAT_REQUEST = 1;
/** Tag and type, or nonce and tag: what a record that stays shut is taken to hold beside content. */
const USUAL_OVERHEAD_BYTES = 24;

export class RecordWatch {
  readonly #voice: Voice;
  readonly #session: TlsSession;
  readonly #handshakes: HandshakeWatch;
  readonly #decryption: Decryption;

  constructor(voice: Voice, session: TlsSession, handshakes: HandshakeWatch, decryption: Decryption) {
    this.#voice = voice;
    this.#session = session;
    this.#handshakes = handshakes;
    this.#decryption = decryption;
  }

  /** Reports a record and counts its bytes. */
  record(direction: TlsDirection, record: TlsRecord): void {
    this.#voice.count("tls_metadata", RECORD_HEADER_BYTES);
    if (record.missing > 0) {
      this.#incomplete(direction, record);
      return;
    }
    const opened = this.#open(direction, record);
    const event = this.say(direction, record, opened?.type);
    this.#judgeShape(direction, record, opened?.type ?? record.type);
    if (opened === undefined) {
      event.byte_class = this.#read(direction, record);
      this.#voice.count(event.byte_class, record.length);
    } else {
      event.byte_class = "ciphertext";
      event.opened = true;
      this.#readOpened(direction, record, opened);
    }
  }

  /** Reports a record without counting its bytes: all that is to be done where it was cut off. Its class is what it seems. */
  say(direction: TlsDirection, record: TlsRecord, innerType: number = record.type): RecordEvent {
    const event: RecordEvent = {
      event: "record",
      conversation: this.#voice.conversation,
      frame: record.frame,
      side: direction.side,
      content_type: record.type,
      version: hex16(record.version),
      length: record.length,
      offset: record.offset,
      byte_class: this.byteClass(direction, record.type, record.length),
    };
    if (innerType !== record.type) event.inner_content_type = innerType;
    this.#voice.say(event);
    return event;
  }

  /** The class of a fragment that is not (or not wholly) there to be read. */
  byteClass(direction: TlsDirection, type: number, fragmentBytes: number): ByteClass {
    if (type === ContentType.ApplicationData) return "ciphertext";
    if (type === ContentType.Alert && fragmentBytes <= ALERT_BYTES) return "tls_metadata";
    if (type === ContentType.ChangeCipherSpec && fragmentBytes <= 1) return "tls_metadata";
    if (direction.isOpaque) return "not_understood";
    return direction.epoch === "encrypted" && !this.#session.isTls13 ? "ciphertext" : "tls_metadata";
  }

  /** A hole over boundaries: as many records as could lie in it may be gone. */
  lose(direction: TlsDirection, bytes: number, frame: number): void {
    this.#decryption.miss(direction.side, Math.ceil(bytes / (RECORD_HEADER_BYTES + USUAL_OVERHEAD_BYTES)));
    if (this.#decryption.hasOpened(direction.side)) this.#voice.miss(direction.side, bytes, frame);
  }

  finish(direction: TlsDirection): void {
    const first = direction.firstHidden;
    if (first === undefined) return;
    const { hiddenRecords, hiddenBytes } = direction;
    const keys = this.#decryption.hasOpened(direction.side) ? " (read here with the key log)" : "";
    const what = `application data is encrypted: ${counted(hiddenRecords, "record")}, ${counted(hiddenBytes, "byte")}${keys}`;
    this.#voice.find(direction.side, "hidden", what, { ...first, length: hiddenBytes });
    this.#decryption.finish(direction);
  }

  /** A hole in a fragment: whatever it carried, the records after it have later numbers. */
  #incomplete(direction: TlsDirection, record: TlsRecord): void {
    this.say(direction, record);
    this.#voice.count(this.byteClass(direction, record.type, record.length), record.length - record.missing);
    this.#decryption.miss(direction.side, 1);
    if (record.type === ContentType.ApplicationData) this.#missContent(direction, record);
  }

  #missContent(direction: TlsDirection, record: TlsRecord): void {
    if (!this.#decryption.hasOpened(direction.side)) return;
    this.#voice.miss(direction.side, Math.max(1, record.length - USUAL_OVERHEAD_BYTES), record.frame);
  }

  #open(direction: TlsDirection, record: TlsRecord): OpenedRecord | undefined {
    const { type, version, fragment } = record;
    if (fragment === undefined || !this.#isProtected(direction, type)) return undefined;
    const opened = this.#decryption.open(direction, { type, version, fragment }, whereOf(record));
    if (opened === undefined && type === ContentType.ApplicationData) this.#missContent(direction, record);
    return opened;
  }

  #isProtected(direction: TlsDirection, type: number): boolean {
    if (this.#session.version === undefined || this.#session.isTls13) return type === ContentType.ApplicationData;
    return direction.epoch === "encrypted";
  }

  #readOpened(direction: TlsDirection, record: TlsRecord, { type, content, paddingBytes }: OpenedRecord): void {
    this.#voice.count("padding", paddingBytes);
    const isData = record.type === ContentType.ApplicationData;
    this.#voice.count(isData ? this.#applicationData(direction, record) : "ciphertext", record.length - paddingBytes);
    switch (type) {
      case ContentType.ApplicationData:
        this.#voice.give(direction.side, content, record.frame);
        break;
      case ContentType.Handshake:
        this.#noteRenegotiation(direction, record);
        this.#handshakes.fragment(direction, { bytes: content, offset: record.offset, frame: record.frame }, true);
        break;
      case ContentType.Alert:
        this.#sayAlert(direction, record.frame, content);
        break;
      case ContentType.ChangeCipherSpec:
        this.#decryption.change(direction);
    }
  }

  #read(direction: TlsDirection, record: TlsRecord): ByteClass {
    const fragment = record.fragment;
    if (record.type === ContentType.ApplicationData) return this.#applicationData(direction, record);
    if (fragment === undefined) return "not_understood";
    switch (record.type) {
      case ContentType.ChangeCipherSpec:
        return this.#changeCipherSpec(direction, record, fragment);
      case ContentType.Alert:
        return this.#alert(direction, record, fragment);
      case ContentType.Handshake:
        return this.#handshake(direction, record, fragment);
      default:
        return this.#heartbeat(direction, record, fragment);
    }
  }

  #judgeShape(direction: TlsDirection, record: TlsRecord, type: number): void {
    if (type !== ContentType.Handshake && direction.isMidMessage) {
      const what = `${contentTypeName(type)} stands between the parts of a handshake message`;
      this.#once(direction, what, record);
      direction.loseTrack();
    }
    if (this.#session.isKeyed13 && record.length > MAX_FRAGMENT_BYTES_13) {
      this.#once(direction, `a record is over the ${MAX_FRAGMENT_BYTES_13} bytes that TLS 1.3 allows`, record);
    }
  }

  #applicationData(direction: TlsDirection, record: TlsRecord): ByteClass {
    if (this.#isPremature(direction)) {
      this.#once(direction, "application data before the side changed to encryption", record);
      return "not_understood";
    }
    const where = whereOf(record);
    if (this.#isEarlyData(direction.side) && direction.isNew("early data")) {
      const what = "early data (0-RTT): sent before the server answered, and replayable";
      this.#voice.find(direction.side, "metadata", what, where);
    }
    const suite = this.#session.serverHello?.cipherSuite;
    if (suite !== undefined && encryptsNothing(suite)) {
      const what = "application data is not encrypted: the cipher suite only authenticates";
      if (direction.isNew(what)) this.#voice.find(direction.side, "readable", what, where);
      return "plaintext";
    }
    direction.hide({ frame: record.frame, offset: record.offset, length: record.length });
    return "ciphertext";
  }

  /** TLS 1.2 and before, every record from the start seen, and yet no change_cipher_spec. */
  #isPremature(direction: TlsDirection): boolean {
    return direction.epoch === "clear" && this.#session.version !== undefined && !this.#session.isTls13;
  }

  #isEarlyData(side: Side): boolean {
    const { offer, serverHello } = this.#session;
    if (side !== "client" || serverHello !== undefined) return false;
    return offer?.hasEarlyData === true;
  }

  #changeCipherSpec(direction: TlsDirection, record: TlsRecord, fragment: Uint8Array): ByteClass {
    if (fragment.length === 1 && direction.epoch !== "encrypted") {
      if (fragment[0] !== 1) this.#once(direction, "change_cipher_spec does not hold the number 1", record);
      // In TLS 1.3 it is a dummy for middleboxes (RFC 8446 appendix D.4).
      if (!this.#session.isTls13) this.#encrypt(direction);
      return "tls_metadata";
    }
    return fragment.length <= 1 ? "tls_metadata" : "ciphertext";
  }

  #encrypt(direction: TlsDirection): void {
    direction.epoch = "encrypted";
    this.#decryption.change(direction);
  }

  #alert(direction: TlsDirection, record: TlsRecord, fragment: Uint8Array): ByteClass {
    this.#sayAlert(direction, record.frame, fragment);
    return fragment.length === ALERT_BYTES ? "tls_metadata" : "ciphertext";
  }

  #sayAlert(direction: TlsDirection, frame: number, content: Uint8Array): void {
    const [level, description] = content;
    const isClear = content.length === ALERT_BYTES && level !== undefined && description !== undefined;
    this.#voice.say({
      event: "alert",
      conversation: this.#voice.conversation,
      frame,
      side: direction.side,
      level: isClear ? level : null,
      description: isClear ? description : null,
      name: isClear ? alertName(description) : "encrypted",
    });
  }

  #handshake(direction: TlsDirection, record: TlsRecord, fragment: Uint8Array): ByteClass {
    if (direction.isOpaque) return "not_understood";
    if (this.#isSealed(direction, fragment)) {
      this.#noteRenegotiation(direction, record);
      return "ciphertext";
    }
    this.#handshakes.fragment(direction, { bytes: fragment, offset: record.offset, frame: record.frame }, false);
    return direction.isOpaque ? "not_understood" : "tls_metadata";
  }

  #noteRenegotiation(direction: TlsDirection, record: TlsRecord): void {
    // In TLS 1.3 tickets and key updates come after application data and mean no such thing.
    if (this.#session.isTls13) return;
    direction.encryptedHandshakes += 1;
    if (direction.encryptedHandshakes <= 1 || direction.hiddenRecords === 0) return;
    this.#note(direction, "handshake records after application data: the session is renegotiated", record);
  }

  #isSealed(direction: TlsDirection, fragment: Uint8Array): boolean {
    // In TLS 1.3 only application_data is ever encrypted; what looks so is the rest of a message after a hole.
    if (this.#session.isTls13 && direction.epoch === "encrypted") direction.epoch = "clear";
    if (direction.epoch === "clear") return false;
    const isClear = opensClearHandshake(fragment);
    if (direction.epoch === "unknown") {
      if (isClear) direction.epoch = "clear";
      else if (!this.#session.isTls13) direction.epoch = "encrypted";
      return !isClear;
    }
    // A client's second hello follows a dummy change_cipher_spec; without the server's side only its shape tells.
    return this.#session.version !== undefined || !isClear;
  }

  #heartbeat(direction: TlsDirection, record: TlsRecord, fragment: Uint8Array): ByteClass {
    if (direction.epoch === "encrypted" || this.#session.isKeyed13) return "ciphertext";
    const claimed = ((fragment[1] ?? 0) << 8) | (fragment[2] ?? 0);
    if (fragment[0] === HEARTBEAT_REQUEST && claimed > fragment.length - HEARTBEAT_HEADER_BYTES) {
      const what = `a heartbeat asks for ${claimed} bytes back but carries fewer (the Heartbleed request)`;
      this.#once(direction, what, record);
    }
    return "tls_metadata";
  }

  #once(direction: TlsDirection, what: string, record: TlsRecord): void {
    if (direction.isNew(what)) this.#voice.find(direction.side, "damaged", what, whereOf(record));
  }

  #note(direction: TlsDirection, what: string, record: TlsRecord): void {
    if (direction.isNew(what)) this.#voice.find(direction.side, "metadata", what, whereOf(record));
  }
}

function whereOf(record: TlsRecord): Where {
  return { offset: record.offset, length: RECORD_HEADER_BYTES + record.length, frame: record.frame };
}
