// Reads the meaning of each record of a conversation: which are encrypted, which are alerts, what may be looked into.
import type { Side } from "../event.js";
import { encryptsNothing } from "./cipher-suite-names.js";
import { ExtensionType } from "./extension-names.js";
import type { HandshakeWatch } from "./handshake-watch.js";
import { alertName, ContentType, contentTypeName } from "./names.js";
import { hex16 } from "./printable.js";
import type { TlsRecord } from "./record-deframer.js";
import { MAX_FRAGMENT_BYTES_13, RECORD_HEADER_BYTES } from "./record-header.js";
import { opensClearHandshake, type TlsDirection } from "./tls-direction.js";
import type { TlsSession } from "./tls-session.js";
import type { ByteClass } from "./tls-tally.js";
import type { Voice, Where } from "./voice.js";

const ALERT_BYTES = 2;
const HEARTBEAT_HEADER_BYTES = 3;
const HEARTBEAT_REQUEST = 1;

export class RecordWatch {
  readonly #voice: Voice;
  readonly #session: TlsSession;
  readonly #handshakes: HandshakeWatch;

  constructor(voice: Voice, session: TlsSession, handshakes: HandshakeWatch) {
    this.#voice = voice;
    this.#session = session;
    this.#handshakes = handshakes;
  }

  /** Reports a record and says what its fragment's bytes count as. */
  record(direction: TlsDirection, record: TlsRecord): ByteClass {
    if (record.missing > 0) return this.byteClass(direction, record.type, record.length);
    this.#voice.say({
      event: "record",
      conversation: this.#voice.conversation,
      frame: record.frame,
      side: direction.side,
      content_type: record.type,
      version: hex16(record.version),
      length: record.length,
    });
    this.#judgeShape(direction, record);
    return this.#read(direction, record);
  }

  /** The class of a fragment that is not (or not wholly) there to be read. */
  byteClass(direction: TlsDirection, type: number, fragmentBytes: number): ByteClass {
    if (type === ContentType.ApplicationData) return "ciphertext";
    if (type === ContentType.Alert && fragmentBytes <= ALERT_BYTES) return "tls_metadata";
    if (type === ContentType.ChangeCipherSpec && fragmentBytes <= 1) return "tls_metadata";
    if (direction.isOpaque) return "not_understood";
    return direction.epoch === "encrypted" && !this.#session.isTls13 ? "ciphertext" : "tls_metadata";
  }

  finish(direction: TlsDirection): void {
    const first = direction.firstHidden;
    if (first === undefined) return;
    const { hiddenRecords, hiddenBytes } = direction;
    const records = hiddenRecords === 1 ? "1 record" : `${hiddenRecords} records`;
    const what = `application data is encrypted: ${records}, ${hiddenBytes} bytes`;
    this.#voice.find(direction.side, "hidden", what, { ...first, length: hiddenBytes });
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

  #judgeShape(direction: TlsDirection, record: TlsRecord): void {
    if (record.type !== ContentType.Handshake && direction.joiner.isMidMessage) {
      const what = `${contentTypeName(record.type)} stands between the parts of a handshake message`;
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
      return "ciphertext";
    }
    direction.hide({ frame: record.frame, offset: record.offset, length: record.length });
    return "ciphertext";
  }

  /** TLS 1.2 and before, every record from the start seen, and yet no change_cipher_spec. */
  #isPremature(direction: TlsDirection): boolean {
    return direction.epoch === "clear" && this.#session.version !== undefined && !this.#session.isTls13;
  }

  #isEarlyData(side: Side): boolean {
    const { clientHello, serverHello } = this.#session;
    if (side !== "client" || serverHello !== undefined) return false;
    return clientHello?.extensions.includes(ExtensionType.EarlyData) === true;
  }

  #changeCipherSpec(direction: TlsDirection, record: TlsRecord, fragment: Uint8Array): ByteClass {
    if (fragment.length === 1 && direction.epoch !== "encrypted") {
      if (fragment[0] !== 1) this.#once(direction, "change_cipher_spec does not hold the number 1", record);
      // In TLS 1.3 it is a dummy for middleboxes (RFC 8446 appendix D.4).
      if (!this.#session.isTls13) direction.epoch = "encrypted";
      return "tls_metadata";
    }
    return fragment.length <= 1 ? "tls_metadata" : "ciphertext";
  }

  #alert(direction: TlsDirection, record: TlsRecord, fragment: Uint8Array): ByteClass {
    const [level, description] = fragment;
    const isClear = fragment.length === ALERT_BYTES && level !== undefined && description !== undefined;
    this.#voice.say({
      event: "alert",
      conversation: this.#voice.conversation,
      frame: record.frame,
      side: direction.side,
      level: isClear ? level : null,
      description: isClear ? description : null,
      name: isClear ? alertName(description) : "encrypted",
    });
    return isClear ? "tls_metadata" : "ciphertext";
  }

  #handshake(direction: TlsDirection, record: TlsRecord, fragment: Uint8Array): ByteClass {
    if (direction.isOpaque) return "not_understood";
    if (this.#isSealed(direction, fragment)) {
      direction.encryptedHandshakes += 1;
      if (direction.encryptedHandshakes > 1 && direction.hiddenRecords > 0) {
        this.#note(direction, "handshake records after application data: the session is renegotiated", record);
      }
      return "ciphertext";
    }
    this.#handshakes.fragment(direction, { bytes: fragment, offset: record.offset, frame: record.frame });
    return direction.isOpaque ? "not_understood" : "tls_metadata";
  }

  #isSealed(direction: TlsDirection, fragment: Uint8Array): boolean {
    const isClear = direction.epoch === "clear" || opensClearHandshake(fragment);
    if (direction.epoch === "unknown") direction.epoch = isClear ? "clear" : "encrypted";
    if (this.#session.isTls13) return !isClear && !direction.joiner.isMidMessage;
    // A client's second hello follows a dummy change_cipher_spec; without the server's side only its shape tells.
    const dummyChange = this.#session.version === undefined && isClear;
    return direction.epoch === "encrypted" && !dummyChange;
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
