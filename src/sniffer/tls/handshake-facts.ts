// What a handshake showed on the wire, kept for whoever judges it at the end. Only made where someone does.
import { BytesError } from "../../bytes/bytes-error.js";
import type { Side, SnifferEvent } from "../event.js";
import type { AssessedTransport, AssessorContext } from "./assessor.js";
import { decodeCertificateMessage } from "./certificate-message.js";
import { type CertificateStrength, certificateStrength } from "./certificate-strength.js";
import { cipherSuiteName } from "./cipher-suite-names.js";
import { type ClientHello, decodeClientHello } from "./client-hello.js";
import { ExtensionType } from "./extension-names.js";
import type { HandshakeMessage } from "./handshake-joiner.js";
import { choosesCompression, decodeOfferedSecrets, type OfferedSecrets } from "./hello-secrecy.js";
import { ContentType, HandshakeType, isTls13 } from "./names.js";
import { decodeServerHello, type ServerHello } from "./server-hello.js";
import { decodeServerKeyShare, type ServerKeyShare } from "./server-key-exchange.js";
import { TlsError } from "./tls-error.js";

const DTLS_1_3 = 0xfefc;
export const MAX_CERTIFICATES = 16;

export interface SeenClientHello extends OfferedSecrets {
  readonly frame: number;
  readonly hello: ClientHello;
}

export interface SeenServerHello {
  readonly frame: number;
  readonly hello: ServerHello;
  readonly compresses: boolean;
}

export interface SeenCertificate {
  readonly frame: number;
  readonly wasSealed: boolean;
  readonly own: CertificateStrength | undefined;
  /** Some certificate that does not sign itself is signed with a broken hash. */
  readonly weakHash: "MD5" | "SHA-1" | undefined;
  /** When it was shown; null where the capture has no times. */
  readonly seenSeconds: number | null;
  notAfter: string;
  notBefore: string;
}

export class HandshakeFacts {
  readonly transport: AssessedTransport;
  readonly midstream: boolean;
  readonly #now: () => number | null;
  firstFrame = 0;
  client: SeenClientHello | undefined;
  retry: SeenServerHello | undefined;
  server: SeenServerHello | undefined;
  keyShare: (ServerKeyShare & { readonly frame: number }) | undefined;
  certificate: SeenCertificate | undefined;
  clientCertificate: SeenCertificate | undefined;
  /** By any of the client's hellos: the one after a retry takes it back. */
  announcesEarlyData = false;
  /** Packets in which these were seen. */
  clientCertificateAsked: number | undefined;
  ticketIssued: number | undefined;
  /** Of a handshake that takes two round trips: such a session is not resumed. */
  fullHandshake: number | undefined;
  serverChanged: number | undefined;
  earlyData: number | undefined;
  earlyDataAccepted: boolean | undefined;
  renegotiated: number | undefined;
  /** The client's hello was in the form of SSL 2.0, which says little. */
  sslV2Hello: number | undefined;
  fatalAlert: { readonly frame: number; readonly side: Side; readonly name: string } | undefined;
  /** Records of application data after the server's hello. */
  dataRecords = 0;

  constructor({ transport, midstream, now }: AssessorContext) {
    this.transport = transport;
    this.midstream = midstream;
    this.#now = now;
  }

  /** TLS 1.3, or DTLS 1.3, was chosen. */
  get is13(): boolean {
    const version = this.server?.hello.version;
    return version !== undefined && (isTls13(version) || version === DTLS_1_3);
  }

  /** "TLS_AES_128_GCM_SHA256"; "" where no suite was chosen. */
  get suite(): string {
    return this.server === undefined ? "" : cipherSuiteName(this.server.hello.cipherSuite);
  }

  /** "ECDHE_RSA"; "" in TLS 1.3, whose suites do not say. */
  get exchange(): string {
    return /^TLS_(.*)_WITH_/.exec(this.suite)?.[1] ?? "";
  }

  has(extension: number): boolean {
    return this.server?.hello.extensions.includes(extension) === true;
  }

  hear(event: SnifferEvent): void {
    if (event.event === "record") this.#record(event);
    else if (event.event === "alert") this.#alert(event);
    else if (event.event === "certificate") this.#dates(event);
    else if (event.event === "finding") this.#finding(event);
  }

  take(side: Side, message: HandshakeMessage, wasSealed: boolean): void {
    this.firstFrame ||= message.frame;
    try {
      this.#read(side, message, wasSealed);
    } catch (error) {
      // The watch beside this tells what is malformed.
      if (!(error instanceof BytesError || error instanceof TlsError)) throw error;
    }
  }

  #read(side: Side, message: HandshakeMessage, wasSealed: boolean): void {
    const { type, body, frame } = message;
    switch (type) {
      case HandshakeType.ClientHello:
        this.#clientHello(body, frame);
        break;
      case HandshakeType.ServerHello:
        this.#serverHello(body, frame);
        break;
      case HandshakeType.EncryptedExtensions:
        this.earlyDataAccepted = acceptsEarlyData(body);
        break;
      case HandshakeType.Certificate:
        this.#certificate(side, body, frame, wasSealed);
        break;
      case HandshakeType.ServerKeyExchange:
        this.keyShare = { ...decodeServerKeyShare(body, this.exchange), frame };
        break;
      case HandshakeType.CertificateRequest:
        this.clientCertificateAsked ??= frame;
        break;
      case HandshakeType.NewSessionTicket:
        if (!this.is13) this.ticketIssued ??= frame;
        break;
      case HandshakeType.ServerHelloDone:
      case HandshakeType.ClientKeyExchange:
        this.fullHandshake ??= frame;
    }
  }

  #clientHello(body: Uint8Array, frame: number): void {
    // The first handshake made the keys of what the recording begins with; a later one is told as a renegotiation.
    const hasCookie = this.transport === "dtls";
    const hello = decodeClientHello(body, hasCookie);
    if (this.server !== undefined) {
      // DTLS sends a hello again where its answer was lost.
      const isAgain = this.client !== undefined && Buffer.compare(hello.random, this.client.hello.random) === 0;
      if (!isAgain) this.renegotiated ??= frame;
      return;
    }
    this.client = { frame, hello, ...decodeOfferedSecrets(body, hasCookie) };
    this.announcesEarlyData ||= hello.extensions.includes(ExtensionType.EarlyData);
  }

  #serverHello(body: Uint8Array, frame: number): void {
    if (this.server !== undefined) return;
    const hello = decodeServerHello(body);
    const seen = { frame, hello, compresses: choosesCompression(body) };
    if (hello.isRetry) this.retry = seen;
    else this.server = seen;
  }

  #certificate(side: Side, body: Uint8Array, frame: number, wasSealed: boolean): void {
    if (this.renegotiated !== undefined) return;
    const chain = decodeCertificateMessage(body, this.is13, MAX_CERTIFICATES);
    const strengths = chain.map(certificateStrength);
    const weakest = strengths.find((one) => one?.isSelfIssued === false && one.signatureHash !== "another");
    const weakHash = weakest?.signatureHash === "another" ? undefined : weakest?.signatureHash;
    const seenSeconds = this.#now();
    const seen = { frame, wasSealed, own: strengths[0], weakHash, seenSeconds, notAfter: "", notBefore: "" };
    if (chain.length === 0) return;
    if (side === "server") this.certificate = seen;
    else this.clientCertificate = seen;
  }

  /** The dates come with the certificate's event, which follows the message. */
  #dates({ side, chain }: Extract<SnifferEvent, { event: "certificate" }>): void {
    const seen = side === "server" ? this.certificate : undefined;
    const [own] = chain;
    if (seen === undefined || own === undefined || seen.notAfter !== "") return;
    seen.notAfter = own.not_after;
    seen.notBefore = own.not_before;
  }

  #record(event: Extract<SnifferEvent, { event: "record" }>): void {
    this.firstFrame ||= event.frame;
    if (event.content_type === ContentType.ChangeCipherSpec && event.side === "server") {
      this.serverChanged ??= event.frame;
      return;
    }
    if (event.content_type !== ContentType.ApplicationData) return;
    const isEarly = event.side === "client" && this.server === undefined && this.announcesEarlyData;
    if (isEarly) this.earlyData ??= event.frame;
    else this.dataRecords += 1;
  }

  /** What only the records' order or another format of hello shows, others tell in words. */
  #finding({ what, evidence }: Extract<SnifferEvent, { event: "finding" }>): void {
    if (what.startsWith("SSLv2 client hello")) this.sslV2Hello ??= evidence.frame;
    if (what.endsWith("the session is renegotiated")) this.renegotiated ??= evidence.frame;
  }

  #alert({ level, frame, side, name }: Extract<SnifferEvent, { event: "alert" }>): void {
    if (level === 2) this.fatalAlert ??= { frame, side, name };
  }
}

function acceptsEarlyData(body: Uint8Array): boolean {
  for (let at = 2; at + 4 <= body.length; ) {
    const type = ((body[at] ?? 0) << 8) | (body[at + 1] ?? 0);
    if (type === ExtensionType.EarlyData) return true;
    at += 4 + (((body[at + 2] ?? 0) << 8) | (body[at + 3] ?? 0));
  }
  return false;
}
