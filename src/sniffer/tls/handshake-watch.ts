// Reads handshake messages that are in the clear and says what each gives away.
import { ByteReader } from "../../bytes/byte-reader.js";
import { BytesError } from "../../bytes/bytes-error.js";
import type { Assessor } from "./assessor.js";
import { decodeCertificateMessage, describeCompressedCertificate } from "./certificate-message.js";
import type { CertificateReader } from "./certificate-reader.js";
import { type ClientHello, decodeClientHello } from "./client-hello.js";
import { ExtensionType } from "./extension-names.js";
import type { HandshakeMessage } from "./handshake-joiner.js";
import { clientHelloEvent, serverHelloEvent } from "./hello-event.js";
import { readExtensions, readProtocolNames } from "./hello-extension.js";
import type { Ja4Transport } from "./ja4.js";
import { HandshakeType, handshakeTypeName } from "./names.js";
import { printable } from "./printable.js";
import type { StreamChunk } from "./record-deframer.js";
import { decodeServerHello } from "./server-hello.js";
import type { TlsDirection } from "./tls-direction.js";
import { TlsError } from "./tls-error.js";
import type { TlsLimits } from "./tls-limits.js";
import type { TlsSession } from "./tls-session.js";
import type { Voice, Where } from "./voice.js";

export interface HandshakeWatchOptions {
  readonly limits: TlsLimits;
  readonly certificates: CertificateReader;
  readonly transport: Ja4Transport;
  /** Where the handshake is to be judged. */
  readonly assessor?: Assessor | undefined;
}

export class HandshakeWatch {
  readonly #voice: Voice;
  readonly #session: TlsSession;
  readonly #options: HandshakeWatchOptions;
  #wasSealed = false;
  #lastHello: Uint8Array | undefined;

  constructor(voice: Voice, session: TlsSession, options: HandshakeWatchOptions) {
    this.#voice = voice;
    this.#session = session;
    this.#options = options;
  }

  /** Takes the content of a handshake record; `wasSealed` when it took keys to read it. */
  fragment(direction: TlsDirection, chunk: StreamChunk, wasSealed: boolean): void {
    this.#wasSealed = wasSealed;
    direction.joiner.push(chunk);
    while (!direction.isOpaque && this.#step(direction, chunk));
  }

  #step(direction: TlsDirection, chunk: StreamChunk): boolean {
    try {
      const message = direction.joiner.next();
      if (message === undefined) return false;
      this.#message(direction, message);
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      this.#damaged(direction, error.message, { ...chunk, length: chunk.bytes.length });
    }
    return true;
  }

  /** Takes a message that is whole already, as DTLS has them. */
  message(direction: TlsDirection, message: HandshakeMessage, wasSealed: boolean): void {
    this.#wasSealed = wasSealed;
    this.#message(direction, message);
  }

  #message(direction: TlsDirection, message: HandshakeMessage): void {
    const where = { offset: message.offset, length: message.whole.length, frame: message.frame };
    this.#session.keyExchange?.take(message);
    this.#options.assessor?.take(direction.side, message, this.#wasSealed);
    try {
      this.#read(direction, message, where);
    } catch (error) {
      if (!(error instanceof BytesError || error instanceof TlsError)) throw error;
      this.#damaged(direction, `${handshakeTypeName(message.type)} is malformed: ${error.message}`, where);
    }
  }

  #read(direction: TlsDirection, message: HandshakeMessage, where: Where): void {
    switch (message.type) {
      case HandshakeType.ClientHello:
        this.#clientHello(direction, message, where);
        break;
      case HandshakeType.ServerHello:
        this.#serverHello(direction, message, where);
        break;
      case HandshakeType.Certificate:
        this.#certificate(direction, message, where);
        break;
      case HandshakeType.EncryptedExtensions:
        this.#encryptedExtensions(direction, message, where);
        break;
      case HandshakeType.CertificateRequest:
        this.#note(direction, "the server asks for a client certificate", where);
        break;
      case HandshakeType.NewSessionTicket:
        this.#note(direction, `a session ticket of ${message.body.length} bytes is issued`, where);
        break;
      case HandshakeType.CompressedCertificate:
        this.#note(direction, describeCompressedCertificate(message.body), where);
        break;
      case HandshakeType.CertificateStatus:
        this.#note(direction, `a certificate status (OCSP) of ${message.body.length} bytes is stapled`, where);
        break;
      default:
        this.#other(direction, message, where);
    }
  }

  #clientHello(direction: TlsDirection, message: HandshakeMessage, where: Where): void {
    if (this.#isRepeated(message)) return;
    const hello = decodeClientHello(message.body, this.#options.transport === "d");
    this.#session.offered(hello);
    this.#voice.say(clientHelloEvent(hello, this.#place(message), this.#options.transport));
    if (hello.serverName !== null) this.#note(direction, `server name ${printable(hello.serverName)}`, where);
    if (hello.alpn.length > 0) this.#note(direction, `ALPN offers ${hello.alpn.map(printable).join(", ")}`, where);
    this.#notePrivacy(direction, hello, where);
    for (const blemish of hello.blemishes) this.#damaged(direction, `client_hello: ${blemish}`, where);
  }

  /** After a retry of QUIC the client sends the same hello once more (RFC 9000 section 17.2.5.3). */
  #isRepeated({ body }: HandshakeMessage): boolean {
    if (this.#options.transport !== "q") return false;
    if (this.#lastHello !== undefined && Buffer.compare(this.#lastHello, body) === 0) return true;
    this.#lastHello = Uint8Array.from(body);
    return false;
  }

  #notePrivacy(direction: TlsDirection, hello: ClientHello, where: Where): void {
    if (hello.extensions.includes(ExtensionType.EncryptedClientHello)) {
      this.#note(direction, "encrypted_client_hello: an inner hello may hide the true server name", where);
    }
    if (hello.extensions.includes(ExtensionType.EncryptedServerName)) {
      this.#note(direction, "encrypted_server_name: the server name is hidden", where);
    }
    if (hello.extensions.includes(ExtensionType.EarlyData)) {
      this.#note(direction, "early data (0-RTT) is announced", where);
    }
  }

  #serverHello(direction: TlsDirection, message: HandshakeMessage, where: Where): void {
    const hello = decodeServerHello(message.body);
    this.#session.serverHello = hello;
    this.#session.keyExchange?.choose(hello, message);
    this.#voice.say(serverHelloEvent(hello, this.#place(message), this.#session.offer));
    if (hello.isRetry) this.#note(direction, "hello retry: the server asks for another key share", where);
    if (hello.alpn !== null) this.#note(direction, `ALPN chosen: ${printable(hello.alpn)}`, where);
    for (const blemish of hello.blemishes) this.#damaged(direction, `server_hello: ${blemish}`, where);
  }

  // Only seen where keys opened it: there TLS 1.3 says which protocol was chosen.
  #encryptedExtensions(direction: TlsDirection, message: HandshakeMessage, where: Where): void {
    const reader = new ByteReader(message.body);
    const note = (type: number, body: ByteReader): void => {
      const [name] = type === ExtensionType.Alpn ? readProtocolNames(body) : [];
      if (name !== undefined) this.#note(direction, `ALPN chosen: ${printable(name)}`, where);
    };
    readExtensions(reader, note, (what) => this.#damaged(direction, `encrypted_extensions: ${what}`, where));
  }

  #certificate(direction: TlsDirection, message: HandshakeMessage, where: Where): void {
    const { limits, certificates } = this.#options;
    const chain = decodeCertificateMessage(message.body, this.#session.isTls13, limits.maxCertificates);
    const read = chain.map((der) => certificates.read(der));
    this.#voice.say({
      event: "certificate",
      ...this.#place(message),
      side: direction.side,
      chain: read.map(({ facts }) => facts),
    });
    const own = read[0]?.facts;
    if (own !== undefined) {
      const names = own.names.length === 0 ? own.subject : own.names.join(", ");
      this.#note(direction, `certificate of ${names}`, where);
    }
    for (const { fault } of read) if (fault !== undefined) this.#damaged(direction, `certificate: ${fault}`, where);
  }

  #other(direction: TlsDirection, message: HandshakeMessage, where: Where): void {
    const name = handshakeTypeName(message.type);
    if (!name.startsWith("handshake type")) return;
    direction.isOpaque = true;
    this.#damaged(direction, `${name} is unknown: handshake records of this side are not read on`, where);
  }

  #place(message: HandshakeMessage): { conversation: number; frame: number } {
    return { conversation: this.#voice.conversation, frame: message.frame };
  }

  #note(direction: TlsDirection, what: string, where: Where): void {
    // What only keys showed is not what the wire gives away.
    const told = this.#wasSealed ? `${what} (encrypted; read here with the key log)` : what;
    this.#voice.find(direction.side, this.#wasSealed ? "hidden" : "metadata", told, where);
  }

  #damaged(direction: TlsDirection, what: string, where: Where): void {
    if (direction.isNew(what)) this.#voice.find(direction.side, "damaged", what, where);
  }
}
